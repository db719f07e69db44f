#!/usr/bin/env python3
"""Backups under load, on both engines: verified, continued, killed, damaged, and restored elsewhere."""
import json
import os
import pathlib
import random
import re
import signal
import stat
import subprocess
import sys
import time

import support
from preload import Clock
from support import Node, case, check, check_words, run
from crash_test import Book, Client, compare_with_api, examine, furnish
from history import History, command_id
from second_fold import fold

folder = support.new_folder("backup")
SECRETS = ("operator.token", "webhook.key", "checkpoint.key", "secret", "subjects")
KILLS = int(os.environ.get("TRACSEQ_BACKUP_KILLS", "4" if os.environ.get("CI") else "10"))
SEED = int(os.environ.get("TRACSEQ_SEED", random.SystemRandom().randrange(2 ** 32)))
print(f"seed {SEED} (repeat with TRACSEQ_SEED={SEED})", flush=True)
draw = random.Random(SEED)


def of_node(node):
    return ["--data", node.data] + (["--log", node.log] if node.log else [])


def manifest(backup):
    return json.loads((backup / "manifest.json").read_text())


def verifies(name, backup):
    done = run("backup", "--verify", backup)
    return check(f"{name}: it verifies", done.returncode == 0, done.stdout + done.stderr)


def begin_load(book, number):
    book.stop.clear()
    book.down.clear()
    threads = [Client(book, n, number) for n in range(4)]
    for thread in threads:
        thread.start()
    return threads


def end_load(book, threads):
    book.stop.set()
    for thread in threads:
        thread.join(60)


def history_of(log, name):
    path = support.export(log, folder / f"{name}.ndjson")
    with open(path) as lines:
        return History(lines), path


def by_partition(history):
    found = {}
    for commit in history.commits:
        found.setdefault(commit["partition"], []).append((commit["stream"], commit["command_id"], commit["events"]))
    return found


def restored_node(name, backup, on_kafka):
    into = folder / f"{name}-restored"
    topic = support.fresh_topic("restored") if on_kafka else ""
    done = run("restore", backup, "--into", into, *(["--log", topic] if topic else []))
    check(f"{name}: it is restored", done.returncode == 0, done.stderr)
    check_words(f"{name}: and told how to start", done.stdout, "tracseq serve --data", str(into), topic)
    return Node(into, topic)


def holds_what_was_promised(name, node, book, backup, promised):
    """A restored node, before it starts, against the original: by strangers' hands."""
    original, _ = history_of(support.log_of(book.node), f"{name}-original")
    copy, path = history_of(support.log_of(node), f"{name}-copy")
    verified = subprocess.run([sys.executable, support.PROJECT / "tools" / "verify.py", path],
                              capture_output=True, text=True)
    check(f"{name}: tools/verify.py verifies what was restored", verified.returncode == 0, verified.stderr)
    audit = run("audit", "verify", *of_node(node))
    check(f"{name}: audit verify does, with the checkpoints", audit.returncode == 0, audit.stdout + audit.stderr)
    heads = [(h["commits"], h["h"]) for h in json.loads(path.read_text().splitlines()[-1])["heads"]]
    check(f"{name}: its heads are the manifest's", heads == [(h["commits"], h["h"]) for h in manifest(backup)["heads"]])
    ours, theirs = by_partition(copy), by_partition(original)
    check(f"{name}: it is the beginning of the original",
          all(theirs[p][:len(commits)] == commits for p, commits in ours.items()) and ours)
    state = fold(copy)
    check(f"{name}: every rule holds in it", not state.broken, state.broken[:3])
    there = {commit["command_id"] for commit in copy.commits}
    lost = [key for key in promised if command_id(key) not in there]
    check(f"{name}: all {len(promised)} that were answered before are in it", not lost, lost[:3])


