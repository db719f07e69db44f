"""What the tests with real processes share: checks that count, a node, a place for its data."""
import atexit
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(PROJECT / "tools"), str(PROJECT / "tests" / "verify"), str(PROJECT / "tests" / "crash")]

from client import Api, Refused, quote  # noqa: E402,F401

PROGRAM = pathlib.Path(os.environ.get("TRACSEQ_PROGRAM", PROJECT / "build" / "tracseq"))
KAFKA = os.environ.get("TRACSEQ_TEST_KAFKA", "")

UNAVAILABLE = 6  # exit code

passed, failed = [], []
_children, _folders = [], []


def check(name, holds, found=""):
    """One check. Prints what failed, at once."""
    (passed if holds else failed).append(name)
    if not holds:
        print(f"FAILED  {name}" + (f"\n        {str(found)[:1500]}" if found != "" else ""), flush=True)
    return holds


def check_words(name, text, *words):
    """The words that a person would look for stand in the text."""
    missing = [w for w in words if w.lower() not in text.lower()]
    return check(name, not missing, f"missing {missing} in: {text}")


def case(function):
    """Runs a test function; an exception is a failure of it."""
    began = time.monotonic()
    before = len(failed)
    try:
        function()
    except Exception as problem:
        traceback.print_exc()
        check(function.__name__, False, f"{type(problem).__name__}: {problem}")
    else:
        check(function.__name__, True)
    word = "ok    " if len(failed) == before else "FAILED"
    print(f"{word}  {function.__name__} ({time.monotonic() - began:.1f} s)", flush=True)


def finish():
    """The closing line and the exit code."""
    print(f"\n{len(passed)} passed, {len(failed)} failed", flush=True)
    sys.exit(1 if failed else 0)


def new_folder(name="data"):
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"tracseq-{name}-", dir=os.environ.get("TRACSEQ_TEST_DIR")))
    _folders.append(path)
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fresh_topic(name):
    """The address of a topic of the test broker that nobody used."""
    return f"{KAFKA.rstrip('/')}/{name}-{os.getpid()}-{time.monotonic_ns()}"


@atexit.register
def _clean_up():
    for child in _children:
        if child.poll() is None:
            child.kill()
            child.wait()
    if not failed or not os.environ.get("TRACSEQ_KEEP"):
        for folder in _folders:
            shutil.rmtree(folder, ignore_errors=True)


def run(*arguments, timeout_s=120, env=None, stdin=None):
    """The program, to its end. Its output is text."""
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout_s, env={**os.environ, **(env or {})},
                          input=stdin, stdin=subprocess.DEVNULL if stdin is None else None)


def tool(name, *words, timeout_s=300, **how):
    """A script of tools/, to its end. Its output is text."""
    return subprocess.run([str(PROJECT / "tools" / name), *map(str, words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout_s, **how)


def eventually(holds, seconds=20):
    """Whether it comes to hold."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


class Node:
    """One `tracseq serve`."""

    def __init__(self, data, log="", port=None, wrapper=(), extra=(), env=None):
        self.data, self.log, self.port = pathlib.Path(data), log, port or free_port()
        self.wrapper, self.extra, self.env, self.process = list(wrapper), list(extra), env or {}, None
        self.output = new_folder("output") / (self.data.name + ".out")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        line = [*self.wrapper, str(PROGRAM), "serve", "--data", str(self.data), "--port", str(self.port)]
        return line + (["--log", self.log] if self.log else []) + self.extra

    def launch(self):
        with open(self.output, "ab") as out:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, env={**os.environ, **self.env})
        _children.append(self.process)
        return self

    def start(self, timeout_s=60):
        self.launch()
        began, again = time.monotonic(), 3
        while time.monotonic() - began < timeout_s:
            if self.process.poll() == UNAVAILABLE and self.log and again:
                # The broker was too busy to answer; systemd would start the node once more, too.
                again -= 1
                self.launch()
            if self.process.poll() is not None:
                raise RuntimeError(f"the node left with {self.process.returncode}: {self.words()[-1500:]}")
            with contextlib.suppress(OSError):
                if Api(self.url, timeout_s=5).request("GET", "//readyz").status == 200:
                    self.ready_s = time.monotonic() - began
                    return self
            time.sleep(0.02)
        raise RuntimeError(f"the node is not ready after {timeout_s} s: {self.words()[-1500:]}")

    def expect_refusal(self, timeout_s=60):
        """Starts it, waits until it has left, and gives (exit code, its words)."""
        before = len(self.words())
        self.launch()
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return None, self.words()[before:]
        return code, self.words()[before:]

    def words(self):
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def token(self):
        return (self.data / "operator.token").read_text().strip()

    def api(self, timeout_s=30):
        return Api(self.url, self.token(), timeout_s)

    def kill(self):
        """kill -9, also of what a wrapper (strace) started."""
        below = children_of(self.process.pid)
        for pid in [*below, self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        # What was traced ends behind its tracer, and holds the data folder until then.
        until = time.monotonic() + 20
        while any(is_running(pid) for pid in below) and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self, timeout_s=30):
        if self.process.poll() is not None:
            return self.process.returncode
        for pid in children_of(self.process.pid) or [self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        return self.process.wait(timeout_s)

    def restart(self, **how):
        self.kill()
        return self.start(**how)


def children_of(pid):
    try:
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_running(pid):
    """False for a process that has ended and waits for its parent to take notice, too; true as long as
    one of its threads has not ended, for they hold its files."""
    with contextlib.suppress(OSError):
        for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                if (thread / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
                    return True
    return False


def all_units(api):
    """Every storage unit, level by level: a list without a parent is the roots."""
    level = list(api.everything("/storage-units"))
    while level:
        yield from level
        level = [u for parent in level if parent["children_count"]
                 for u in api.everything(f"/storage-units?parent={parent['id']}")]


def wait_quiet(api, timeout_s=60):
    """Until no process manager is open, nor one that was refused and still gives back what it held."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        counted = re.search(r"^tracseq_processes_open (\d+)", api.get("//metrics").body, re.M)
        if not api.must("GET", "/processes?state=open")["items"] and counted and counted[1] == "0":
            return True
        time.sleep(0.1)
    return False


def log_of(node):
    return node.log or str(node.data / "log")


def export(log, into):
    """`tracseq log export` into a file; the path."""
    done = run("log", "export", "--log", log, "--into", into)
    if done.returncode != 0:
        raise RuntimeError(f"log export: {done.stderr.strip()[-800:]}")
    return into


def rows_of(data):
    """What `tracseq audit rows` says of a node that does not run."""
    done = run("audit", "rows", "--data", data, "--json")
    if done.returncode != 0:
        raise RuntimeError(f"audit rows: {done.stderr.strip()[-800:]}")
    return json.loads(done.stdout)


def report(values):
    print(json.dumps(values), flush=True)
