#!/usr/bin/env python3
"""Webhooks: signed, retried while the receiver is down, kept through kill -9, with the same id at every
attempt; and the inbox."""
import base64
import collections
import contextlib
import hashlib
import hmac
import http.server
import json
import re
import struct
import threading
import time

import forge
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
    # It may be made of the event only after the start; and read in both states while it passes between them.
    there = until(lambda: {d["id"]: d for d in waiting(node.api(), "queued", "retrying")})
    check("the message waits, after kill -9, too", len(there) == 1, there)
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
    gap = receiver.got[1][2] - receiver.got[0][2]
    check("with time in between", gap > 0.7, gap)
    check("delivered is delivered: it is not sent again", len(receiver.got) == 2, len(receiver.got))
    done = node.api().must("GET", "/deliveries?state=delivered")["items"]
    check("the delivery says so", len(done) == 1, done)
    figures = dict(re.findall(r"^tracseq_webhook_(\w+)_total (\d+)$", node.api().get("//metrics").raw.decode(), re.M))
    check("the figures count attempts and their ends", figures.get("deliveries") == "1"
          and int(figures.get("failures", 0)) >= 1, figures)
    receiver.close()
    node.stop()


def waiting(api, *states):
    return [d for state in states for d in api.must("GET", f"/deliveries?state={state}")["items"]]


def until(holds, timeout_s=30):
    end = time.monotonic() + timeout_s
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def a_dead_letter_is_sent_again_by_a_person():
    """Twenty attempts take days: nineteen of them are written into the log by hand."""
    receiver = Receiver()
    node = Node(folder / "dead", extra=["--webhook-private-addresses"]).start()
    api = node.api()
    api.must("POST", "/notification-rules", dict(
        name="dead", event_types=["sample_rejected"], channel="webhook",
        url=f"http://127.0.0.1:{receiver.port}/"))
    rejected_sample(api, "W9")
    failed = until(lambda: waiting(api, "retrying"))
    if not check("the first attempt failed", len(failed) == 1, failed):
        return
    message = failed[0]["id"]
    check_words("and the delivery says why", failed[0]["last_failure"], "connect")
    node.stop()
    now_us = int(time.time() * 1e6)
    # It may have been tried once more meanwhile: what the log holds now counts.
    between = Node(folder / "dead", extra=["--read-only"]).start()
    one = between.api().must("GET", f"/deliveries/{message}")
    between.stop()
    payload = struct.pack("<I", 19) + struct.pack("<I", 4) + b"down" + struct.pack("<q", now_us)
    forge.append_commit(node.data / "log", f"delivery/{message}", one["version"], [(901, 1, payload)], now_us)
    api = node.start().api()
    dead = until(lambda: waiting(api, "dead"))
    check("the twentieth is the last", len(dead) == 1 and dead[0]["id"] == message, dead)
    check("nothing more is waiting", not waiting(api, "queued", "retrying"))
    receiver.open()
    time.sleep(1.5)
    check("a dead letter is not sent by itself", not receiver.got)
    again = api.post(f"/deliveries/{message}:send-again", dict(reason="the receiver is back"))
    check("a person sends it again", again.ok, again.problem)
    check("and it arrives", receiver.wait(1, 30))
    check("with the message id that it always had", receiver.header(0, "webhook-id") == message)
    history = api.must("GET", f"/streams/delivery/{message}/history")["items"]
    check("its timeline has the person's reason", any(h.get("reason") == "the receiver is back" for h in history),
          history)
    receiver.close()
    node.stop()


def a_receiver_that_misbehaves():
    """Redirects are not followed, endless answers are cut off, and who does not answer is not waited for."""
    inside = Receiver()
    inside.open()

    class Odd(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/redirect":
                self.send_response(307)
                self.send_header("Location", f"http://127.0.0.1:{inside.port}/")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path == "/silent":
                time.sleep(6)
            else:
                self.send_response(500)
                self.end_headers()
                sent = 0
                try:
                    while sent < 50_000_000:
                        sent += self.wfile.write(b"x" * 65536)
                except OSError:
                    pass
                endless.append(sent)

        def log_message(self, *_):
            pass
    endless = []
    port = support.free_port()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node = Node(folder / "odd", extra=["--webhook-private-addresses", "--webhook-timeout-ms", "1000"]).start()
    api = node.api()
    for name in ("redirect", "silent", "endless"):
        api.must("POST", "/notification-rules", dict(
            name=name, event_types=["sample_rejected"], channel="webhook", url=f"http://127.0.0.1:{port}/{name}"))
    rejected_sample(api, "W10")
    until(lambda: len(waiting(api, "retrying")) == 3)
    why = {d["rule_name"]: d["last_failure"] for d in waiting(api, "retrying")}
    check_words("a redirect is not followed", why.get("redirect", ""), "redirect", "final address")
    check("its target hears nothing", not inside.got, inside.got)
    check_words("who does not answer in time has failed", why.get("silent", ""), "timed out")
    check("an endless answer is cut off", until(lambda: endless) and endless[0] < 20_000_000, endless)
    check_words("and has failed", why.get("endless", ""), "500")
    node.stop()
    server.shutdown()
    inside.close()


# What some receivers answer before they close, and how long they wait behind each byte of it.
ANSWERS = {
    "drips": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 0.2),
    "says-nothing": (b"", 0),
    "says-garbage": (b"\x00\xff\x16\x03" * 64 + b"\r\n\r\n", 0),
    "says-no-status": (b"HTTP/1.1 two hundred\r\n\r\n", 0),
    "promises-more": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nok", 0),
    "promises-less": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + b"much more than that " * 64, 0),
    "promises-lies": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: -7\r\n\r\nok", 0),
    "closes-early": (b"HTTP/1.1 200 OK\r\nContent-Ty", 0),
    "breaks-off": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\x00\xff", 0),
}
# Whose 200 came: it is what counts, whatever follows it.
TAKEN = {"promises-more", "promises-less", "promises-lies", "closes-early", "breaks-off"}


