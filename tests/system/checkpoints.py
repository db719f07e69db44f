"""The part of prove_test.py that is about signed checkpoints."""
import base64
import json
import re
import shutil
import subprocess
import time

import forge
import support
from hooks import Receiver
from support import Node, check, check_words

OFTEN = ["--checkpoint-commits", "5", "--checkpoint-interval-s", "1"]
folder = support.new_folder("checkpoints")
second_place = folder / "elsewhere" / "checkpoints.ndjson"
lab = Node(folder / "lab", extra=[*OFTEN, "--checkpoint-file", str(second_place)])
key = ""


def lines():
    return second_place.read_text().splitlines()


def until(holds, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def count_when_quiet(quiet_s=1.5, timeout_s=20):
    """How many lines there are once the keeper has written of all that happened."""
    end = time.monotonic() + timeout_s
    count, since = len(lines()), time.monotonic()
    while time.monotonic() < min(since + quiet_s, end):
        time.sleep(0.05)
        if len(lines()) != count:
            count, since = len(lines()), time.monotonic()
    return count


def audit(log, *arguments):
    done = support.run("audit", "verify", "--log", log, *arguments)
    return done.returncode, done.stdout + done.stderr


def copied(name):
    shutil.copytree(lab.data / "log", folder / name)
    (folder / name / "LOCK").unlink(missing_ok=True)
    return folder / name


def are_written_by_commits_time_start_and_stop():
    global key
    second_place.parent.mkdir()
    api = lab.start().api()
    sample = api.must("POST", "/samples", dict(name="C0", type="DNA"))
    check("one is written soon after a single command",
          until(lambda: any('"why":"time"' in line for line in lines())), lines())
    for n in range(40):
        api.must("POST", "/samples", dict(name=f"C{n}", type="DNA"))
    check("and after many, at once", until(lambda: any('"why":"commits"' in line for line in lines())), lines())
    count = count_when_quiet()
    time.sleep(2.5)
    check("none while nothing happens", len(lines()) <= count + 1, (count, len(lines())))
    listed = api.must("GET", "/audit/checkpoints")["items"]
    check("HTTP lists them, newest first", listed == [json.loads(line) for line in reversed(lines())], listed[:1])
    key = support.run("audit", "key", "--data", lab.data).stdout.strip()
    check("a command prints the public key", len(base64.b64decode(key)) == 32, key)
    private = lab.data / "checkpoint.key"
    check("the private one is for its owner alone", private.stat().st_mode & 0o777 == 0o600)
    check("it is in no log", private.read_text().splitlines()[1] not in lab.words())
    check("a node that goes on verifies", api.must("GET", "/audit/verify")["ok"])
    api.must("POST", f"/samples/{sample['id']}:receive", {})
    lab.stop()
    whys = [json.loads(line)["why"] for line in lines()]
    check("the first is of the start, the last of the stop", (whys[0], whys[-1]) == ("start", "stop"), whys)
    code, said = audit(lab.data / "log", "--checkpoints", second_place, "--key", key)
    check("the history passes through them all", code == 0, said)
    check_words("and it is said what was compared", said, f"{len(lines())} checkpoints", key)


def are_verified_by_a_stranger():
    """By docs/formats.md section 9 and openssl alone."""
    pem, text, signature = folder / "key.pem", folder / "text", folder / "signature"
    pem.write_text(support.run("audit", "key", "--pem", "--data", lab.data).stdout)
    for line in lines():
        signed, _, rest = line.rpartition(',"signature":"')
        text.write_text(signed + "}")
        signature.write_bytes(base64.b64decode(rest[:-2]))
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", text,
                               "-sigfile", signature], capture_output=True, text=True)
        check("openssl verifies the signature", done.returncode == 0, done.stdout + done.stderr)
    export = support.export(str(lab.data / "log"), folder / "log.ndjson")
    passed = {(e["partition"], e["h"]) for e in map(json.loads, export.read_text().splitlines()) if "h" in e}
    heads = [(h["partition"], h["h"]) for line in lines() for h in json.loads(line)["heads"]]
    check("every head stands in the export", set(heads) <= passed, set(heads) - passed)


def find_a_cut_tail():
    log = copied("cut")
    cut = forge.cut_tail(log, 3)
    code, said = audit(log)
    check("without checkpoints a cut tail looks whole", code == 0, said)
    check_words("and that is said", said, "no checkpoint was compared")
    code, said = audit(log, "--checkpoints", second_place, "--key", key)
    check("with them it is found", code == 1, said)
    check_words("with its place", said, f"partition {cut[-1][0]}", "missing, cut off or changed", "commit")
    shutil.copytree(lab.data, folder / "cut-lab", ignore=shutil.ignore_patterns("log", "store"))
    shutil.copytree(log, folder / "cut-lab" / "log")
    seen = folder / "seen.ndjson"
    shutil.copy(second_place, seen)
    node = Node(folder / "cut-lab", extra=[*OFTEN, "--checkpoint-file", str(seen)]).start()
    warnings = " ".join(node.api().must("GET", "/system")["warnings"])
    check_words("a node that starts on it says so", warnings, "shorter than the checkpoint", str(seen))
    check_words("in its log, too", node.words(), "shorter than the checkpoint")
    node.kill()
    # It wrote on: its lines are signed, but they cannot undo those that are there.
    check("and it goes on in the same file", len(seen.read_text().splitlines()) > len(lines()))
    code, said = audit(folder / "cut-lab" / "log", "--checkpoints", seen, "--key", key)
    check("what was lost is not forgotten", code == 1, said)


