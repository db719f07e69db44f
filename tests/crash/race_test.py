#!/usr/bin/env python3
"""32 clients race for one slot, one label, one tube. Exactly one wins; the others are told who did."""
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import support  # noqa: E402
from support import Node, case, check  # noqa: E402
from crash_test import examine  # noqa: E402
from records import Records  # noqa: E402

CLIENTS = 32
node = Node(support.new_folder() / "data").start()
token = node.token()
records = Records(support.new_folder("records") / "clients.ndjson")


def new_api(client="main"):
    """Writes down what it is told, for the oracle."""
    return records.api(node.url, token, client)


def race(requests):
    """Sends all at the same moment, each over its own open connection; the answers, in order."""
    answers, barrier = [None] * len(requests), threading.Barrier(len(requests))

    def run(index, path, body, key):
        api = new_api(f"racer {index}")
        api.get("/samples?limit=1")  # the connection is open before the start
        barrier.wait()
        answers[index] = api.post(path, body, key=key)
        api.close()
    threads = [threading.Thread(target=run, args=(i, *request)) for i, request in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def accepted_sample(api, name):
    sample = api.must("POST", "/samples", dict(name=name, type="DNA"))
    api.must("POST", f"/samples/{sample['id']}:receive", {})
    return api.must("POST", f"/samples/{sample['id']}:accept", {})


def box(api, name):
    return api.must("POST", "/storage-units", dict(kind="box", name=name, layout=dict(rows=9, columns=9)))


def one_winner(answers):
    won = [a for a in answers if a.ok]
    check("exactly one wins", len(won) == 1, [f"{a.status}" for a in answers])
    lost = [a for a in answers if not a.ok]
    check("the others get a conflict", all(a.status == 409 for a in lost), {a.status for a in lost})
    return won[0].body if won else None, lost


def one_slot():
    api = new_api()
    target = box(api, "Slot race")
    samples = [accepted_sample(api, f"SLOT-{n}") for n in range(CLIENTS)]
    winner, lost = one_winner(race([
        (f"/samples/{s['id']}:place", dict(unit=target["id"], slot="E5"), f"slot-{n}")
        for n, s in enumerate(samples)]))
    told = [a.problem for a in lost if winner["barcode"] not in a.problem and winner["name"] not in a.problem]
    check("the losers are told who stands in the slot", not told, told[:2])
    slots = api.must("GET", f"/storage-units/{target['id']}/map")["slots"]
    held = [s for s in slots if s.get("occupant")]
    check("the box holds the winner alone",
          [(s["slot"], s["occupant"]["id"]) for s in held] == [("E5", winner["id"])], held)


def one_label():
    winner, lost = one_winner(race([
        ("/samples", dict(name=f"LABEL-{n}", type="RNA", barcode="RACE-LABEL-1"), f"label-{n}")
        for n in range(CLIENTS)]))
    told = [a.problem for a in lost if winner["name"] not in a.problem]
    check("the losers are told what wears the label", not told, told[:2])
    named = new_api().must("GET", "/barcodes/RACE-LABEL-1")
    check("the label names the winner", named["id"] == winner["id"], named)


def one_tube():
    api = new_api()
    sample = accepted_sample(api, "TUBE")
    target = box(api, "Tube race")
    api.must("POST", f"/samples/{sample['id']}:place", dict(unit=target["id"], slot="A1"))
    winner, lost = one_winner(race([
        (f"/samples/{sample['id']}:take-out", dict(purpose=f"client {n}"), f"tube-{n}")
        for n in range(CLIENTS)]))
    told = [a.problem for a in lost if "taken out" not in a.problem and "out of storage" not in a.problem]
    check("the losers are told that it is out", not told, told[:2])


def one_version():
    """If-Match: of 32 corrections of one version, one is made."""
    api = new_api()
    sample = accepted_sample(api, "VERSION")
    answers, barrier = [], threading.Barrier(CLIENTS)

    def run(n):
        own = new_api(f"racer {n}")
        own.get("/samples?limit=1")
        barrier.wait()
        answers.append(own.post(f"/samples/{sample['id']}:correct", dict(notes=f"by {n}", reason="race"),
                                headers={"If-Match": f'"{sample["version"]}"'}))
    threads = [threading.Thread(target=run, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("one correction is made", sum(a.ok for a in answers) == 1, [a.status for a in answers])
    check("the others are stale (412)", {a.status for a in answers if not a.ok} == {412},
          {a.status for a in answers})


def one_key():
    """32 times the same command with the same key: it acts once, all get the same answer."""
    answers = race([("/samples", dict(name="KEY", type="DNA"), "the-same-key")] * CLIENTS)
    good = [a for a in answers if a.ok]
    check("all get an answer", len(good) == CLIENTS, [a.problem for a in answers if not a.ok][:2])
    check("all get the same answer", len({a.body["id"] for a in good}) == 1)
    other = new_api().post("/samples", dict(name="OTHER", type="DNA"), key="the-same-key")
    check("the same key with another body is refused", other.status in (409, 422), other.problem)


def one_moment():
    """What a map shows and the version that it says are of one moment, however fast the box changes."""
    api = new_api()
    target = box(api, "Moments")
    tubes = [accepted_sample(api, f"MOMENT-{n}")["id"] for n in range(60)]
    for n, tube in enumerate(tubes):  # many rows: to read them takes a while
        api.must("POST", f"/samples/{tube}:place", dict(unit=target["id"], slot=f"{'ABCDEFGHI'[n // 9]}{n % 9 + 1}"))
    ends, seen, odd = time.monotonic() + 3, {}, []

    def move(n):
        own, turn = new_api(f"mover {n}"), 0
        while time.monotonic() < ends:
            turn += 1
            own.must("POST", f"/samples/{tubes[n]}:place", dict(unit=target["id"], slot=f"{'HI'[turn % 2]}{n + 1}"))

    def look(n):
        own = support.Api(node.url, token)
        while time.monotonic() < ends:
            shown = own.get(f"/storage-units/{target['id']}/map")
            now = {(s["slot"], s["state"], s["occupant"]["id"]) for s in shown.body["slots"]}
            if seen.setdefault(shown.headers["ETag"], now) != now:
                odd.append((shown.headers["ETag"], seen[shown.headers["ETag"]] ^ now))
    threads = [threading.Thread(target=run, args=(n,)) for run in (move, look) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("the box changed under the readers", len(seen) > 50, len(seen))
    check("no version is shown with two contents", not odd, odd[:2])


def history_is_sound():
    examine(node, records=records)


for test in (one_slot, one_label, one_tube, one_version, one_key, one_moment, history_is_sound):
    case(test)
support.finish()
