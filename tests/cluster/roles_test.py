#!/usr/bin/env python3
"""Nodes that do a part each: one has the page and the API, two own the partitions, one of them tells
notifications; and what a person sees of all that."""
import json
import secrets
import time

from members import Member, members, support, takes_commands, wait_until
from support import Api, case, check, check_words
from hooks import Receiver


def each_does_its_part():
    topic = support.fresh_topic("roles")
    front = Member("front", topic, extra=["--node-roles", "http", "--webhook-private-addresses"])
    first = Member("first", topic, extra=["--node-roles", "shards", "--webhook-private-addresses"])
    second = Member("second", topic, extra=["--node-roles", "shards notifications", "--webhook-private-addresses"])
    receiver = Receiver()
    receiver.open()
    try:
        with members(first, second):
            front.start(timeout_s=90)
            try:
                parts(front, first, second, receiver)
            finally:
                front.kill()
    finally:
        receiver.close()


def parts(front, first, second, receiver):
    check("the node without partitions takes commands", takes_commands(front, "ROLE-1"))
    view = front.view()
    owns = {n["name"]: n["partitions"] for n in view["nodes"]}
    check("it owns none", owns["front"] == [], owns)
    check("the others own all", sorted(owns["first"] + owns["second"]) == list(range(12)), owns)
    check("each says what it does", {n["name"]: n["roles"] for n in view["nodes"]} == {
        "front": "http", "first": "shards", "second": "shards notifications"})
    answer = first.api().get("/samples")
    check("a node without the API refuses", answer.status == 503, answer.status)
    check_words("and says where to go", answer.problem, "node.roles", "another")
    check("the page is not there either", Api(first.url).get("//").status == 404)
    for path in ("//livez", "//readyz", "//metrics"):
        check(f"{path[1:]} is", Api(first.url).get(path).status == 200)

    front.api().must("POST", "/notification-rules", dict(
        name="hook", event_types=["sample_registered"], channel="webhook", url=f"http://127.0.0.1:{receiver.port}/"))
    before = len(receiver.got)
    for number in range(5):
        takes_commands(front, f"TOLD-{number}")
    check("the one that tells notifications tells each once", wait_until(lambda: len(receiver.got) >= before + 5)
          and settled(receiver) == before + 5, len(receiver.got))
    second.kill()
    check("without it the other takes its partitions", wait_until(lambda: owned_by(front, "first") == 12, 40))
    check("and commands go on", takes_commands(front, "ROLE-2"))
    told = len(receiver.got)
    time.sleep(1)
    check("nobody tells meanwhile", len(receiver.got) == told)
    second.start(timeout_s=90)
    check("what it missed it tells, once", wait_until(lambda: len(receiver.got) >= told + 1, 40)
          and settled(receiver) == told + 1, len(receiver.got) - told)


def settled(receiver, seconds=2):
    """How many there are when no more come."""
    count = -1
    while count != len(receiver.got):
        count = len(receiver.got)
        time.sleep(seconds)
    return count


def owned_by(node, name):
    return sum(row["owner"] == name and row["state"] == "open" for row in node.view()["partitions"])


def who_tells_moves_on():
    """The node that tells notifications is killed between events: each is told, once."""
    topic = support.fresh_topic("tells")
    nodes = [Member(f"node-{n}", topic, extra=["--webhook-private-addresses"]) for n in (1, 2, 3)]
    receiver = Receiver()
    receiver.open()
    try:
        with members(*nodes):
            nodes[0].api().must("POST", "/notification-rules", dict(
                name="hook", event_types=["sample_registered"], channel="webhook",
                url=f"http://127.0.0.1:{receiver.port}/"))
            names = []
            for round_number in range(4):
                victim = nodes[1 + round_number % 2]
                for number in range(10):
                    name = f"MOVE-{round_number}-{number}"
                    answer = nodes[0].api().post("/samples", dict(name=name, type="DNA"), key=secrets.token_hex(8))
                    names.append(answer.body["id"] if answer.ok else "refused")
                victim.kill()
                victim.start(timeout_s=90)
            check("every sample was registered", "refused" not in names)
            if not check("each was told", wait_until(lambda: {told_of(one) for one in receiver.got} >= set(names), 60)):
                missing = set(names) - {told_of(one) for one in receiver.got}
                print("        missing:", {name: names.index(name) for name in missing}, "deliveries:",
                      [one for one in nodes[0].api().everything("/deliveries") if any(m in str(one) for m in missing)],
                      flush=True)
            settled(receiver)
            ids = [headers_of(one)["webhook-id"] for one in receiver.got]
            deliveries = {}
            for one in receiver.got:
                deliveries.setdefault(told_of(one), set()).add(headers_of(one)["webhook-id"])
            check("under one id each", all(len(of) == 1 for of in deliveries.values()), deliveries)
            check("and not again and again", len(ids) <= len(names) + 8, (len(ids), len(names)))
    finally:
        receiver.close()


def headers_of(got):
    return {name.lower(): value for name, value in got[0].items()}


def told_of(got):
    return json.loads(got[1])["subject"].rpartition("/")[2]


for test in (each_does_its_part, who_tells_moves_on):
    case(test)
support.finish()
