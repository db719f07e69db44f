#!/usr/bin/env python3
"""Donors: sealed with a key that lies outside the history, found again, and erased for good."""
import json
import re
import stat

import support
from support import Node, case, check, check_words, run

NAME = "Anna-Lena Sjöberg"  # in no byte of the log, the store or what a node says
OTHER = "Nils Holgersson"

folder = support.new_folder("donors")
node = Node(folder / "data").start()
api = node.api()


def register(name, donor):
    return api.must("POST", "/samples", dict(name=name, type="blood", donor=donor))


def tracseq(*arguments, **how):
    return run(*arguments, "--data", str(node.data), "--port", str(node.port), **how)


def files_with(text, *where):
    needles = [text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()]
    return [str(path) for root in where for path in root.rglob("*") if path.is_file()
            for content in [path.read_bytes()] if any(needle in content for needle in needles)]


def key_of(sample):
    """The id of the key that the donor of a sample is sealed with, as its history shows it."""
    text = json.dumps(api.must("GET", f"/samples/{sample['id']}/history"))
    found = re.findall(r'"sealed_with": ?"([0-9a-f-]{36})"', text)
    return found[0] if found else text


def a_donor_is_sealed_and_shown():
    first = register("Sealed 1", NAME)
    check("the operator reads the donor", first.get("donor") == NAME, first)
    second = register("Sealed 2", NAME)
    check("the same donor has the same key", key_of(first) == key_of(second), (key_of(first), key_of(second)))
    other = register("Sealed 3", OTHER)
    check("another donor has another", key_of(other) != key_of(first), key_of(other))
    path = folder / "donors.csv"
    path.write_text(f"Sample name,Patient ID\nSheet 1,{NAME}\nSheet 2,{OTHER}\nSheet 3,\n")
    done = tracseq("import", path, "--commit")
    check("a sheet with donors is imported", done.returncode == 0, done.stdout + done.stderr)
    rows = {row["name"]: row for row in api.everything("/samples")}
    check("its donors are read", rows["Sheet 1"].get("donor") == NAME and "donor" not in rows["Sheet 3"], rows["Sheet 1"])
    check("with the keys they have", key_of(rows["Sheet 1"]) == key_of(first), key_of(rows["Sheet 1"]))
    wrong = register("Sealed 4", OTHER)
    api.must("POST", f"/samples/{wrong['id']}:correct", dict(donor=NAME, reason="mixed up"))
    check("a corrected donor is sealed too", api.must("GET", f"/samples/{wrong['id']}")["donor"] == NAME)


def the_same_request_is_the_same_command():
    body = dict(name="Repeated", type="blood", donor=NAME)
    one = api.post("/samples", body, key="donor-1")
    two = api.post("/samples", body, key="donor-1")
    check("a repeated request is answered with the first sample", one.ok and two.body["id"] == one.body["id"], two.problem)


def nobody_else_can_read_it():
    keys = node.data / "keys"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()}
    check("the keys are for the node alone", set(modes.values()) == {0o600}
          and stat.S_IMODE(keys.stat().st_mode) == 0o700, modes)
    found = files_with(NAME, node.data) + files_with(OTHER, node.data)
    check("the name is in no file", not found, found)
    check("nor in what the node said", NAME not in node.words() and OTHER not in node.words())
    check("the search can fail", files_with("Sealed 1", node.data / "log") != [])


def keys_survive_a_kill():
    sample = register("Killed", "Selma Ottilia")
    node.restart()
    api.close()
    check("the donor is read after kill -9", api.must("GET", f"/samples/{sample['id']}").get("donor") == "Selma Ottilia")
    again = register("Killed 2", "Selma Ottilia")
    check("with the key of before", key_of(again) == key_of(sample))


