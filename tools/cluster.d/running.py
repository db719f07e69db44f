"""Processes of a cluster, which outlive the tool that started them.

Each carries the cluster's folder and its part ("node-1", "proxy") in its environment, so that it is found again
without any note of its number, which could be lost or be another process by now.
"""
import contextlib
import os
import pathlib
import signal
import subprocess
import time

# Where Debian has nginx and nft, and not every user's shell looks.
if "/usr/sbin" not in os.environ.get("PATH", "").split(":"):
    os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/sbin"

MARK, PART = "LAB_CLUSTER", "LAB_CLUSTER_PART"


def marks(folder, part):
    """What a process of the cluster carries in its environment."""
    return {MARK: str(folder), PART: part}


def launch(command, folder, part, cwd, log, env=None):
    """Starts a process of the cluster in a session of its own; its words go to the file `log`."""
    with open(log, "ab") as out:
        return subprocess.Popen([str(c) for c in command], cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                env={**os.environ, **(env or {}), **marks(folder, part)}, start_new_session=True)


def find(folder):
    """{pid: part} of all that run for the cluster in `folder`. Ended processes that nobody has asked after are not
    among them."""
    wanted, found = f"{MARK}={folder}".encode(), {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            values = (entry / "environ").read_bytes().split(b"\0")
            if wanted in values:
                part = next((v for v in values if v.startswith(PART.encode() + b"=")), b"=")
                found[int(entry.name)] = part.partition(b"=")[2].decode()
            elif _is_nginx_of(entry, folder):
                found[int(entry.name)] = "proxy"
    return found


def _is_nginx_of(entry, folder):
    # nginx writes what it does over its environment.
    return ((entry / "comm").read_text().strip() == "nginx"
            and os.readlink(entry / "cwd").startswith(f"{folder}/"))


def of_part(folder, part):
    return [pid for pid, name in find(folder).items() if name == part]


def state_of(pid):
    """The kernel's letter for a process ("S" sleeps, "T" is stopped, "Z" has ended), or nothing."""
    with contextlib.suppress(OSError, IndexError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def is_there(pid):
    """True as long as one of its threads has not ended, for they hold its files."""
    with contextlib.suppress(OSError):
        for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError, IndexError):
                if (thread / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
                    return True
    return False


def send(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_gone(pids, timeout_s):
    """True once none of them runs any more."""
    until = time.monotonic() + timeout_s
    while any(is_there(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def end(pids, patience_s=0):
    """SIGTERM and, after `patience_s`, SIGKILL. True if they ended in good order."""
    orderly = False
    if patience_s:
        send(pids, signal.SIGTERM)
        send(pids, signal.SIGCONT)
        orderly = wait_gone(pids, patience_s)
    if not orderly:
        send(pids, signal.SIGKILL)
        wait_gone(pids, 20)
    return orderly
