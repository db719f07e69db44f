"""People who register samples at a cluster, repeat what was refused and look at what they made; and which partition a
key lives in."""
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import threading
import time
import uuid

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(PROJECT / "tools"), str(PROJECT / "tests" / "verify"), str(PROJECT / "tests" / "oracle")]

from client import Api  # noqa: E402
from history import command_id  # noqa: E402
from programs import build  # noqa: E402

PARTITIONS = 12


def home_of(key):
    """The partition that all a key makes lives in (node/http/commands.hpp, events/ids.hpp)."""
    h = 0xcbf29ce484222325
    for byte in f"command/{command_id(key)}".encode():
        h = (h ^ byte) * 0x100000001b3 & 0xFFFFFFFFFFFFFFFF
    return h % PARTITIONS


class Traffic:
    """Clients that register samples at the given addresses by turns, and look at them at the next one: `pause_s`
    between two such pairs of each client. `connect(url, name)` gives what a client asks with, if it is not a plain Api.
    Without `reads` they do nothing but register."""

    def __init__(self, urls, token, clients, pause_s=0.0, timeout_s=30, connect=None, reads=True):
        self.urls, self.pause_s, self.reads = urls, pause_s, reads
        self.plain = lambda url: Api(url, token, timeout_s)
        self.connect = connect or (lambda url, name: self.plain(url))
        # Of every request (when it began, how long it took); of each client's pairs, how long both took.
        self.done, self.busy, self.failed, self.lock, self.ends = [], [], [], threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join(60)

    def _work(self, number):
        apis, plain, count = {}, {}, 0
        while not self.ends.is_set():
            began, url = time.monotonic(), self._url(number + count)
            count += 1
            answer = self._register(url, apis, number, count)
            if answer and self.reads:
                self._look(self._url(number + count), apis, plain, number, count, answer)
            with self.lock:
                self.busy.append(time.monotonic() - began)
            if self.pause_s:
                time.sleep(self.pause_s)

    def _url(self, turn):
        return self.urls[turn % len(self.urls)]

    def _register(self, url, apis, number, count):
        key, began = str(uuid.uuid4()), time.monotonic()
        sample = dict(name=f"C{number}-{count}-{key[:8]}", type="DNA")
        # What is refused is asked again with its key, as every client does: the time runs on.
        while not self.ends.is_set():
            answer, words = self._ask(apis, url, lambda: self.connect(url, f"polite-{number}"),
                                      lambda api: api.post("/samples", sample, key=key))
            if answer and answer.status == 201:
                self._note(began)
                return answer
            self._note(None, words)
            time.sleep(0.02)
        self._note(began)
        return None

    def _look(self, url, apis, plain, number, count, written):
        """By turns at what was written, by those who demand to see it and by those who do not, and at a list."""
        path, demands = f"/samples/{written.body['id']}", {}
        if position := written.headers.get("X-TracSeq-Position"):
            demands = {"X-TracSeq-Position": position}
        began, good = time.monotonic(), (200,)
        if count % 3 == 1:
            # Another node may not have heard of it yet, and whoever demands nothing is told so.
            good = (200, 404)
            answer, words = self._ask(plain, url, lambda: self.plain(url), lambda api: api.get(path))
        else:
            answer, words = self._ask(apis, url, lambda: self.connect(url, f"polite-{number}"), lambda api: api.get(
                "/samples?limit=5" if count % 3 else path, **demands))
        self._note(began, "" if answer and answer.status in good else f"GET: {words}")

    def _note(self, began, failed=""):
        with self.lock:
            if began is not None:
                self.done.append((began, time.monotonic() - began))
            if failed:
                self.failed.append(failed)

    @staticmethod
    def _ask(apis, url, connect, what):
        """One request over the connection to `url` among `apis`: its answer, if there is one, and words."""
        while True:
            reused = url in apis
            if not reused:
                apis[url] = connect()
            try:
                answer = what(apis[url])
                return answer, str(answer.status)
            except (OSError, http.client.HTTPException) as problem:
                apis.pop(url).close()
                # nginx closes idle connections when it reloads. A browser and curl take a new one then and say
                # nothing; so is it here, once.
                stale = isinstance(problem, (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected))
                if not (reused and stale):
                    return None, type(problem).__name__

    def busy_s(self):
        """What a client is served for between two of its pauses, as a rule."""
        return statistics.median(self.busy)

    def longest_since(self, moment):
        """Of the requests that were under way at `moment`, or came later."""
        with self.lock:
            return max((took for began, took in self.done if began + took >= moment), default=0.0)


class OpenLoad:
    """Registrations that do not wait for each other: `rate` a second for so many seconds, whatever became of those
    before; 0: each of `clients` connections sends its next one behind an answer. Begins at once. The names of those that
    were acknowledged are added to the file `accepted`, the names of all to `sent`; each name is its request's key, too."""

    def __init__(self, url, token, name, rate, seconds, clients, accepted=None, sent=None):
        self.name, self.patience_s = name, seconds + 120
        self.process = subprocess.Popen(
            [str(build("./openloop", "openloop")), "--url", url, "--token", token, "--name", name, "--rate", str(rate),
             "--seconds", str(seconds), "--clients", str(clients), *(["--accepted", str(accepted)] if accepted else []),
             *(["--sent", str(sent)] if sent else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def figures(self):
        """What it measured (tests/oracle/openloop), when it is over."""
        try:
            told, problem = self.process.communicate(timeout=self.patience_s)
        finally:
            self.process.kill()
        if self.process.returncode != 0:
            raise RuntimeError(f"the load: {problem[-500:]}")
        return json.loads(told)
