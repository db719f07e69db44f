#!/usr/bin/env python3
"""A disk that fails and a disk that is full.

An fsync that fails (strace makes one) is never tried again: neither what it was to put on the disk nor anything
after it is acknowledged, and all that was acknowledged before it is there after a restart.

A full disk refuses writes with 507 or 503, goes on serving reads, and takes writes again as soon as
there is room.
"""
import http.client
import os
import re
import subprocess
import time

import support
import failed_calls
from segments import segments
from support import Node, case, check, check_words

BALLAST = "ballast"
ENOUGH = 5  # refusals in a row
LEAVES_S = 10  # half of what a polite stop has; what is promised is a second


def failing_sync(nth):
    data = support.new_folder("sync") / "data"
    Node(data).start().stop()  # the folder is made without faults
    trace = support.new_folder("trace") / "calls"
    node = Node(data, wrapper=failed_calls.tracer(trace, segments(data / "log")[-1], "fdatasync",
                                                  f"error=EIO:when={nth}"))
    acknowledged = {}
    try:
        api = node.start().api(timeout_s=20)
    except RuntimeError:
        # A start's claims are synced too, in as many groups as the load of the machine makes of them:
        # a node that meets the failure there leaves before anyone can write.
        asked, refusals = [], ["the node left at its start"] * ENOUGH
    else:
        asked, refusals = write_until_refusals(api, nth, acknowledged)
    batch = failed_calls.failed_batch(trace)
    hit = failed_calls.in_batch(batch, asked)
    check(f"sync {nth}: strace says what was not synced", batch, trace)
    check(f"sync {nth}: what was not synced is not acknowledged", not set(hit) & set(acknowledged), hit)
    check(f"sync {nth}: the failure was met", len(refusals) == ENOUGH, f"{len(acknowledged)} acknowledged")
    check(f"sync {nth}: the node leaves by itself, whoever waits", leaves(node, LEAVES_S), LEAVES_S)
    words = node.words()
    check_words(f"sync {nth}: the log of the node says what failed", words, "sync")
    node.kill()
    after = Node(data).start()
    there = {s["id"] for s in after.api().everything("/samples")}
    lost = [a for a in acknowledged.values() if a not in there]
    check(f"sync {nth}: what was acknowledged is there after a restart", not lost, lost)
    after.stop()
    audit = support.run("audit", "verify", "--data", data)
    check(f"sync {nth}: the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)
    return len(acknowledged), len(hit)


def leaves(node, within_s):
    return support.eventually(lambda: node.process.poll() is not None, within_s)


def write_until_refusals(api, nth, acknowledged):
    """Registers samples, one by one, until ENOUGH were refused: the keys of all, and the refusals' words. What is
    acknowledged is put down, with its id."""
    asked, refusals = [], []
    for n in range(60):
        asked.append(f"f{nth}-{n}")
        try:
            answer = api.post("/samples", dict(name=f"F{n:03d}", type="DNA"), key=asked[-1])
        except (OSError, http.client.HTTPException) as problem:
            refusals.append(str(problem))
        else:
            if answer.ok:
                check(f"sync {nth}: nothing is acknowledged after the failure", not refusals,
                      f"F{n:03d} behind {refusals[-1:]}")
                acknowledged[asked[-1]] = answer.body["id"]
            else:
                refusals.append(answer.problem)
        if len(refusals) == ENOUGH:
            break
    return asked, refusals


def slow_sync():
    """Nothing is acknowledged before its sync has returned: an answer takes at least as long as that."""
    data, delay_s = support.new_folder("slow") / "data", 0.3
    Node(data).start().stop()
    # Of the history itself alone; the store can be computed again.
    node = Node(data, wrapper=failed_calls.tracer("/dev/null", segments(data / "log")[-1], "fdatasync",
                                                  f"delay_enter={int(delay_s * 1e6)}"))
    node.start()
    api, waits = node.api(), []
    for n in range(5):
        time.sleep(2 * delay_s)  # or it would wait for the sync of the one before, which proves nothing
        began = time.monotonic()
        api.must("POST", "/samples", dict(name=f"S{n}", type="DNA"))
        waits.append(time.monotonic() - began)
    check("no answer comes before the sync", min(waits) > delay_s, waits)
    node.kill()


def a_new_file_has_its_name_first():
    """Nothing in a new file of the history counts before the folder's sync has put the file's name on the disk: most
    file systems do that by the way, and none promises it."""
    data = support.new_folder("named") / "data"
    trace = data.parent / "calls"
    node = Node(data, env=dict(TRACSEQ_LOG_SEGMENT_MIB="1"), wrapper=[
        "strace", "-f", "-qq", "-y", "-o", str(trace), "-e", "trace=/^rename,fsync,fdatasync"]).start()
    api, files = node.api(), lambda: len(segments(data / "log"))
    for n in range(2000):
        api.must("POST", "/samples", dict(name=f"N{n}", type="DNA", notes="x" * 4000))
        if files() >= 4:
            break
    node.kill()
    log, waiting, named, early = str(data / "log"), None, 0, []
    for line in trace.read_text(errors="replace").splitlines():
        if found := re.search(rf'rename\w*\(.*"{re.escape(log)}/([^/"]+\.tslog)"', line):
            waiting = found[1]
        elif waiting and re.search(rf"fsync\(\d+<{re.escape(log)}>", line):
            waiting, named = None, named + 1
        elif waiting and waiting in line:
            early.append(line)
    check("new files were begun", named >= 3 and files() >= 4, (named, files()))
    check("each has its name on the disk before anything in it counts", not early and waiting is None, (early, waiting))


def sync_that_fails():
    found = [failing_sync(nth) for nth in (2, 5, 12, 30)]
    check("the failure was met behind acknowledged commands too", any(acknowledged for acknowledged, _ in found), found)
    check("and it was the sync of a command", any(hit for _, hit in found), found)


def disk_that_is_full():
    mount = support.new_folder("full") / "disk"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=180m", "tmpfs", str(mount)],
                          capture_output=True, text=True)
    if not check("a small disk can be mounted (needs root)", made.returncode == 0, made.stderr):
        return
    node = Node(mount / "data")
    try:
        node.start()
        api = node.api()
        kept = [api.must("POST", "/samples", dict(name=f"D{n}", type="DNA"))["id"] for n in range(5)]
        fill(mount)
        refused = write_until_refused(api)
        if check("a full disk refuses writes", refused is not None):
            check("with 507 or 503", refused.status in (507, 503), refused.problem)
            check_words("the words say that the disk is full", refused.problem, "full")
            check("and says that it can be repeated",
                  refused.body.get("retryable") is True or "Retry-After" in refused.headers, refused.body)
        shown = [api.get(f"/samples/{k}").status for k in kept]
        check("reads go on", shown == [200] * 5, shown)
        time.sleep(0.6)  # it looks four times a second
        told = node.words().count("is full")
        check("the node's own log says it once", told == 1, told)
        (mount / BALLAST).unlink()
        began = time.monotonic()
        while time.monotonic() - began < 30:
            if api.post("/samples", dict(name="AGAIN", type="DNA")).ok:
                break
            time.sleep(0.1)
        check("writes go on soon after there is room, without a restart", time.monotonic() - began < 20,
              f"{time.monotonic() - began:.1f} s")
        listed = {s["id"] for s in api.everything("/samples")}
        check("nothing is lost", set(kept) <= listed)
        node.stop()
        audit = support.run("audit", "verify", "--data", node.data)
        check("the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)
        start_on_full_disk(mount, node)
    finally:
        node.kill()
        subprocess.run(["umount", "-l", str(mount)], check=False)


def start_on_full_disk(mount, node):
    fill(mount)
    fresh = Node(mount / "fresh", port=node.port)
    code, words = fresh.expect_refusal()
    check("a start on a full disk is refused", code not in (0, None), code)
    check_words("its words say why", words, "no space")
    code, words = node.expect_refusal()
    check("so is one with data, in words", code == 6 and "is full" in words, (code, words[-300:]))
    (mount / BALLAST).unlink()
    node.start().stop()


def fill(mount):
    with open(mount / BALLAST, "wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"\0" * 65536)
        except OSError:
            pass


def write_until_refused(api):
    """Large notes, until the room that the segment took in advance is used up."""
    notes = "x" * 9_000
    for n in range(12_000):
        answer = api.post("/samples", dict(name=f"L{n}", type="DNA", notes=notes))
        if not answer.ok:
            return answer
    return None


if __name__ == "__main__":
    for test in (slow_sync, sync_that_fails, a_new_file_has_its_name_first, disk_that_is_full):
        case(test)
    support.finish()