def under_load(engine):
    node = Node(folder / engine, support.fresh_topic("backup") if engine == "kafka" else "").start()
    book = Book(node, f"{SEED}-{engine}")
    book.token, backup, answered = node.token(), folder / f"{engine}-backup", {}
    book.boxes = furnish(node.api())
    donor = node.api().must("POST", "/samples", dict(name="With a donor", type="DNA", donor="Ada Byron"))
    for number in range(3):
        threads = begin_load(book, number)
        time.sleep(1.2)
        answered = dict(book.acknowledged)
        done = run("--json", "backup", backup, *of_node(node))
        if not check(f"{engine}: backup {number + 1} under load", done.returncode == 0, done.stderr):
            break
        report = json.loads(done.stdout)
        check(f"{engine}: it continues the one before", report["number"] == number + 1
              and (number == 0 or 0 < report["records_new"] < report["records"]), report)
        time.sleep(0.3)
        end_load(book, threads)
        verifies(f"{engine} {number + 1}", backup)
    check(f"{engine}: the load was real", len(answered) > 50, len(answered))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in backup.rglob("*") if path.is_file()}
    check(f"{engine}: secrets are for their owner alone",
          all(modes[name] == 0o600 for name in SECRETS)
          and stat.S_IMODE(backup.stat().st_mode) == 0o700, modes)
    folders = [path.name for path in backup.iterdir() if path.name.startswith("node-")]
    check(f"{engine}: earlier keys are gone", folders == ["node-000003"], folders)
    for on_kafka in (False, True):
        name = f"{engine} to {'kafka' if on_kafka else 'embedded'}"
        other = restored_node(name, backup, on_kafka)
        holds_what_was_promised(name, other, book, backup, answered)
        other.start()
        api = other.api()
        check(f"{name}: a donor can be read", api.must("GET", f"/samples/{donor['id']}").get("donor") == "Ada Byron")
        examine(other)  # what was under way comes to its end, and every rule holds
        check(f"{name}: it goes on", other.api().post("/samples", dict(name="Onwards", type="DNA")).ok)
        other.stop()
    node.stop()
    return node, backup


def backups_under_load_embedded():
    under_load("embedded")


def backups_under_load_kafka():
    if check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", support.KAFKA != ""):
        under_load("kafka")