def find_a_rewritten_history():
    log = copied("rewritten")
    target = [(f.partition, f.offset) for _, f, r in forge.records(log) if b"C20" in r][0]
    forge.rewrite(log, lambda p, offset, record:
                  record.replace(b"C20", b"D20") if (p, offset) == target else record)
    check("the forged chain is valid", audit(log)[0] == 0, audit(log)[1])
    code, said = audit(log, "--checkpoints", second_place, "--key", key)
    check("but not what the checkpoints have seen", code == 1, said)
    found = re.search(r"partition (\d+), offset \d+: behind commit (\d+) .* between commit (\d+) and here", said)
    if check("the place is said", found, said):
        partition, last, first = map(int, found.groups())
        kinds = [r[4] for _, f, r in forge.records(log) if f.partition == target[0] and f.offset <= target[1]]
        check("it is that partition", partition == target[0], (partition, target))
        check("and the commit lies between", first <= kinds.count(1) <= last, (first, kinds.count(1), last))
    return log


def that_are_forged_are_refused():
    log = copied("honest")
    forged = folder / "forged.ndjson"
    good = lines()
    changed = re.sub(r'"commits":(\d+)', lambda m: f'"commits":{int(m[1]) + 1}', good[2], count=1)
    for name, text, words in (
            ("a changed number", [*good[:2], changed, *good[3:]], ["line 3", "forged or changed"]),
            ("a changed signature", [good[0][:-10] + "AAAAAA==" + '"}'], ["line 1", "forged or changed"]),
            ("something else", [*good, '{"hello":"world"}'], [f"line {len(good) + 1}", "not a checkpoint"])):
        forged.write_text("\n".join(text) + "\n")
        code, said = audit(log, "--checkpoints", forged, "--key", key)
        check(f"{name} is refused", code == 1, said)
        check_words(f"{name}: its words", said, *words)
    # The attacker's own node signs the rewritten history.
    other = Node(folder / "attacker", extra=OFTEN)
    (folder / "attacker").mkdir()
    shutil.copytree(folder / "rewritten", folder / "attacker" / "log")
    other.start().stop()
    theirs = folder / "attacker" / "checkpoints.ndjson"
    code, said = audit(folder / "attacker" / "log", "--checkpoints", theirs, "--key", key)
    check("another key than ours is refused", code == 1, said)
    check_words("with its words", said, "not one that you named", "line 1")
    forged.write_text("\n".join([good[0], *theirs.read_text().splitlines()]) + "\n")
    code, said = audit(folder / "attacker" / "log", "--checkpoints", forged)
    check("so are two keys in a file, where none is named", code == 1, said)
    check_words("with the way out", said, "--key")
    for wrong in ("no key", str(folder / "lab" / "webhook.key")):
        code, said = audit(log, "--checkpoints", second_place, "--key", wrong)
        check("what is no key is refused", code != 0, said)
        check_words("and it is said how to get one", said, "tracseq audit key")
    code, said = audit(log, "--checkpoints", folder / "nowhere")
    check("a file that is not there is refused", code != 0, said)
    check_words("with its name", said, "nowhere", "No such file")


def live_through_a_crash_and_a_lost_disk():
    with open(second_place, "a") as file:
        file.write('{"tracseq_checkpoint":1,"at":"2026')  # a machine died here
    api = lab.start().api()
    check("an unfinished line does no harm", until(lambda: '"why":"start"' in lines()[-1]), lines()[-1])
    code, said = audit(lab.data / "log", "--checkpoints", second_place, "--key", key)
    check("to the audit neither", code == 0, said)
    check_words("which counts it", said, "not finished: 1")
    away = second_place.parent.with_name("away")
    second_place.parent.rename(away)
    began = time.monotonic()
    api.must("POST", "/samples", dict(name="Away", type="DNA"))
    check("a second place that is gone holds nothing up", time.monotonic() - began < 10)

    def warned():
        return [w for w in api.must("GET", "/system")["warnings"] if "no checkpoint can be kept" in w]
    check("but it is said", until(warned), api.must("GET", "/system")["warnings"])
    away.rename(second_place.parent)
    check("and over when it is back", until(lambda: not warned()), warned())
    lab.kill()
    code, said = audit(lab.data / "log", "--checkpoints", second_place, "--key", key)
    check("all verifies, after kill -9, too", code == 0, said)


def go_to_a_webhook():
    receiver = Receiver()
    node = Node(folder / "hooked", extra=[*OFTEN, "--webhook-private-addresses", "--checkpoint-webhook",
                                          f"http://127.0.0.1:{receiver.port}/"]).start()
    api = node.api()
    check("a receiver that is down is said",
          until(lambda: any("checkpoint.webhook" in w for w in api.must("GET", "/system")["warnings"])))
    receiver.open()
    api.must("POST", "/samples", dict(name="H", type="DNA"))
    check("a checkpoint arrives", receiver.wait(1))
    event = json.loads(receiver.got[0][1])
    check("as a CloudEvent", event["type"] == "tracseq.checkpoint.v1" and event["specversion"] == "1.0", event)
    kept = (node.data / "checkpoints.ndjson").read_text().splitlines()
    check("with the very line of the file", event["data"] in kept, event["data"])
    check("and all heads, as one was missed", len(json.loads(event["data"])["heads"]) == 12)
    node.stop()
    got = folder / "received.ndjson"
    got.write_text("".join(json.loads(body)["data"] + "\n" for _, body, _ in receiver.got))
    code, said = audit(node.data / "log", "--checkpoints", got)
    check("a receiver's copies verify the history", code == 0, said)
    receiver.close()


ALL = (are_written_by_commits_time_start_and_stop, are_verified_by_a_stranger, find_a_cut_tail,
       find_a_rewritten_history, that_are_forged_are_refused, live_through_a_crash_and_a_lost_disk,
       go_to_a_webhook)
