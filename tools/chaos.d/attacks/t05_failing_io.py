"""The n-th sync or write fails: no acknowledgement of it nor after it, and a restart has all before."""
import http.client
import json
import time

import support
from failed_calls import failed_batch, failure, in_batch, tracer
from report import percentile
from scene import START_S, Scene, figures_of, measured
from segments import segments
from support import check

NAME, UNIT, EACH = "T5-io", "failures", 1
ABOUT = "the n-th fdatasync or pwrite of the history fails with EIO or ENOSPC"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=4, nightly=80), ("embedded",), 600, 4

FAULTS = [("fdatasync", "error=EIO"), ("pwrite64", "error=EIO"),
          ("pwrite64", "error=ENOSPC"), ("fdatasync", "error=ENOSPC")]
# Within which it has left, or refuses; and how long that is waited for.
STOPS_S, STOPS_MAX_S = 1, 15
# Where commands took longer than this before (30 ms are usual), strace and the node got too little of the machine for a
# second to say anything.
USUAL_MAX_S = 0.2


def why_not():
    return ""


def attack(seed, engine, number):
    call, fault = FAULTS[number % len(FAULTS)]
    with Scene(seed, engine) as scene:
        draw, node, nth = scene.draw, scene.node, scene.draw.randrange(13, 200)
        node.stop()
        trace = support.new_folder("trace") / "calls"
        segment = segments(node.data / "log")[-1]
        node.wrapper = tracer(trace, segment, call, f"{fault}:when={nth}")
        print(f"        the {nth}. {call}: {fault}", flush=True)
        stopped_s = None
        offset = time.time_ns() - time.monotonic_ns()
        try:
            node.start()
        except RuntimeError:
            print("        met at the start", flush=True)
        else:
            with scene.load():
                wait_for_failure(trace, node)
                if failed_at := failure(trace):
                    stopped_s = refuses_from_now_on(scene, node, failed_at)
        failed_at = failure(trace)
        check("the failure was met", failed_at is not None, node.words()[-400:])
        if failed_at is not None:
            nothing_acknowledged_after(scene, failed_at * 1e9 - offset)
            nothing_acknowledged_of(scene, failed_batch(trace))
            if stopped_s is not None:
                usual = usual_s(scene, failed_at * 1e9 - offset)
                measured("usual_s", usual)
                measured("stops_s" if usual <= USUAL_MAX_S else "stops_unjudged_s", stopped_s)
        node.kill()
        node.wrapper = []
        node.start(timeout_s=START_S)
        measured("acknowledged_before", len(scene.book.acknowledged))
        draw.random()
        scene.judge()


def wait_for_failure(trace, node):
    until = time.monotonic() + 20
    while failure(trace) is None and node.process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def nothing_acknowledged_after(scene, failed_ns):
    """Who asked after the failure was not told that it is done; who asked before, and asks again, may be: its first
    answer may have been lost."""
    scene.book.records.flush()
    late, first = [], {}
    for asked in map(json.loads, open(scene.book.records.path)):
        if asked["method"] == "POST":
            first[asked["key"]] = min(first.get(asked["key"], asked["call"]), asked["call"])
            if asked["status"] in (200, 201) and first[asked["key"]] > failed_ns:
                late.append(asked)
    check("nothing is acknowledged that was asked for after the failure", not late, late[:2])


def nothing_acknowledged_of(scene, batch):
    """Nor is whoever asked before, and whose record was to be written then. What a process manager does for a command
    may go on behind its answer, and says nothing here."""
    check("something was to be written", batch)
    told = [key for key, one in scene.book.acknowledged.items()
            if not one["path"].endswith((":place", ":take-out", ":discard"))]
    late = in_batch(batch, told)
    check("nothing is acknowledged of what could not be written", not late, late[:3])
    measured("commands_hit", len(in_batch(batch, scene.book.unresolved)))


def refuses_from_now_on(scene, node, failed_at):
    """Until it has left, or takes no command: how long that is after the failure."""
    api, number = scene.book.api("late", timeout_s=5), 0
    while node.process.poll() is None and time.time() < failed_at + STOPS_MAX_S:
        number += 1
        try:
            answer = api.post("/samples", dict(name=f"LATE-{number}", type="DNA"), key=f"late-{number}")
        except (OSError, http.client.HTTPException):
            continue
        if not answer.ok:
            check("a node that stays refuses writes in words", answer.status == 503, answer.problem)
            break
    took = time.time() - failed_at
    check(f"it has left or refuses within {STOPS_MAX_S} s", took <= STOPS_MAX_S, took)
    return took


def usual_s(scene, until_ns):
    """How long a command took before the failure, in the middle."""
    scene.book.records.flush()
    lines = [json.loads(line) for line in open(scene.book.records.path)]
    took = [one["return"] - one["call"] for one in lines if one["method"] == "POST" and one["return"]
            and one["return"] < until_ns]
    return sorted(took)[len(took) // 2] / 1e9


def of_all(rounds):
    """It stops in time. What failed may have been a step of a process, which hits no command that a client sent."""
    took, unjudged = figures_of(rounds, "stops_s"), figures_of(rounds, "stops_unjudged_s")
    words = f"not judged in {len(unjudged)} rounds, where the machine was too slow" if unjudged else "judged in all"
    if not took:
        return f"how soon nothing is taken after a failure was {words}", False
    p99 = percentile(took, 0.99)
    return f"nothing is taken {p99:.2f} s after a failure (p99), promised is {STOPS_S} s; {words}", p99 <= STOPS_S
