#!/usr/bin/env python3
"""Damage is planted into the history of a Kafka topic: changed, missing, extra and swapped records, a cut tail.
`audit verify` names each place; a node, a replay and a copy refuse what does not verify. And topics that
forget, or are not there."""
import base64
import json
import subprocess
import time

import kafka_wire
import support
from contract import stream
from support import Node, case, check, check_words

folder = support.new_folder("planted")
TEXT = b"Homo sapiens"
FOREVER = {"retention.ms": "-1", "cleanup.policy": "delete"}
good = {}    # partition: its records
place = {}   # where damage is planted
origin = {}  # the node that made the history, and its checkpoints


def make_history():
    node = Node(folder / "origin", support.fresh_topic("origin"))
    api = node.start().api()
    for n in range(60):
        sample = api.must("POST", "/samples", dict(name=f"P{n}", type="DNA", organism=TEXT.decode()))
        api.must("POST", f"/samples/{sample['id']}:receive", {})
    node.stop()
    export = support.export(node.log, folder / "origin.ndjson")
    for line in map(json.loads, export.read_text().splitlines()):
        if "record" in line:
            good.setdefault(line["partition"], []).append(base64.b64decode(line["record"]))
    key = support.run("audit", "key", "--data", node.data).stdout.strip()
    origin.update(node=node, compare=["--checkpoints", node.data / "checkpoints.ndjson", "--key", key])
    fitting = [(p, i) for p, records in sorted(good.items()) for i in range(2, len(records) - 2)
               if TEXT in records[i]]
    place["p"], place["i"] = fitting[0]
    place["q"], place["j"] = next(one for one in fitting if one[0] != place["p"])


def planted(name, change=lambda records: None, settings=None):
    """The address of a new topic that holds the history with `change` made to it."""
    records = {p: list(of) for p, of in good.items()}
    change(records)
    address = support.fresh_topic(name)
    broker, topic = kafka_wire.Broker(address), address.rsplit("/", 1)[1]
    broker.make_topic(topic, 12, settings or FOREVER)
    for p, values in records.items():
        broker.append(topic, p, values)
    return address


def flipped(record, at):
    changed = bytearray(record)
    changed[at] ^= 1
    return bytes(changed)


def audit(address, *more):
    done = support.run("--json", "audit", "verify", "--log", address, *more)
    return done, json.loads(done.stdout) if done.stdout.startswith("{") else {}


def expect_found(name, change, *places, compare=()):
    done, report = audit(planted(name, change), *compare)
    found = [(one["partition"], one["offset"]) for one in report.get("problems", [])]
    check(f"{name}: found where it is", done.returncode == 1 and sorted(places) == sorted(found),
          f"{found}, not {sorted(places)}: {done.stderr[-300:]}")


def damage_is_found_where_it_is():
    p, i, q, j = place["p"], place["i"], place["q"], place["j"]
    done, report = audit(planted("intact"))
    check("undamaged, it verifies", done.returncode == 0 and report["ok"], done.stderr)

    def put(at, *records, of=p, instead=1):
        return lambda all_of: all_of[of].__setitem__(slice(at, at + instead), records)

    record, neighbour = good[p][i], good[p][i + 1]
    expect_found("a-changed-text", put(i, flipped(record, record.index(TEXT))), (p, i + 1))
    expect_found("a-changed-link", put(i, flipped(record, 20)), (p, i))
    expect_found("a-changed-mark", put(i, flipped(record, 1)), (p, i))
    expect_found("a-changed-first-mark", put(0, flipped(good[p][0], 1)), (p, 0))
    expect_found("a-changed-claim", put(0, flipped(good[p][0], 6)), (p, 0))
    expect_found("a-missing-record", put(i), (p, i))
    expect_found("a-missing-claim", put(0), (p, 0))
    expect_found("an-extra-copy", put(i, record, record), (p, i + 1))
    expect_found("extra-bytes", put(i, b"hello", instead=0), (p, i))
    expect_found("an-empty-message", put(i, b"", instead=0), (p, i))
    expect_found("a-tombstone", put(i, None, instead=0), (p, i))
    expect_found("swapped-neighbours", put(i, neighbour, record, instead=2), (p, i))

    def swap_across(all_of):
        all_of[p][i], all_of[q][j] = all_of[q][j], all_of[p][i]
    expect_found("swapped-partitions", swap_across, (p, i), (q, j))


