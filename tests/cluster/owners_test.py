#!/usr/bin/env python3
"""Who may take partitions: not a node that was behind when the log forgot; all that have each other, whoever keeps
itself out; whoever can, of what a silent owner had; and of two with one name the one at work.

    tests/cluster/owners_test.py [CASE…]
"""
import contextlib
import os
import resource
import secrets
import shutil
import signal
import sys
import time

from members import STARTS_S, Member, folder, members, support, takes_commands, wait_until
from preload import Clock
from support import case, check, check_words
from bounce_test import Broker

SAMPLES = 24  # so that each partition has some


def register(node, name, count=SAMPLES):
    for n in range(count):
        node.api().must("POST", "/samples", dict(name=f"{name}{n}", type="DNA"))


def names_of(node):
    return sorted(one["name"] for one in node.api().everything("/samples"))


def why(node):
    """What it says of why it is not ready; nothing before it answers."""
    with contextlib.suppress(OSError):
        return str(node.api().get("//readyz").body)
    return ""


def owners(node):
    """Who serves; of what nobody serves, why."""
    return {row["owner"] if row["state"] == "open" else row["state"] for row in node.view()["partitions"]}


def restart_broker(broker, older, forgets=False):
    broker.tool("kill" if forgets else "stop")
    kept = broker.folder / "data"
    if forgets:
        shutil.rmtree(kept)
        shutil.copytree(older, kept)
    else:
        shutil.copytree(kept, older)
    broker.start()


def ends_of(log):
    return support.run("--json", "log", "info", "--log", log).stdout


def one_that_was_behind_when_the_log_forgot():
    broker = Broker()
    broker.start()
    try:
        behind_the_loss(broker, f"kafka://127.0.0.1:{broker.port}/lab")
    finally:
        broker.tool("kill")


def behind_the_loss(broker, log):
    first, second, behind = (Member(f"node-{n}", log) for n in (1, 2, 3))
    with members(first, second, behind):
        register(first, "A")
        check("one is stopped, to be upgraded", behind.stop(60) == 0)
        restart_broker(broker, folder / "older")
        check("the others go on", wait_until(lambda: first.is_ready() and second.is_ready(), 60), why(first))
        register(first, "B")
        samples = sorted(f"{name}{n}" for name in "AB" for n in range(SAMPLES))
        check("both show it", wait_until(lambda: names_of(first) == names_of(second) == samples),
              (names_of(first), names_of(second)))
        restart_broker(broker, folder / "older", forgets=True)
        check("those that have shown more find out",
              wait_until(lambda: "Missing is" in why(first) and "Missing is" in why(second), 60), why(first))
        before = ends_of(log)
        behind.launch()
        check("the one that was behind does, too, from them", wait_until(
            lambda: "shown of it, so it has lost records" in why(behind), STARTS_S), behind.words()[-500:])
        check_words("it names them and what is missing", why(behind), "node-", "Missing is: partition",
                    "docs/howto/mend-a-log-that-forgot.md")
        status = support.run("cluster", "status", "--check", "--plain", "--url", behind.url, "--data", behind.data)
        check("the command line finds it wrong", status.returncode == 6, status.returncode)
        check_words("and says it", status.stdout + status.stderr, "node-3 is not ready", "has lost records")
        check("it is a figure", behind.metric("tracseq_cluster_log_missing_records") >= SAMPLES)
        time.sleep(12)  # longer than an owner has that does not open, and the group
        check("no node acknowledges anything", not any(takes_commands(one, "FORK") for one in (first, second, behind)))
        for one in (first, second):  # as the page says, one after the other
            one.kill()
        time.sleep(8)
        check("nor when it is alone", not behind.is_ready() and not takes_commands(behind, "FORK"))
        check("nothing was written behind the loss", ends_of(log) == before, (before, ends_of(log)))
        behind.stop(60)
        for one in (behind, first, second):
            done = support.run("log", "repair", "--data", one.data, "--log", log)
            check(f"{one.name}: it is put back", done.returncode == 0, done.stdout + done.stderr)
        with members(first, second, behind):
            check("all is there", wait_until(lambda: all(names_of(one) == samples for one in (first, second, behind))))
            check("and goes on", takes_commands(behind, "C-1"))


