"""The processes below this one: none of them may stay behind."""
import ctypes
import json
import os
import pathlib
import select
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Grandchildren whose parent died become our children, so that we can end them."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid):
    """Those of every thread; a process or thread may end while we look."""
    found = []
    try:
        tasks = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return found
    for task in tasks:
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def descendants():
    found, ahead = [], [os.getpid()]
    while ahead:
        below = children_of(ahead.pop())
        found += below
        ahead += below
    return found


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:100]
    except OSError:
        return ""


def reap_orphans(child):
    """Takes notice of adopted processes that have ended: who waits for them to go would wait for ever."""
    for pid in descendants():
        if pid == child:
            continue
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass  # somebody else's child


def wait_for(child, timeout_s):
    """The exit code of `child`; TimeoutExpired as of its own `wait`."""
    until = time.monotonic() + timeout_s
    while child.poll() is None:
        if time.monotonic() > until:
            raise subprocess.TimeoutExpired(child.args, timeout_s)
        reap_orphans(child.pid)
        time.sleep(0.1)
    return child.returncode


def wait_until_alone(patience_s=3.0):
    """What watches a part's process needs a moment to see that it has ended."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        reap_orphans(None)
        if not descendants():
            return
        time.sleep(0.05)


def end_descendants():
    """Ends every process below us; gives the names of the ended."""
    ended = []
    for pid in descendants():
        if name_of(pid).strip():
            ended.append(name_of(pid))
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
    return ended


def begin(work, failed):
    """Does `work()` in a process of its own, which tells its processes from those of what is done beside it: (pid,
    where its result can be read). If it is ended, by a signal too, nothing that it started stays, and its result is
    that of `failed(problem)`. Results are what JSON can say."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            adopt_orphans()
            told = json.dumps(work())
        except BaseException as problem:
            end_descendants()
            told = json.dumps(failed(problem))
        with open(writer, "w") as out:
            out.write(told)
        os._exit(0)
    os.close(writer)
    return pid, open(reader)


def first_ended(running):
    """Waits until one of `running`, by name what `begin` gave, has ended: its name and its result; None for the
    result of one that could not tell it. It is taken out."""
    ready, _, _ = select.select([told for _, told in running.values()], [], [])
    which = next(one for one, (_, told) in running.items() if told is ready[0])
    pid, told = running.pop(which)
    with told:
        text = told.read()
    os.waitpid(pid, 0)
    return which, json.loads(text or "null")