def the_tail_is_held_against_checkpoints():
    p, compare = place["p"], origin["compare"]
    last = len(good[p]) - 1
    done, _ = audit(planted("intact"), *compare)
    check("undamaged, it agrees with its checkpoints", done.returncode == 0, done.stderr)
    expect_found("a-cut-tail", lambda all_of: all_of[p].pop(), (p, last), compare=compare)
    expect_found("an-empty-partition", lambda all_of: all_of.pop(p), (p, 0), compare=compare)
    words = good[p][last].index(b"Operator")
    expect_found("a-changed-last-record",
                 lambda all_of: all_of[p].__setitem__(last, flipped(good[p][last], words)), (p, last),
                 compare=compare)


def nobody_goes_on_behind_damage_unasked():
    p, i = place["p"], place["i"]
    address = planted("lost", lambda all_of: all_of[p].pop(i))
    node = Node(folder / "behind", address)
    for attempt in ("a node", "a node, asked twice,"):
        code, words = node.expect_refusal()
        check(f"{attempt} does not start", code == 1, code)
        check_words(f"{attempt} says where and what to do", words, "damaged", f"partition {p} ", f"offset {i} ",
                    "audit verify", "--log-start-behind-damage")
    done = support.run("replay", "--log", address, "--into", folder / "replayed")
    check("a replay of it is refused", done.returncode == 1, done.stdout)
    check_words("with the place", done.stderr, f"partition {p}, offset {i} ", "does not show what was")
    done = support.run("log", "copy", address, folder / "copied")
    check("so is a copy", done.returncode == 1 and not (folder / "copied").exists(), done.stdout)
    check_words("with the place, too", done.stderr, "does not verify", f"partition {p}, offset {i}")

    node.extra = ["--log-start-behind-damage"]
    api = node.start().api()
    warnings = " ".join(api.must("GET", "/system")["warnings"])
    check_words("who insists is warned", warnings, "damaged", f"partition {p} ", f"offset {i} ")
    check_words("in the node's own log, too", node.words(), '"warn"', f"offset {i} ")
    for n in range(60):  # a commit in each partition
        api.must("POST", "/samples", dict(name=f"A{n}", type="DNA"))
    node.stop()
    node.extra = []
    node.start().stop()
    done, report = audit(address)
    given_up = [(one["partition"], one["offset"]) for one in report["given_up"]]
    check("audit verify goes on naming the place", given_up == [(p, i)], report["given_up"])
    done, _ = audit(address, *origin["compare"])
    check("and a checkpoint tells that it was damage", done.returncode == 1, done.stdout)


def a_damaged_beginning_is_not_called_a_strangers():
    p = place["p"]
    node = Node(folder / "beginning", planted("beginning", lambda all_of: all_of[p].__setitem__(
        0, flipped(good[p][0], 1))))
    code, words = node.expect_refusal()
    check("a node does not start", code == 1, code)
    check_words("and says what it is", words, "damaged", f"partition {p} ", "audit verify")


def a_topic_that_forgets_can_still_be_rescued():
    address = planted("forgets", settings={"retention.ms": "604800000"})
    code, words = Node(folder / "forgets", address).expect_refusal()
    check("no node starts on it", code == 1, code)
    check_words("and says why", words, "retention.ms is 604800000", "--add-config retention.ms=-1")
    done, report = audit(address)
    check("but it can be verified", done.returncode == 0 and report["ok"], done.stderr)
    check_words("with a warning", " ".join(report["warnings"]), "retention.ms is 604800000")
    done = support.run("log", "copy", address, folder / "rescued")
    check("and brought away", done.returncode == 0, done.stderr)


