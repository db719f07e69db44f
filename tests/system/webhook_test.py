#!/usr/bin/env python3
"""Webhooks: signed, retried while the receiver is down, kept through kill -9, with the same id at every
attempt; and the inbox."""
import base64
import hashlib
import hmac
import json
import time

import support
from hooks import Receiver
from support import Node, case, check, check_words

folder = support.new_folder("webhooks")


def rejected_sample(api, name):
    sample = api.must("POST", "/samples", dict(name=name, type="DNA"))
    api.must("POST", f"/samples/{sample['id']}:receive", {})
    api.must("POST", f"/samples/{sample['id']}:reject", dict(reason="thawed"))
    return sample


def signed_right(secret, headers, body):
    """As standardwebhooks.com says it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = {k.lower(): v for k, v in headers.items()}
    text = f"{said['webhook-id']}.{said['webhook-timestamp']}.".encode() + body
    ours = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return ours in said["webhook-signature"].split()


def through_a_crash():
    receiver = Receiver()  # not open yet: connections are refused
    node = Node(folder / "data", extra=["--webhook-private-addresses"]).start()
    api = node.api()
    rule = api.must("POST", "/notification-rules", dict(
        name="to a hook", event_types=["sample_rejected"], channel="webhook",
        url=f"http://127.0.0.1:{receiver.port}/hook"))
    sample = rejected_sample(api, "W1")
    time.sleep(0.3)
    node.kill()
    node.start()
    waiting = [d for state in ("queued", "retrying")
               for d in node.api().must("GET", f"/deliveries?state={state}")["items"]]
    check("the message waits, after kill -9, too", len(waiting) == 1, waiting)
    receiver.answers = [503]  # the first attempt that arrives is refused
    receiver.open()
    check("it arrives when the receiver is there", receiver.wait(1, 60))
    check("and once more after a 503", receiver.wait(2, 60), len(receiver.got))
    ids = {receiver.header(n, "webhook-id") for n in range(len(receiver.got))}
    check("with the same id at every attempt", len(ids) == 1, ids)
    headers, body, _ = receiver.got[-1]
    check("signed with the rule's secret", signed_right(rule["secret"], headers, body))
    event = json.loads(body)
    check("it carries the CloudEvent", event["type"].startswith("tracseq.sample_rejected.v")
          and event["subject"] == f"sample/{sample['id']}", event)
    time.sleep(1.5)
    check("delivered is delivered: it is not sent again", len(receiver.got) == 2, len(receiver.got))
    done = node.api().must("GET", "/deliveries?state=delivered")["items"]
    check("the delivery says so", len(done) == 1, done)
    receiver.close()
    node.stop()


def private_addresses_are_refused():
    node = Node(folder / "closed").start()
    receiver = Receiver()
    receiver.open()
    api = node.api()
    answer = api.post("/notification-rules", dict(
        name="inside", event_types=["sample_rejected"], channel="webhook",
        url=f"http://127.0.0.1:{receiver.port}/"))
    if answer.ok:
        rejected_sample(api, "W2")
        time.sleep(2)
    check("nothing is sent to an inside address", not receiver.got, receiver.got)
    receiver.close()
    node.stop()


def the_inbox():
    node = Node(folder / "inbox").start()
    api = node.api()
    api.must("POST", "/notification-rules", dict(name="r", event_types=["sample_rejected"],
                                                 channel="inbox", recipient="operator"))
    rejected_sample(api, "W3")
    until = time.monotonic() + 10
    items = []
    while not items and time.monotonic() < until:
        items = api.must("GET", "/inbox?unread=true")["items"]
        time.sleep(0.05)
    if check("a message is in the inbox", len(items) == 1, items):
        check_words("it says what it is about", items[0]["subject"], "W3")
        api.must("POST", f"/inbox/{items[0]['id']}:read")
        check("read is read", api.must("GET", "/inbox?unread=true")["unread"] == 0)
    node.restart()
    check("a restart makes no second message", len(node.api().must("GET", "/inbox")["items"]) == 1)
    node.stop()


for test in (through_a_crash, private_addresses_are_refused, the_inbox):
    case(test)
support.finish()
