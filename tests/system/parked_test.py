#!/usr/bin/env python3
"""An event that this build cannot read, in a node that goes on: parked, listed, tried again, left out, by
HTTP and on the command line."""
import json
import time

import forge
import support
from support import Node, case, check, check_words

folder = support.new_folder("parked")
node = Node(folder / "data")
FROM_THE_FUTURE = (9999, 1, b"what a later TracSeq wrote")
bad, good = {}, {}


def on_line(*arguments):
    done = support.run(*arguments, "--url", node.url, "--token-file", node.data / "operator.token")
    return done.returncode, done.stdout, done.stderr


def parked(api):
    return {one["id"]: one for one in api.must("GET", "/projections/parked")["items"]}


def the_rest_goes_on():
    api = node.start().api()
    bad.update(api.must("POST", "/samples", dict(name="Bad", type="DNA")))
    of = next(one for one in api.must("GET", "/system")["projections"] if one["name"] == "samples")
    bad["read_model"] = f"samples@{of['version']}"
    good.update(api.must("POST", "/samples", dict(name="Good", type="DNA")))
    check("a sound node warns of nothing parked", "parked" not in str(api.must("GET", "/system")["warnings"]))
    node.stop()
    now_us = int(time.time() * 1e6)
    forge.append_commit(node.data / "log", f"sample/{bad['id']}", 1, [FROM_THE_FUTURE], now_us)
    forge.append_commit(node.data / "log", f"sample/{bad['id']}", 2, [(109, 1, b"")], now_us + 1)
    api = node.start().api()
    check("it starts, and is ready", api.request("GET", "//readyz").status == 200)
    waiting = parked(api)
    mine = f"{bad['read_model']}|sample/{bad['id']}"
    if check("the sample's stream is parked", mine in waiting, list(waiting)):
        check("with all that waits behind it", waiting[mine]["events"] == 2, waiting[mine])
        check_words("and why", waiting[mine]["why"], "9999", "newer")
        check("of this stream alone", {one["stream"] for one in waiting.values()} == {f"sample/{bad['id']}"})
    system = api.must("GET", "/system")
    check_words("the node's health says so", " ".join(system["warnings"]), "parked")
    counts = {p["name"]: p["parked"] for p in system["projections"]}
    check("and how many", counts["samples"] == 2 and counts["journal"] == 0, counts)
    figures = api.request("GET", "//metrics").body
    check("a figure to alarm on is there",
          any(line.startswith("tracseq_projection_parked_streams") and float(line.split()[-1]) > 0
              for line in figures.splitlines()), figures[:300])
    check("other samples go on", api.post(f"/samples/{good['id']}:receive", {}).ok)
    check("and are shown", api.must("GET", f"/samples/{good['id']}")["state"] == "received")
    check("the sample is shown as it was before", api.must("GET", f"/samples/{bad['id']}")["state"] == "registered")
    refused = api.post(f"/samples/{bad['id']}:receive", {})
    check("nothing is decided on what cannot be read", not refused.ok and refused.status >= 400, refused.status)
    history = api.must("GET", f"/samples/{bad['id']}/history")["items"]
    check("its timeline has the event, and says that it is not understood",
          any("cannot" in item["summary"].lower() or "unknown" in item["type"] for item in history), history)


def a_person_tries_again():
    api = node.api()
    mine = f"{bad['read_model']}|sample/{bad['id']}"
    again = api.post(f"/projections/parked/{support.quote(mine)}:retry", {})
    check("a retry that fails again is a conflict", again.status == 409, again.problem)
    check_words("and says why", again.problem, "still cannot be applied", "9999")
    check("nothing is lost by it", parked(api)[mine]["events"] == 2)
    code, out, err = on_line("parked", "list")
    check("the command line lists it", code == 0 and mine in out, out + err)
    code, out, err = on_line("parked", "retry", mine)
    check("and tries again, with the code of a conflict", code == 3, (code, out, err))
    check_words("in the same words", out + err, "still cannot be applied")
    code, out, err = on_line("parked", "retry", f"{bad['read_model']}|sample/none")
    check("what is not parked is not found", code == 4, (code, out, err))


def a_person_leaves_it_out():
    code, out, err = on_line("parked", "skip", f"{bad['read_model']}|sample/{bad['id']}")
    check("the command line leaves one out", code == 0, (code, out, err))
    api = node.api()
    check("it is gone from the list", f"{bad['read_model']}|sample/{bad['id']}" not in parked(api), parked(api))
    sample = api.must("GET", f"/samples/{bad['id']}")
    check("what waited behind it is applied", sample["version"] == 3, sample)
    for one in list(parked(api)):
        check(f"{one} is left out by HTTP", api.post(f"/projections/parked/{support.quote(one)}:skip", {}).ok)
    check("nothing is parked any more", not parked(api), parked(api))
    check("and the health is good", "parked" not in str(api.must("GET", "/system")["warnings"]))
    node.restart()
    api = node.api()
    check("it stays so, through kill -9", not parked(api) and
          api.must("GET", f"/samples/{bad['id']}")["version"] == 3)
    done = support.run("audit", "verify", "--data", node.data)
    check("the audit still names the event", done.returncode == 1 and "9999" in done.stderr, done.stderr)
    node.stop()


for test in (the_rest_goes_on, a_person_tries_again, a_person_leaves_it_out):
    case(test)
support.finish()