def a_topic_that_is_not_there_is_not_made_anew():
    address = support.fresh_topic("mistyped")
    data = folder / "moved"
    subprocess.run(["cp", "-a", origin["node"].data, data], check=True)
    node = Node(data, address)
    code, words = node.expect_refusal()
    check("a node that has shown a history starts no other", code == 4, code)
    check_words("and asks", words, "there is no topic", "Is the address right?", "log repair")
    check("nothing was made", support.run("log", "info", "--log", address).returncode == 4)
    done = support.run("log", "repair", "--log", address, "--data", data)
    check("a topic that was lost is made anew on request", done.returncode == 0, done.stderr)
    samples = list(node.start().api().everything("/samples"))
    check("and holds what the node had shown", len(samples) == 60, len(samples))
    node.stop()


def a_lost_topic_gets_the_partitions_that_it_had():
    node = Node(folder / "five", support.fresh_topic("five"), env=dict(TRACSEQ_LOG_PARTITIONS="5")).start()
    for n in range(20):
        node.api().must("POST", "/samples", dict(name=f"F{n}", type="DNA"))
    node.stop()
    node.log = support.fresh_topic("five-again")
    done = support.run("log", "repair", "--log", node.log, "--data", node.data)
    check("it is made anew", done.returncode == 0, done.stderr)
    info = json.loads(support.run("--json", "log", "info", "--log", node.log).stdout)
    check("with as many partitions", len(info["partitions"]) == 5, info)
    samples = list(node.start().api().everything("/samples"))
    check("and all that was in it", len(samples) == 20, len(samples))
    node.stop()


def offsets_at_which_nothing_lies_stop_nobody():
    p = place["p"]
    address = planted("gap", lambda all_of: all_of[p].pop())
    broker, topic = kafka_wire.Broker(address), address.rsplit("/", 1)[1]
    broker.append_in_transaction(topic, p, good[p][-1:])
    until, end = time.monotonic() + 20, 0
    while end <= len(good[p]) and time.monotonic() < until:  # the broker writes it in its own time
        end = json.loads(support.run("--json", "log", "info", "--log", address).stdout)["partitions"][p]["end"]
    check("the end of a transaction took an offset", end == len(good[p]) + 1, end)
    done, report = audit(address, *origin["compare"])
    check("it verifies", done.returncode == 0 and report["records"] == sum(map(len, good.values())), done.stderr)
    copies = [folder / "gap", support.fresh_topic("without-gap")]
    for source, target in (address, copies[0]), (address, copies[1]), (address, copies[1]), (copies[0], address):
        done = support.run("log", "copy", source, target)
        check(f"it is copied, {source} to {target}", done.returncode == 0, done.stderr)
    check_words("a copy that is done copies nothing more", done.stdout, "0 records copied")
    node = Node(folder / "on-gap", address)
    began = time.monotonic()
    api = node.start().api()
    check("a node starts on it at once", time.monotonic() - began < 15, time.monotonic() - began)
    page = api.must("GET", "/events?types=sample_registered&limit=500")["items"]
    check("a page of its events ends before the offset that holds none", len(page) == 60, len(page))
    for n in range(30):
        api.must("POST", "/samples", dict(name=f"G{n}", type="DNA"))
    node.stop()
    samples = list(node.start().api().everything("/samples"))
    check("and goes on with it", len(samples) == 90, len(samples))
    stream.pages_reach_the_end(node)  # as over the embedded log, in http_test.py
    node.stop()
    check("the gap is in its middle now", audit(address)[0].returncode == 0)
    done = support.run("log", "copy", address, copies[0])
    check("and a copy goes on across it", done.returncode == 0, done.stderr)


if check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", support.KAFKA != ""):
    for test in (make_history, damage_is_found_where_it_is, the_tail_is_held_against_checkpoints,
                 nobody_goes_on_behind_damage_unasked, a_damaged_beginning_is_not_called_a_strangers,
                 a_topic_that_forgets_can_still_be_rescued, a_topic_that_is_not_there_is_not_made_anew,
                 a_lost_topic_gets_the_partitions_that_it_had,
                 offsets_at_which_nothing_lies_stop_nobody):
        case(test)
support.finish()