def one_that_will_have_nobody():
    """Where the newest owner was, somebody denies the others; he keeps himself out, and nobody else."""
    topic = support.fresh_topic("denies")
    nodes = first, second, third = [Member(f"node-{n}", topic) for n in (1, 2, 3)]
    with members(*nodes):
        check("each owns a part", wait_until(lambda: owners(first) == {"node-1", "node-2", "node-3"}), owners(first))
        for one in nodes:  # the power is cut
            one.kill()
    denier = Member("node-9", support.fresh_topic("denier"), secret_name="other")
    at = denier.extra.index(str(denier.cluster_port))
    denier.extra[at] = str(third.cluster_port)
    with members(denier):
        with members(first, second):
            check("the two that have each other serve all",
                  wait_until(lambda: owners(first) == {"node-1", "node-2"}), owners(first))
            check("both take commands", takes_commands(first, "TWO-1") and takes_commands(second, "TWO-2"))
            outsider_says_so(topic)
        with members(first):
            check("so does one that is alone", owners(first) == {"node-1"} and takes_commands(first, "ONE-1"),
                  owners(first))


def outsider_says_so(topic):
    outsider = Member("node-4", topic, secret_name="other")
    outsider.launch()
    try:
        check("a node that is kept out answers", wait_until(lambda: "do not have each other" in why(outsider), STARTS_S),
              outsider.words()[-500:])
        status = support.run("cluster", "status", "--check", "--plain", "--url", outsider.url, "--data", outsider.data)
        words = status.stdout + status.stderr
        check_words("its command line says so, too", words, "node-4\tnot ready\t", "do not have each other",
                    "node-4 is not ready")
    finally:
        outsider.kill()


def a_silent_owner_and_one_that_cannot_take():
    """What the silent one had is given to both; what is given to the one that cannot is taken by the other."""
    topic = support.fresh_topic("silent")
    silent, healthy = Member("node-1", topic), Member("node-3", topic)
    unable = Member("node-2", topic, wrapper=["env", "--ignore-signal=XFSZ"])
    with members(silent, unable, healthy):
        check("each owns a part", wait_until(lambda: owners(healthy) == {"node-1", "node-2", "node-3"}), owners(healthy))
        # Its disk takes no more, and nothing else is wrong with it.
        resource.prlimit(unable.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        register(healthy, "FULL")
        check("one cannot go on", wait_until(lambda: not unable.is_ready(), 60), why(unable))
        check("what it had is taken from it", wait_until(lambda: owners(healthy) == {"node-1", "node-3"}, 60),
              healthy.view()["partitions"])
        os.kill(silent.process.pid, signal.SIGSTOP)
        try:
            check("all that the silent one had is served again", wait_until(
                lambda: healthy.is_ready() and owners(healthy) == {"node-3"}, 90), healthy.view()["partitions"])
            answer = healthy.api().post("/samples", dict(name="SILENT-1", type="DNA"), key=secrets.token_hex(8))
            check("commands pass", answer.ok, answer.problem)
        finally:
            os.kill(silent.process.pid, signal.SIGCONT)
        check("when it is back it has its part again", wait_until(lambda: silent.is_ready(), 60), why(silent))


def clocks():
    """A clone whose clock is behind, and a clock that steps while the nodes talk."""
    topic = support.fresh_topic("clocks")
    steps, past = Clock(support.new_folder("steps")), Clock(support.new_folder("past"), -3_600)
    second = Member("node-2", topic, env=steps.env)
    with members(Member("node-1", topic), second) as (first, _):
        clone = Member("node-1", topic, env=past.env)
        code, words = clone.expect_refusal(STARTS_S)
        check("the clone leaves, though it looks older", code not in (0, None), code)
        check_words("it says why", words, "another node is named node-1")
        time.sleep(2)
        check("who is at work goes on", first.process.poll() is None and takes_commands(first, f"N-{secrets.token_hex(3)}"))
        check("clocks agree", first.metric("tracseq_cluster_clock_difference_seconds") < 5)
        for seconds in (3_600, -3_600, 0):
            steps.step(seconds)
            check(f"a clock that steps to {seconds} s is a figure at both, while they talk",
                  wait_until(lambda: all(differs_by(one, abs(seconds)) for one in (first, second)), 20),
                  (first.view()["warnings"], second.words()[-800:]))


def differs_by(node, seconds):
    found = node.metric("tracseq_cluster_clock_difference_seconds")
    return found is not None and abs(found - seconds) < 60


for test in (one_that_was_behind_when_the_log_forgot, one_that_will_have_nobody,
             a_silent_owner_and_one_that_cannot_take, clocks):
    if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
        case(test)
support.finish()
