"""What the measurements share: a place on a real disk, processes that end with the run, numbers."""
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
MEMORY_FILESYSTEMS = {"tmpfs", "ramfs"}


class Failed(Exception):
    """A measurement that cannot be made; its words say why."""


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def median(values):
    return statistics.median(values)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, timeout_s=900, **how):
    """A program to its end; its output. Failed with its last words if it was not content."""
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout_s, **how)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()[-4:]
        raise Failed(f"{pathlib.Path(str(command[0])).name} ended with {done.returncode}: " + " | ".join(words))
    return done.stdout


def children_cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command, **how):
    """Seconds that a program took on the clock, and of its processors."""
    began, before = time.monotonic(), children_cpu_s()
    run(command, **how)
    return time.monotonic() - began, children_cpu_s() - before


class Place:
    """The run's own folder and processes; all of both are gone when it closes."""

    def __init__(self, folder, build, quick):
        self.build, self.quick = pathlib.Path(build), quick
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        kind = run(["stat", "-f", "-c", "%T", folder]).strip()
        if kind in MEMORY_FILESYSTEMS:
            raise Failed(f"{folder} lies in memory ({kind}), where a sync costs nothing; choose a folder on a "
                         "disk with --dir")
        self.folder = folder / f"run-{os.getpid()}"
        self.folder.mkdir()
        self.folder.chmod(0o755)  # another user's PostgreSQL has to get to its own part
        self.children, self.closers = [], []

    def path(self, name):
        return self.folder / name

    def remove(self, name):
        shutil.rmtree(self.path(name), ignore_errors=True)

    def program(self, name):
        return self.build / "tracseq" if name == "tracseq" else self.build / "tools" / name

    def start(self, command, log, **how):
        """A process that ends with the run."""
        with open(self.path(log), "ab") as out:
            how = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out, **how}
            child = subprocess.Popen([str(c) for c in command], **how)
        self.children.append(child)
        return child

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for closer in reversed(self.closers):
            try:
                closer()
            except Exception as problem:  # the others still have to be closed
                say(f"while closing: {problem}")
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            self.folder.parent.rmdir()  # if it was made for this run
        except OSError:
            pass


def end_on_signals():
    """A run that is told to end still cleans up."""
    def leave(number, _frame):
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def two_cores():
    """Subject, peers and client all get the same two cores, on any machine."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, cores)
    return cores


def json_line(text):
    return json.loads(text.strip().splitlines()[-1])