def start_backup(node, backup):
    return subprocess.Popen([str(support.PROGRAM), "backup", str(backup), *map(str, of_node(node))],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def killed_at_random_moments():
    node = Node(folder / "killed").start()
    book = Book(node, f"{SEED}-killed")
    book.token, backup = node.token(), folder / "killed-backup"
    book.boxes = furnish(node.api())
    threads = begin_load(book, 0)
    time.sleep(1)
    began = time.monotonic()
    check("a first backup", run("backup", folder / "killed-first", *of_node(node)).returncode == 0)
    took, interrupted = time.monotonic() - began, 0
    for kill in range(KILLS):
        whole = (backup / "manifest.json").exists() and manifest(backup)["number"]
        child = start_backup(node, backup)
        how = draw.choice([signal.SIGKILL, signal.SIGINT])
        began = time.monotonic()
        try:
            child.wait(draw.uniform(0, took))
            took = time.monotonic() - began  # a busy machine is slow at times
        except subprocess.TimeoutExpired:
            child.send_signal(how)
        child.communicate()
        interrupted += child.returncode == -how
        if whole:
            verifies(f"after kill {kill + 1}", backup)
            check("the manifest is the earlier or the next", manifest(backup)["number"] in (whole, whole + 1))
        if kill % 3 == 2:
            done = run("backup", backup, *of_node(node))
            check(f"after kill {kill + 1} a backup goes on", done.returncode == 0, done.stderr)
    check("it was interrupted in its middle", interrupted > 0, (took, KILLS))
    done = run("backup", backup, *of_node(node))
    check("after all that it is brought up to date", done.returncode == 0, done.stderr)
    answered = {}
    for kill in range(max(2, KILLS // 3)):  # now it is the node that is killed
        answered = dict(book.acknowledged)
        child = start_backup(node, backup)
        time.sleep(draw.uniform(0, took))
        book.down.set()
        node.kill()
        _, words = child.communicate()
        check(f"kill {kill + 1} of the node: the backup ends well", child.returncode == 0, words)
        end_load(book, threads)
        verifies(f"kill {kill + 1} of the node", backup)
        node.start()
        threads = begin_load(book, 10 + kill)
    end_load(book, threads)
    node.stop()
    other = restored_node("killed", backup, False)
    holds_what_was_promised("killed", other, book, backup, answered)
    history, state = examine(other.start())
    compare_with_api(other.api(), state)
    other.stop()


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def a_changed_byte_is_found_and_named():
    backup = folder / "killed-backup"
    files = [one["path"] for one in manifest(backup)["files"]] + ["manifest.json"]
    for path in files:
        size = (backup / path).stat().st_size
        if size == 0:  # no donor has a key
            continue
        for at in {0, size - 1, draw.randrange(size)} if path.endswith(".tslog") else {draw.randrange(size)}:
            if path == "manifest.json":  # a blank between its words says nothing
                at = (backup / path).read_bytes().index(b"made_at") + 2
            flip(backup / path, at)
            done = run("backup", "--verify", backup)
            check(f"{path}, byte {at}: found", done.returncode == 1, done.stdout)
            check_words("and named", done.stderr, path)
            refused = run("restore", backup, "--into", folder / "from-damaged")
            check("nothing is restored from it", refused.returncode == 1 and not (folder / "from-damaged").exists(),
                  refused.stdout)
            flip(backup / path, at)
    (backup / files[-2]).rename(folder / "taken")
    done = run("backup", "--verify", backup)
    check("a missing file is found", done.returncode == 1, done.stdout)
    check_words("and named", done.stderr, files[-2], "is missing")
    (folder / "taken").rename(backup / files[-2])
    verifies("mended", backup)
    segment = sorted((backup / "log").glob("*.tslog"))[0]
    flip(segment, 5000)
    done = run("backup", backup, "--data", folder / "killed")
    check("a damaged backup is not continued", done.returncode != 0, done.stdout)
    check_words("and the words say what to do", done.stderr, str(backup), "another folder")
    flip(segment, 5000)


def erased_donors_stay_erased():
    node = Node(folder / "donors").start()
    api = node.api()
    samples = [api.must("POST", "/samples", dict(name=f"D{n}", type="DNA", donor=f"Donor {n}")) for n in range(3)]
    api.must("POST", f"/samples/{samples[0]['id']}:erase-donor", dict(reason="asked for"))
    backup = folder / "donors-backup"
    run("backup", backup, *of_node(node))
    api.must("POST", f"/samples/{samples[1]['id']}:erase-donor", dict(reason="asked for"))
    node.stop()

    def donors(into, *more):
        done = run("restore", backup, "--into", into, *more)
        check(f"restored into {into.name}", done.returncode == 0, done.stderr)
        other = Node(into).start()
        found = [other.api().must("GET", f"/samples/{s['id']}").get("donor") for s in samples]
        other.stop()
        return found, done.stdout
    found, _ = donors(folder / "donors-1")
    check("who was erased before the backup stays erased", found == [None, "Donor 1", "Donor 2"], found)
    found, words = donors(folder / "donors-2", "--erased-in", node.data / "log")
    check("and who was erased since, by the later log", found == [None, None, "Donor 2"], found)
    check_words("which is said", words, "1 key of donors", "erased again")
    run("backup", folder / "donors-keyless", "--without-keys", *of_node(node))
    names = [path.name for path in (folder / "donors-keyless").rglob("*")]
    check("keys can be left out", "subjects" not in names and "operator.token" in names, names)
    run("restore", folder / "donors-keyless", "--into", folder / "donors-3")
    other = Node(folder / "donors-3").start()
    check("then a restored node serves all the same", len(other.api().must("GET", "/samples")["items"]) == 3)
    other.stop()


def a_clock_that_was_ahead_keeps_nothing_out():
    clock = Clock(support.new_folder("ahead"), 3_600)
    node = Node(folder / "ahead", env=clock.env).start()
    early = node.api().must("POST", "/samples", dict(name="early", type="DNA"))["id"]
    clock.step(0)
    for n in range(12):  # in every partition; and what was written an hour ahead stands before it in some
        node.api().must("POST", "/samples", dict(name=f"late-{n}", type="DNA"))
    node.api().must("POST", f"/samples/{early}:correct", dict(notes="late", reason="as asked"))
    backup = folder / "ahead-backup"
    done = run("backup", backup, *of_node(node))
    check("it is backed up", done.returncode == 0, done.stderr)
    commits = sum(one["commits"] for one in node.api().must("GET", "/cluster")["partitions"])
    check("with all that was acknowledged", manifest(backup)["commits"] == commits, (manifest(backup)["commits"], commits))
    node.stop()
    verifies("with a clock that was ahead", backup)
    run("restore", backup, "--into", folder / "ahead-restored")
    other = Node(folder / "ahead-restored").start()
    names = {one["name"] for one in other.api().must("GET", "/samples?limit=100")["items"]}
    check("nothing is missing where it is restored", names == {"early", *(f"late-{n}" for n in range(12))}, names)
    check("nor what came last", other.api().must("GET", f"/samples/{early}")["notes"] == "late")
    other.stop()


def refusals_say_what_to_do():
    node = folder / "donors"
    full = folder / "somebody-elses"
    full.mkdir()
    (full / "thesis.doc").write_text("my work")

    def refused(name, *arguments, code=None, words=()):
        done = run(*arguments)
        check(f"{name}: refused", done.returncode == code if code else done.returncode != 0, done.stdout)
        check_words(f"{name}: in words", done.stderr, *words)
    refused("a folder of somebody else", "backup", full, "--data", node, code=3, words=["not empty", "holds no backup"])
    check("it is left alone", [path.name for path in full.iterdir()] == ["thesis.doc"])
    refused("no log", "backup", folder / "none", "--data", folder / "nowhere", code=4, words=["there is no log"])
    refused("another history", "backup", folder / "donors-backup", "--data", folder / "killed", code=3,
            words=["another history", "another folder"])
    verifies("which stays", folder / "donors-backup")
    refused("no backup", "backup", "--verify", full, code=4, words=["There is no backup", "manifest.json"])
    refused("no backup to restore", "restore", full, "--into", folder / "x", code=4, words=["There is no backup"])
    refused("a folder that is there", "restore", folder / "donors-backup", "--into", full, code=3,
            words=["not empty", "nothing is overwritten"])
    (folder / "empty").mkdir()
    done = run("restore", folder / "donors-backup", "--into", folder / "empty")
    check("an empty folder is taken", done.returncode == 0, done.stderr)
    shorter = folder / "shorter"
    run("restore", folder / "donors-backup", "--into", shorter)
    longer = Node(shorter).start()
    longer.api().must("POST", "/samples", dict(name="More", type="DNA"))
    run("backup", folder / "longer-backup", "--data", shorter)
    longer.stop()
    refused("a log that forgot", "backup", folder / "longer-backup", "--data", folder / "empty", code=3,
            words=["shorter than this backup", "keep this backup"])
    if support.KAFKA:
        topic = support.fresh_topic("taken")
        run("log", "copy", folder / "killed" / "log", topic)
        refused("a topic with another history", "restore", folder / "donors-backup", "--into", folder / "y", "--log",
                topic, code=3, words=["another history", "nothing is overwritten"])
        check("no folder is left", not (folder / "y").exists())


def a_lost_data_directory_beside_a_topic_that_is_whole():
    if not check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", support.KAFKA != ""):
        return
    node = Node(folder / "lost", support.fresh_topic("lost")).start()
    sample = node.api().must("POST", "/samples", dict(name="L", type="DNA", donor="Ada Byron"))
    check("a backup", run("backup", folder / "lost-backup", *of_node(node)).returncode == 0)
    node.api().must("POST", "/samples", dict(name="Since then", type="DNA"))
    node.stop()
    done = run("--json", "restore", folder / "lost-backup", "--into", folder / "found", "--log", node.log)
    check("the topic goes on behind the backup, and nothing is put into it",
          done.returncode == 0 and json.loads(done.stdout)["records"] == 0, done.stdout + done.stderr)
    other = Node(folder / "found", node.log).start()
    names = sorted(s["name"] for s in other.api().everything("/samples"))
    check("it shows all of it", names == ["L", "Since then"], names)
    check("with the keys", other.api().must("GET", f"/samples/{sample['id']}").get("donor") == "Ada Byron")
    other.stop()


def another_user_is_told():
    if os.geteuid() != 0:
        return
    private = folder / "donors"
    for path in [private, *private.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    for path in [folder, *folder.parents]:
        if path == pathlib.Path("/tmp"):
            break
        path.chmod(path.stat().st_mode | 0o755)
    target = folder / "of-nobody"
    target.mkdir()
    os.chown(target, 65534, 65534)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run([*nobody, str(support.PROGRAM), "backup", str(target), "--data", str(private)],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check("another user's backup is refused", done.returncode != 0, done.stdout)
    check_words("with who could", done.stderr, "Permission denied", "belong to root", "run this as root")


def a_full_disk_is_told():
    mount = support.new_folder("full") / "disk"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(mount)],
                          capture_output=True, text=True)
    if not check("a small disk can be mounted (needs root)", made.returncode == 0, made.stderr):
        return
    try:
        backup = mount / "backup"
        check("there is room for one", run("backup", backup, "--data", folder / "donors").returncode == 0)
        (mount / "ballast").write_bytes(bytes(60 << 20))
        done = run("backup", backup, "--data", folder / "donors")
        check("a full disk ends it", done.returncode != 0, done.stdout)
        check_words("with what to do", done.stderr, "is full", "Make room", "it goes on where it stopped",
                    "earlier backup")
        verifies("the earlier one", backup)
        (mount / "ballast").unlink()
        done = run("backup", backup, "--data", folder / "donors")
        check("with room it goes on", done.returncode == 0, done.stderr)
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def its_progress_is_shown():
    done = subprocess.run(["script", "-qec", f"{support.PROGRAM} backup {folder / 'shown'} --data {folder / 'killed'}",
                           "/dev/null"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check_words("on a terminal", done.stdout, "Verifying [", "Copying [", " of ")
    check("and ends well", re.search(r"Backup 1 is in", done.stdout) is not None, done.stdout[-500:])


CASES = os.environ.get("TRACSEQ_CASES", "").split()
for test in (backups_under_load_embedded, backups_under_load_kafka, killed_at_random_moments,
             a_changed_byte_is_found_and_named, erased_donors_stay_erased,
             a_clock_that_was_ahead_keeps_nothing_out, refusals_say_what_to_do,
             a_lost_data_directory_beside_a_topic_that_is_whole, another_user_is_told, a_full_disk_is_told,
             its_progress_is_shown):
    if not CASES or test.__name__ in CASES:
        case(test)
support.finish()
