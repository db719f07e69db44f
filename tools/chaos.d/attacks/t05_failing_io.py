"""The n-th sync or write fails: no acknowledgement after it, and a restart has all before."""
import http.client
import re
import time

import support
from scene import START_S, Scene, measured
from segments import segments
from support import check

NAME, UNIT, EACH = "T5-io", "failures", 1
ABOUT = "the n-th fdatasync or pwrite of the history fails with EIO or ENOSPC"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=4, nightly=80), ("embedded",), 600, 14

FAULTS = [("fdatasync", "error=EIO"), ("pwrite64", "error=EIO"),
          ("pwrite64", "error=ENOSPC"), ("fdatasync", "error=ENOSPC")]


def why_not():
    return ""


def attack(seed, engine, number):
    call, fault = FAULTS[number % len(FAULTS)]
    with Scene(seed, engine) as scene:
        draw, node, nth = scene.draw, scene.node, scene.draw.randrange(13, 200)
        node.stop()
        trace = support.new_folder("trace") / "calls"
        segment = segments(node.data / "log")[-1]
        node.wrapper = ["strace", "-f", "-qq", "-ttt", "-o", str(trace), "-P", str(segment), "-e", f"trace={call}",
                        "-e", f"inject={call}:{fault}:when={nth}"]
        print(f"        the {nth}. {call}: {fault}", flush=True)
        offset = time.time_ns() - time.monotonic_ns()
        try:
            node.start()
        except RuntimeError:
            print("        met at the start", flush=True)
        else:
            with scene.load():
                wait_for_failure(trace, node)
                time.sleep(1.5)
        failed_at = failure(trace)
        check("the failure was met", failed_at is not None, node.words()[-400:])
        if failed_at is not None:
            nothing_acknowledged_after(scene, failed_at * 1e9 - offset)
            leaves_or_refuses(scene, node)
        node.kill()
        node.wrapper = []
        node.start(timeout_s=START_S)
        measured("acknowledged_before", len(scene.book.acknowledged))
        draw.random()
        scene.judge()


def failure(trace):
    """When the call failed, in seconds since 1970; None if it has not yet."""
    found = re.search(r"^\d+ +([\d.]+) .*INJECTED", trace.read_text(errors="replace"), re.M) if trace.exists() else None
    return float(found[1]) if found else None


def wait_for_failure(trace, node):
    until = time.monotonic() + 20
    while failure(trace) is None and node.process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def nothing_acknowledged_after(scene, failed_ns):
    """Who asked after the failure was not told that it is done."""
    import json
    scene.book.records.flush()
    late = [r for r in map(json.loads, open(scene.book.records.path))
            if r["method"] == "POST" and r["status"] in (200, 201) and r["call"] > failed_ns
            and not r["answer"].get("replayed")]
    check("nothing is acknowledged that was asked for after the failure", not late, late[:2])


def leaves_or_refuses(scene, node):
    if node.process.poll() is not None:
        return
    try:
        answer = scene.book.api("late", timeout_s=5).post("/samples", dict(name="LATE", type="DNA"), key="late")
        check("a node that stays refuses writes", not answer.ok, answer.status)
    except (OSError, http.client.HTTPException):
        pass
