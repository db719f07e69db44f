#!/usr/bin/env python3
"""An export, judged by scripts that share no code with TracSeq; then changed in every way an attacker
would: each change is found, with its line."""
import base64
import importlib.util
import json
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import support  # noqa: E402
from support import Node, case, check, check_words  # noqa: E402
import cloud_events  # noqa: E402
from history import History  # noqa: E402
from second_fold import check_export, fold  # noqa: E402

SCRIPT = support.PROJECT / "tools" / "verify.py"
spec = importlib.util.spec_from_file_location("verify", SCRIPT)
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
folder = support.new_folder("verify")


def verify(lines):
    path = folder / "changed.ndjson"
    path.write_text("".join(line + "\n" for line in lines))
    done = subprocess.run([sys.executable, SCRIPT, path], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def make_history():
    """A laboratory with every kind of event that a person causes by hand."""
    node = Node(folder / "data").start()
    api = node.api()
    must = api.must
    unit = must("POST", "/storage-units", dict(kind="box", name="V-Box", layout=dict(rows=3, columns=3)))
    samples = [must("POST", "/samples", dict(name=f"V{n}", type="DNA", organism="Größe <&> 🧬",
                                             volume_ul=1.5, custom={"a": "b"}))
               for n in range(8)]
    for sample in samples[:6]:
        path = f"/samples/{sample['id']}"
        must("POST", path + ":receive", dict(condition="frozen", temperature_celsius=-70,
                                              occurred_at="2026-01-02T03:04:05Z"))
        must("POST", path + ":accept", {})
        must("POST", path + ":place", dict(unit=unit["id"]))
    first = f"/samples/{samples[0]['id']}"
    must("POST", first + ":take-out", dict(purpose="PCR"))
    must("POST", first + ":correct", dict(notes="one\ntwo", reason="typing error"))
    must("POST", first + ":relabel", {})
    must("POST", first + ":hold", dict(reason="wait"))
    must("POST", first + ":end-hold", {})
    must("POST", f"/samples/{samples[1]['id']}:discard", dict(reason="empty", how="bin"))
    must("POST", f"/samples/{samples[6]['id']}:receive", {})
    must("POST", f"/samples/{samples[6]['id']}:reject", dict(reason="thawed"))
    run = must("POST", "/runs", dict(name="VR", instrument="M1", instrument_model="Illumina MiSeq"))
    must("POST", f"/runs/{run['id']}:assign", dict(sample=samples[2]["id"], lane=1, index_i7="ACGTACGT"))
    must("POST", "/notification-rules", dict(name="r", event_types=["sample_rejected"], channel="inbox",
                                             recipient="operator"))
    support.wait_quiet(api)
    page = {"position": ""}
    while (page := must("GET", f"/events?limit=500&after={page['position']}"))["items"]:
        streamed.extend(page["items"])
    node.restart()  # a second claim on every partition
    node.stop()
    return support.export(str(folder / "data" / "log"), folder / "log.ndjson").read_text().splitlines()


lines, streamed = [], []


def a_good_export_verifies():
    lines.extend(make_history())
    code, said = verify(lines)
    check("tools/verify.py accepts it", code == 0, said)
    check_words("it prints every partition's head", said, "partition   0", "partition  11", "verified:")
    history = History(lines)
    check("it is closed", history.closed)
    check("its JSON is what the bytes say", not check_export(history), check_export(history)[:2])
    state = fold(history)
    check("every rule holds", not state.broken + state.at_rest(), (state.broken + state.at_rest())[:2])
    check("it holds the samples", len(state.samples) == 8)
    names = {e["name"] for c in history.commits for e in c["events"]}
    check("it holds many kinds of event", len(names) > 25, sorted(names))
    stdin = subprocess.run([sys.executable, SCRIPT, "-"], input="\n".join(lines) + "\n",
                           capture_output=True, text=True)
    check("it can be piped", stdin.returncode == 0, stdin.stderr)


def its_events_are_cloud_events():
    events = [e for line in lines for e in json.loads(line).get("events", [])]
    odd = [(e.get("id"), f) for e in events for f in cloud_events.faults(e)]
    check("every event is a CloudEvent 1.0", events and not odd, odd[:3])
    check("source and id name one event", len({(e["source"], e["id"]) for e in events}) == len(events))
    check("what only a line of the log can have is said", any("occurredat" in e for e in events)
          and any("reason" in e for e in events) and any("causationid" in e for e in events))
    odd = [(e["id"], f) for e in streamed for f in cloud_events.faults(e)]
    check("so is every event of a stream", streamed and not odd, odd[:3])
    check("which says where to go on", all(e.get("sequence", "").count(".") == 11 for e in streamed))
    exported = {e["id"]: e for e in events}
    check("stream and export say the same", all(
        {k: v for k, v in e.items() if k != "sequence"} == exported.get(e["id"]) for e in streamed))


def first_bad_line(changed):
    """The same script's rule, in this process: 0 if it finds nothing."""
    at = 0

    def counted():
        nonlocal at
        for at, line in enumerate(changed, 1):
            yield line
    try:
        script.verify(counted())
    except SystemExit:
        return at
    return 0


def found(name, changed, *words):
    code, said = verify(changed)
    check(f"{name}: found", code == 1, said)
    check_words(f"{name}: with its place", said, "NOT VERIFIED", "line ", *words)


def entry_lines():
    return [n for n, line in enumerate(lines) if '"record"' in line]


def rewritten(number, change):
    entry = json.loads(lines[number])
    change(entry)
    return lines[:number] + [json.dumps(entry)] + lines[number + 1:]


def every_change_is_found():
    draw = random.Random(7)
    for _ in range(200):
        number = draw.choice(entry_lines())

        def flip(entry):
            data = bytearray(base64.b64decode(entry["record"]))
            at = draw.randrange(len(data))
            data[at] ^= 1 << draw.randrange(8)
            entry["record"] = base64.b64encode(bytes(data)).decode()
        check(f"a flipped bit in line {number + 1} is found there",
              first_bad_line(rewritten(number, flip)) == number + 1)
    commits = [n for n in entry_lines() if '"verdict":"commit"' in lines[n]]
    same = [n for n in commits if json.loads(lines[n])["partition"] == json.loads(lines[commits[0]])["partition"]]
    found("a missing record", lines[:same[0]] + lines[same[0] + 1:])
    found("a doubled record", lines[:same[0]] + [lines[same[0]]] + lines[same[0]:], "out of order")
    swapped = list(lines)
    swapped[same[0]], swapped[same[1]] = lines[same[1]], lines[same[0]]
    found("swapped records", swapped)
    last = entry_lines()[-1]
    found("a cut tail, the last line kept", lines[:last] + lines[last + 1:], "records are missing")
    found("a cut file", lines[:-1], "ends early")
    found("an empty file", [], "ends early")
    found("another file", ['{"hello": 1}'], "not an export")
    found("something behind the end", lines + [lines[last]], "behind the end")
    found("another verdict", rewritten(same[0], lambda e: e.update(verdict="skipped")), "the chain says")


def changed_words_are_found():
    """Somebody edits what people read and leaves the bytes alone."""
    def audit(changed):
        path = folder / "words.ndjson"
        path.write_text("".join(line + "\n" for line in changed))
        return support.run("audit", "verify", "--export", path)
    good = audit(lines)
    check("the export's events are those of its records", good.returncode == 0, good.stderr)
    check_words("and it says so", good.stdout, "every event beside them says what their bytes say")
    number = next(n for n in entry_lines() if "sample_registered" in lines[n])
    forged = rewritten(number, lambda e: e["events"][0]["data"]["details"].update(name="Somebody else"))
    said = audit(forged)
    check("a changed name is found", said.returncode != 0, said.stdout)
    check_words("with its line", said.stderr, "NOT verify", f"line {number + 1}:", '"events"')
    code, said = verify(forged)
    check_words("the script says what it does not look at", said, "NOT looked at", "audit verify --export")
    check("a cut file is found", "ends early" in audit(lines[:-1]).stderr)


for test in (a_good_export_verifies, changed_words_are_found, its_events_are_cloud_events, every_change_is_found):
    case(test)
support.finish()
