"""The client of every HTTP measurement: wrk."""
import itertools
import json
import pathlib

from common import Failed, run

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
_runs = itertools.count(100)


class Load:
    """What one run of wrk saw."""

    def __init__(self, seen):
        self.requests, self.seconds = seen["requests"], seen["seconds"]
        self.per_s = self.requests / self.seconds
        self.p50_us, self.p99_us = seen["p50_us"], seen["p99_us"]


def wrk(port, mode, seconds, connections=64, token="x" * 64, ids=""):
    """`connections` clients, each with one request in flight. Failed if any was refused."""
    command = ["wrk", "-t", min(2, connections), "-c", connections, "-d", f"{seconds}s", "--timeout", "30s",
               "-s", SCRIPT, f"http://127.0.0.1:{port}", "--", mode, token, next(_runs)]
    out = run(command + ([ids] if ids else []), timeout_s=seconds + 120)
    seen = json.loads(next(line[5:] for line in out.splitlines() if line.startswith("JSON ")))
    if seen["refused"] or seen["broken"] or not seen["requests"]:
        raise Failed(f"of {seen['requests']} requests ({mode}) {seen['refused']} were refused and "
                     f"{seen['broken']} had no answer")
    return Load(seen)
