#!/usr/bin/env python3
"""Replay to a moment, serving it read-only, digests of what is shown, and moving a history between the engines and
back."""
import datetime
import json
import shutil
import subprocess
import time
import urllib.request

import checkpoints
import log_copies
import support
from support import Node, case, check, check_words, quote  # noqa: F401

folder = support.new_folder("prove")
live = Node(folder / "live")
moment = ""


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds").replace(
        "+00:00", "Z")


def view(api):
    """All that a person can read, without what differs between nodes."""
    samples = {s["id"]: s for s in api.everything("/samples")}
    units = {u["id"]: u for u in support.all_units(api)}
    maps = {u: api.must("GET", f"/storage-units/{u}/map") for u in units}
    histories = {s: api.must("GET", f"/samples/{s}/history?order=asc&limit=500")["items"] for s in samples}
    runs = {r["id"]: r for r in api.everything("/runs")}
    return dict(samples=samples, units=units, maps=maps, histories=histories, runs=runs)


def differences(one, other):
    for part in one:
        if one[part] != other[part]:
            for key in sorted(set(one[part]) | set(other[part])):
                if one[part].get(key) != other[part].get(key):
                    return f"{part} {key}: {json.dumps(one[part].get(key))[:500]} / " \
                           f"{json.dumps(other[part].get(key))[:500]}"
    return ""


def make_history():
    global moment
    api = live.start().api()
    box = api.must("POST", "/storage-units", dict(kind="box", name="P-Box", layout=dict(rows=4, columns=4)))
    for n in range(10):
        sample = api.must("POST", "/samples", dict(name=f"P{n}", type="RNA"))
        api.must("POST", f"/samples/{sample['id']}:receive", {})
        api.must("POST", f"/samples/{sample['id']}:accept", {})
        api.must("POST", f"/samples/{sample['id']}:place", dict(unit=box["id"]))
        if n == 5:
            support.wait_quiet(api)
            time.sleep(0.05)
            moment = now()
            time.sleep(0.05)
    support.wait_quiet(api)


def as_of_a_moment():
    api = live.api()
    then = list(api.everything(f"/samples?as_of={quote(moment)}"))
    check("as of the moment there were six samples", len(then) == 6, [s["name"] for s in then])
    check("and all stood in the box", all(s["state"] == "in_storage" for s in then))
    early = api.must("GET", "/samples?as_of=2001-01-01T00:00:00Z")["items"]
    check("before the laboratory there was nothing", early == [], early)


def replay_is_equal():
    expected = view(live.api())
    live.stop()
    done = support.run("replay", "--data", live.data, "--into", folder / "all")
    check("replay works", done.returncode == 0, done.stderr)
    (folder / "page").mkdir()
    (folder / "page" / "index.html").write_text("<!doctype html><title>TracSeq</title>")
    shown = Node(folder / "all", extra=["--read-only", "--ui-directory", str(folder / "page")]).start()
    api = shown.api()
    odd = differences(expected, view(api))
    check("a replay of everything shows what the node showed", not odd, odd)
    some = next(iter(expected["samples"]))
    for path, body in (("/samples", dict(name="X", type="DNA")), (f"/samples/{some}:accept", {}),
                       (f"/samples/{some}:discard", dict(reason="x", how="x")),
                       ("/runs", dict(name="R", instrument="M1", instrument_model="Illumina MiSeq")),
                       ("/projections/parked/samples@1|x:retry", {})):
        refused = api.post(path, body)
        check(f"a read-only node takes no {path}", refused.status in (403, 404, 503), refused.problem)
        if refused.status != 404:
            check_words(f"{path}: and says why", refused.problem, "read-only")
    with urllib.request.urlopen(shown.url + "/", timeout=10) as page:
        check("it serves the page", b"<title>TracSeq" in page.read())
    past = list(api.everything(f"/samples?as_of={quote(moment)}"))
    check("and any moment before", len(past) == 6, len(past))
    check("its timeline is whole", all(expected["histories"].values()))
    check("it says so on the system page", api.must("GET", "/system")["read_only"] is True)
    shown.stop()


def rows_have_a_digest():
    ours = support.rows_of(live.data)
    check("every read model has one", len(ours["tables"]) > 8 and all(len(t["digest"]) == 64 for t in ours["tables"]), ours)
    check("nothing is missing of them", not ours["being_built"] and not ours["parked"] and len(ours["position"]) == 12)
    theirs = support.rows_of(folder / "all")
    check("a replay's rows are the node's, to the byte", theirs["tables"] == ours["tables"],
          [pair for pair in zip(ours["tables"], theirs["tables"]) if pair[0] != pair[1]])
    check("and so is the digest of all", theirs["digest"] == ours["digest"])
    people = support.run("audit", "rows", "--data", live.data).stdout
    check_words("for people", people, "READ MODEL", "SHA-256", f"All together {ours['digest']}",
                "Position " + ".".join(map(str, ours["position"])))
    shutil.copytree(live.data, folder / "changed")
    other = Node(folder / "changed").start()
    other.api().must("POST", "/samples", dict(name="One more", type="RNA"))
    other.stop()
    changed = {one["table"].partition("@")[0] for one, was in zip(support.rows_of(other.data)["tables"], ours["tables"])
               if one != was}
    check("one sample more is seen in the tables that show it, alone",
          {"samples", "journal"} <= changed and "runs" not in changed, changed)
    nowhere = support.run("audit", "rows", "--data", folder / "nowhere")
    check("where no node was there are none", nowhere.returncode != 0 and not nowhere.stdout, nowhere.stdout)