class Liar(http.server.BaseHTTPRequestHandler):
    """Answers each path as ANSWERS has it."""

    got = []  # (path, id of the message)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path[1:]
        Liar.got.append((name, self.headers["webhook-id"]))
        answer, pause_s = ANSWERS[name]
        self.close_connection = True
        with contextlib.suppress(OSError):  # nobody waits for it any more
            for piece in [answer[at:at + 1] for at in range(len(answer))] if pause_s else [answer]:
                self.wfile.write(piece)
                time.sleep(pause_s)

    def log_message(self, *_):
        pass


def receivers_that_drip_and_lie():
    """None of them keeps the node from telling the others; who said 200 is told once, who did not is told again."""
    good = Receiver()
    good.open()
    port = support.free_port()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node = Node(folder / "liars", extra=["--webhook-private-addresses", "--webhook-timeout-ms", "1000"]).start()
    api = node.api()
    for name in ANSWERS:
        api.must("POST", "/notification-rules", dict(
            name=name, event_types=["sample_rejected"], channel="webhook", url=f"http://127.0.0.1:{port}/{name}"))
    api.must("POST", "/notification-rules", dict(
        name="good", event_types=["sample_rejected"], channel="webhook", url=f"http://127.0.0.1:{good.port}/"))
    samples = 6
    for number in range(samples):
        rejected_sample(api, f"L{number}")
        check("a good receiver is told meanwhile", good.wait(number + 1, 30), f"{len(good.got)} of {number + 1}")
    failing = set(ANSWERS) - TAKEN
    until(lambda: len(waiting(api, "retrying")) == samples * len(failing)
          and len(waiting(api, "delivered")) == samples * (len(TAKEN) + 1))
    states = {name: {} for name in [*ANSWERS, "good"]}
    for state in ("queued", "retrying", "delivered", "dead"):
        for one in waiting(api, state):
            states[one["rule_name"]].setdefault(state, []).append(one)
    for name in failing:
        check(f"who {name} has not taken it", set(states[name]) == {"retrying"}, states[name])
    for name in [*TAKEN, "good"]:
        check(f"who {name} has taken it", {k: len(v) for k, v in states[name].items()} == {"delivered": samples},
              states[name])
    check_words("it is said why: of one that drips", str(states["drips"]), "timed out")
    check_words("of one that closes without a word", str(states["says-nothing"]), "empty reply")

    def told(names):
        return collections.Counter(one for one in Liar.got if one[0] in names)
    check("who did not take it is told again, by the same id", until(
        lambda: len(told(failing)) == samples * len(failing) and min(told(failing).values()) > 1), told(failing))
    check("who said 200 is told each once", len(told(TAKEN)) == samples * len(TAKEN) and
          set(told(TAKEN).values()) == {1}, told(TAKEN))
    check("the good one is told each once", len({good.header(n, "webhook-id") for n in range(len(good.got))})
          == len(good.got) == samples, len(good.got))
    check("the node is well", api.get("//readyz").status == 200)
    node.stop()
    server.shutdown()
    good.close()


def private_addresses_are_refused():
    node = Node(folder / "closed").start()
    receiver = Receiver()
    receiver.open()
    api = node.api()
    answer = api.post("/notification-rules", dict(
        name="inside", event_types=["sample_rejected"], channel="webhook",
        url=f"http://127.0.0.1:{receiver.port}/"))
    check("a rule to an inside address is refused", answer.status == 422, answer.status)
    check_words("with the setting", answer.problem, "/url", "private network", "webhook.private_addresses")
    # A rule from when the setting was on: its message ends at once.
    node.stop()
    node = Node(folder / "closed", extra=["--webhook-private-addresses"]).start()
    node.api().must("POST", "/notification-rules", dict(
        name="inside", event_types=["sample_rejected"], channel="webhook", url=f"http://127.0.0.1:{receiver.port}/"))
    node.stop()
    node = Node(folder / "closed").start()
    api = node.api()
    rejected_sample(api, "W2")
    dead = until(lambda: waiting(api, "dead"))
    check("the delivery ends at once", dead and dead[0]["attempts"] == 1, dead)
    check_words("and names the setting", str(dead), "not tried again", "private network", "webhook.private_addresses")
    listed = api.must("GET", "/deliveries")["items"]
    check("it is listed without a state", [one["state"] for one in listed] == ["dead"], listed)
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


for test in (through_a_crash, a_dead_letter_is_sent_again_by_a_person, a_receiver_that_misbehaves,
             receivers_that_drip_and_lie, private_addresses_are_refused, the_inbox):
    case(test)
support.finish()
