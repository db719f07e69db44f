"""Ten times what the node can do, from people who do not wait for each other."""
import json
import re
import subprocess
import time

import support
from records import build
from scene import START_S, measured, writes_within
from support import Node, check

NAME, UNIT, EACH = "T18-overload", "overloads", 1
ABOUT = "ten times its peak, open loop: what it accepts is served in time, the rest is refused at once"
ROUNDS, ENGINES, MAX_S = dict(ci=0, pr=1, nightly=5), ("embedded",), 600

GOODPUT_MIN = 0.8  # of the peak
ACCEPTED_P99_MS, NORMAL_S, CONNECTIONS = 1_000, 10, 900


def why_not():
    return ""


def load(node, name, rate, seconds, clients):
    """What the load generator measured. It shares the machine with the node."""
    program = build("./openloop", "openloop")
    done = subprocess.run([str(program), "--url", node.url, "--token", node.token(), "--name", name,
                           "--rate", str(rate), "--seconds", str(seconds), "--clients", str(clients)],
                          capture_output=True, text=True, timeout=seconds + 120)
    if done.returncode != 0:
        raise RuntimeError(f"the load: {done.stderr[-500:]}")
    print(f"        {name}: {done.stdout.strip()}", flush=True)
    return json.loads(done.stdout)


def attack(seed, engine, number):
    # Little may wait, so that what is too much is seen.
    node = Node(support.new_folder("overload") / "data", env=dict(TRACSEQ_ENGINE_IN_FLIGHT_MAX="16"))
    node.start(timeout_s=START_S)
    seconds = 5 if number == 0 else 60
    calm = load(node, f"calm-{seed}", 0, 3, 1)
    peak = load(node, f"peak-{seed}", 0, seconds, 64)
    much = load(node, f"much-{seed}", 10 * max(peak["accepted_per_s"], 50), seconds, CONNECTIONS)
    took = writes_within(node.api(), 2 * NORMAL_S, f"normal-{seed}")
    time.sleep(1)
    after = load(node, f"after-{seed}", 0, 3, 1)
    measured("peak_per_s", peak["accepted_per_s"])
    measured("goodput_over_peak", much["accepted_per_s"] / max(peak["accepted_per_s"], 1e-9))
    measured("accepted_p99_ms", much["accepted_p99_ms"])
    measured("refused_p50_ms", much["refused_p50_ms"])
    measured("calm_p50_ms", calm["accepted_p50_ms"])
    measured("after_p50_ms", after["accepted_p50_ms"])
    check("the overload was one", much["sent"] > 3 * peak["accepted"], much)
    check("whoever is refused is told when to come again", much["refused_with_retry_after"] == much["refused"], much)
    check("nothing but success and refusals", set(much["statuses"]) <= {"201", "429", "503", "0"}, much["statuses"])
    check(f"it is normal within {NORMAL_S} s", took <= NORMAL_S, took)
    check("it still runs", node.process.poll() is None)
    status = open(f"/proc/{node.process.pid}/status").read()
    resident = int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1])
    measured("rss_mib", resident / 1024)
    check("its memory is in bounds", resident < 1 << 20, f"{resident} KiB")
    node.stop()
    audit = support.run("audit", "verify", "--data", node.data)
    check("the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)
