"""People who register samples at a cluster and repeat what was refused, and which partition a key lives in."""
import http.client
import pathlib
import sys
import threading
import time
import uuid

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(PROJECT / "tools"), str(PROJECT / "tests" / "verify")]

from client import Api  # noqa: E402
from history import command_id  # noqa: E402

PARTITIONS = 12


def home_of(key):
    """The partition that all a key makes lives in (node/http/commands.hpp, events/ids.hpp)."""
    h = 0xcbf29ce484222325
    for byte in f"command/{command_id(key)}".encode():
        h = (h ^ byte) * 0x100000001b3 & 0xFFFFFFFFFFFFFFFF
    return h % PARTITIONS


class Traffic:
    """Clients that register samples at the given addresses by turns, `pause_s` between two requests of each.
    `connect(url, name)` gives what a client asks with, if it is not a plain Api."""

    def __init__(self, urls, token, clients, pause_s=0.0, timeout_s=30, connect=None):
        self.urls, self.pause_s = urls, pause_s
        self.connect = connect or (lambda url, name: Api(url, token, timeout_s))
        self.done, self.failed, self.lock, self.ends = [], [], threading.Lock(), threading.Event()
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
        apis, count = {}, 0
        while not self.ends.is_set():
            url = self.urls[(number + count) % len(self.urls)]
            count += 1
            key, began, status = str(uuid.uuid4()), time.monotonic(), 0
            # What is refused is asked again with its key, as every client does: the time runs on.
            while status != 201 and not self.ends.is_set():
                words = ""
                try:
                    reused = url in apis
                    if not reused:
                        apis[url] = self.connect(url, f"polite-{number}")
                    sample = dict(name=f"C{number}-{count}-{key[:8]}", type="DNA")
                    status = apis[url].post("/samples", sample, key=key).status
                    words = str(status)
                except (OSError, http.client.HTTPException) as problem:
                    status, words = 0, type(problem).__name__
                    # nginx closes idle connections when it reloads. A browser and curl take a new one then and say
                    # nothing; so is it here, once.
                    stale = isinstance(problem, (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected))
                    apis.pop(url).close()
                    if reused and stale:
                        continue
                if status != 201:
                    with self.lock:
                        self.failed.append(words)
                    time.sleep(0.02)
            with self.lock:
                self.done.append((began, time.monotonic() - began))
            if self.pause_s:
                time.sleep(self.pause_s)

    def longest_since(self, moment):
        """Of the requests that were under way at `moment`, or came later."""
        with self.lock:
            return max((took for began, took in self.done if began + took >= moment), default=0.0)