def an_erased_donor_is_gone():
    first = register("Erased 1", "Erik Emanuel")
    second = register("Erased 2", "Erik Emanuel")
    box = key_of(first)
    record = next(node.data.glob("keys/subjects")).read_bytes()
    check("its key is there", bytes.fromhex(box.replace("-", "")) in record)
    none = tracseq("sample", "erase-donor", first["id"])
    check("a reason is needed", none.returncode == 1 and "reason" in none.stderr, none.stderr)
    plain = register("No donor", "")
    refused = api.post(f"/samples/{plain['id']}:erase-donor", dict(reason="asked to"))
    check_words("a sample without a donor", refused.problem, "has no donor")
    missing = api.post("/samples/TS-NOT-THERE:erase-donor", dict(reason="asked to"))
    check("an unknown sample is told as everywhere", missing.status == 404
          and missing.body["detail"] == api.get("/samples/TS-NOT-THERE").body["detail"], missing.problem)
    path, body = f"/samples/{first['id']}:erase-donor", dict(reason="The donor asked for it")
    for name, given, etag, status in (("an ETag of before", body, '"7"', 412), ("an If-Match that is none", body, "7", 400),
                                      ("a blank reason", dict(reason=" "), None, 422)):
        refused = api.post(path, given, headers={"If-Match": etag} if etag else {})
        check(f"{name} is refused", refused.status == status, refused.problem)
    check("what was refused erased nothing", record == next(node.data.glob("keys/subjects")).read_bytes()
          and api.must("GET", f"/samples/{first['id']}").get("donor") == "Erik Emanuel")
    done = tracseq("sample", "erase-donor", first["barcode"], "--reason", "The donor asked for it")
    check("the donor is erased", done.returncode == 0, done.stderr)
    for sample in (first, second):
        now = api.must("GET", f"/samples/{sample['id']}")
        check("each sample of the donor shows it", "donor" not in now and now["donor_state"] == "erased", now)
    told = json.dumps(api.must("GET", f"/samples/{first['id']}/history"), ensure_ascii=False)
    check_words("the history says so, with the reason", told, "Donor erased", "The donor asked for it")
    after = next(node.data.glob("keys/subjects")).read_bytes()
    changed = [i // 128 for i in range(0, len(record), 128) if record[i:i + 128] != after[i:i + 128]]
    check("one key was overwritten", len(changed) == 1 and after[changed[0] * 128 + 24:changed[0] * 128 + 128] == bytes(104),
          changed)
    again = api.post(f"/samples/{second['id']}:erase-donor", dict(reason="The donor asked for it"))
    check("the answer is the sample with its version", again.ok and again.body["donor_state"] == "erased"
          and again.headers.get("ETag") == f'"{again.body["version"]}"', again.body)
    new = register("Erased 3", "Erik Emanuel")
    check("the name comes with a new key later", new["donor"] == "Erik Emanuel" and key_of(new) != box)
    node.restart()
    api.close()
    now = api.must("GET", f"/samples/{second['id']}")
    check("it stays erased after kill -9", now.get("donor_state") == "erased", now)
    past = api.must("GET", f"/samples/{first['id']}?as_of={first['created_at']}")
    check("and in the past", "donor" not in past and past["donor_state"] == "erased", past)


def the_history_is_whole_and_can_be_built_without_keys():
    node.stop()
    verified = run("audit", "verify", "--data", node.data)
    check("the chain verifies after an erasure", verified.returncode == 0, verified.stdout + verified.stderr)
    into = folder / "export.ndjson"
    support.export(str(node.data / "log"), into)
    check("no name is in the export", not files_with(NAME, folder) or into.read_text().find(NAME) < 0)
    check("it verifies elsewhere", run_verify(into))
    built = folder / "replayed"
    done = run("replay", "--log", node.data / "log", "--into", built)
    check("a replay needs no keys", done.returncode == 0, done.stderr)
    copy = Node(built, extra=["--read-only"]).start()
    shown = [row for row in copy.api().everything("/samples") if row["name"] == "Sealed 1"][0]
    check("a copy without keys shows the donor as sealed", "donor" not in shown and shown["donor_state"] == "sealed", shown)
    copy.stop()


def run_verify(path):
    import subprocess
    import sys
    return subprocess.run([sys.executable, support.PROJECT / "tools" / "verify.py", path],
                          capture_output=True).returncode == 0


def keys_without_their_secret_are_refused():
    secret = node.data / "keys" / "secret"
    kept = secret.read_bytes()
    secret.unlink()
    code, said = node.expect_refusal()
    check("the node does not start without the secret", code not in (0, None), code)
    check_words("keys without a secret", said, "secret is missing", "backup")
    secret.write_bytes(kept)
    node.start()
    check("with it the donors are back", any(row.get("donor") == NAME for row in node.api().everything("/samples")))
    node.stop()


for test in (a_donor_is_sealed_and_shown, the_same_request_is_the_same_command, nobody_else_can_read_it,
             keys_survive_a_kill, an_erased_donor_is_gone, the_history_is_whole_and_can_be_built_without_keys,
             keys_without_their_secret_are_refused):
    case(test)
support.finish()
