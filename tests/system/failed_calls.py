"""Calls on a file of the history that strace makes fail, and what each was about."""
import pathlib
import re

from history import command_id

SHOWN = 1 << 22  # bytes of a write that strace writes down: more than a batch has


def tracer(trace, segment, call, fault):
    """What a node is started with so that `call` on `segment` fails as `fault` says; `trace` gets every call."""
    return ["strace", "-f", "-qq", "-ttt", "-xx", "-s", str(SHOWN), "-o", str(trace), "-P", str(segment),
            "-e", "trace=pwrite64,fdatasync", "-e", f"inject={call}:{fault}"]


def failure(trace):
    """When a call failed first, in seconds since 1970; None if none has yet."""
    found = re.search(r"^\d+ +([\d.]+) .*INJECTED", words_of(trace), re.M)
    return float(found[1]) if found else None


def failed_batch(trace):
    """The bytes that no sync before the failure has put on the disk, the failed write among them."""
    batch = b""
    for line in words_of(trace).splitlines():
        if written := re.search(r'pwrite64\([^"]*"((?:\\x[0-9a-f]{2})*)"', line):
            batch += bytes.fromhex(written[1].replace("\\x", ""))
        if "INJECTED" in line:
            return batch
        if "fdatasync" in line and line.endswith("= 0"):
            batch = b""
    return b""


def in_batch(batch, keys):
    """Those of the Idempotency-Keys whose commands have a record in it."""
    return [key for key in keys if command_id(key).bytes in batch]


def words_of(trace):
    path = pathlib.Path(trace)
    return path.read_text(errors="replace") if path.exists() else ""