def any_number_of_partitions():
    node = Node(folder / "three", env=dict(TRACSEQ_LOG_PARTITIONS="3")).start()
    node.api().must("POST", "/samples", dict(name="Three", type="RNA"))
    node.stop()
    check("rows of three partitions", len(support.rows_of(node.data)["position"]) == 3)
    audit = support.run("audit", "verify", "--data", node.data)
    check("the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)
    check_words("compared with what the node shows", audit.stdout, "Compared with where this node's projections stand")
    support.run("replay", "--data", node.data, "--into", folder / "three-copy")
    shown = Node(folder / "three-copy", extra=["--read-only"]).start()
    check("a copy is served", [s["name"] for s in shown.api().everything("/samples")] == ["Three"])
    shown.stop()


def replay_until_a_moment():
    done = support.run("replay", "--data", live.data, "--until", moment, "--into", folder / "then")
    check("replay --until works", done.returncode == 0, done.stderr)
    shown = Node(folder / "then", extra=["--read-only"]).start()
    names = sorted(s["name"] for s in shown.api().everything("/samples"))
    check("it shows that moment", names == [f"P{n}" for n in range(6)], names)
    check("and says which", shown.api().must("GET", "/system")["until"] == moment)
    check_words("no later moment is shown", shown.api().get(f"/samples?as_of={quote(now())}").problem,
                "lies behind the end of this copy", moment)
    shown.stop()
    ahead = support.run("replay", "--data", live.data, "--until", "2099-01-01", "--into", folder / "ahead")
    check("the future is not replayed", ahead.returncode != 0 and not (folder / "ahead").exists(), ahead.stdout)
    check_words("in words", ahead.stderr, "--until 2099-01-01 lies in the future")
    again = support.run("replay", "--data", live.data, "--into", folder / "then")
    check("replay never overwrites", again.returncode != 0)
    check_words("and says so", again.stdout + again.stderr, "not empty")


def a_copy_is_not_changed_by_serving_it():
    copy = folder / "then"
    (copy / "operator.token").unlink()
    before = sorted(str(path) for path in copy.rglob("*"))
    shown = subprocess.Popen([str(support.PROGRAM), "serve", "--read-only", "--data", str(copy), "--port",
                              str(support.free_port())], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = shown.stdout.readline()
    shown.terminate()
    shown.communicate()
    check_words("without a token in it, it is told one", said, "TracSeq is at http://", "#token=")
    after = sorted(str(path) for path in copy.rglob("*"))
    check("nothing is added to it", after == before, set(after) ^ set(before))
    missing = support.run("serve", "--read-only", "--data", folder / "missing", "--port", str(support.free_port()))
    check("a missing folder is an error", missing.returncode != 0)
    check_words("and says so", missing.stderr, "there is no data directory")
    check("and is not made", not (folder / "missing").exists())


def heads(log):
    path = support.export(log, folder / "heads.ndjson")
    last = json.loads(path.read_text().splitlines()[-1])
    return [(h["commits"], h["claims"], h["h"]) for h in last["heads"]]


def copy_to_kafka_and_back():
    if not check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", support.KAFKA != ""):
        return
    embedded, topic, back = str(live.data / "log"), support.fresh_topic("prove"), folder / "back" / "log"
    before = heads(embedded)
    done = support.run("log", "copy", embedded, topic)
    check("copy to Kafka", done.returncode == 0, done.stderr)
    check("the copy has the same chain", heads(topic) == before)
    again = support.run("log", "copy", embedded, topic)
    check("a copy that is done copies nothing more", again.returncode == 0, again.stderr)
    done = support.run("log", "copy", topic, back)
    check("copy back", done.returncode == 0, done.stderr)
    check("it has the same chain again", heads(str(back)) == before)
    expected = Node(live.data).start()
    wanted = view(expected.api())
    expected.stop()
    for name, node in (("Kafka", Node(folder / "on-kafka", topic)), ("the copy", Node(folder / "back"))):
        node.start()
        odd = differences(wanted, view(node.api()))
        check(f"a node on {name} shows the same laboratory", not odd, odd)
        check(f"and goes on with it ({name})", node.api().post("/samples", dict(name="N", type="DNA")).ok)
        node.stop()
    other = folder / "other"
    Node(other).start().stop()
    refused = support.run("log", "copy", str(other / "log"), topic)
    check("a target with another history is refused", refused.returncode != 0)
    check_words("and the words say so", refused.stdout + refused.stderr, "another history")


for test in (make_history, as_of_a_moment, replay_is_equal, rows_have_a_digest, any_number_of_partitions,
             replay_until_a_moment, a_copy_is_not_changed_by_serving_it, copy_to_kafka_and_back,
             *log_copies.ALL, *checkpoints.ALL):
    case(test)
support.finish()
