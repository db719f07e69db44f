"""The part of prove_test.py that moves histories between the engines: killed in the middle, and watched."""
import json
import os
import pty
import subprocess
import time

import support
from support import Node, check, check_words

folder = support.new_folder("copies")


def a_large_history():
    node = Node(folder / "large").start()
    sheet = folder / "large.csv"
    sheet.write_text("Sample Name,Type,Organism,Notes\n" + "".join(
        f"Copy {n},DNA,Homo sapiens,{'x' * 200}\n" for n in range(8000)))
    done = support.run("import", sheet, "--commit", "--url", node.url, "--token-file", node.data / "operator.token")
    check("a large history is made", done.returncode == 0, done.stderr)
    support.wait_quiet(node.api())
    node.stop()
    return node.data / "log"


def heads(log):
    last = json.loads(support.export(str(log), folder / "heads.ndjson").read_text().splitlines()[-1])
    return [(h["commits"], h["claims"], h["h"]) for h in last["heads"]], last["records"]


def killed_after(delay_s, source, target):
    """Starts a copy and kills it; False where it had ended before."""
    child = subprocess.Popen([str(support.PROGRAM), "log", "copy", str(source), str(target)],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.wait(delay_s)
        return False
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return True


def survives_two_kills(name, source, new_target):
    """Kills a copy in its middle, twice, and lets the third go on."""
    expected, total = heads(source)
    began = time.monotonic()
    whole = support.run("log", "copy", source, new_target())
    check(f"{name}: a copy", whole.returncode == 0, whole.stderr)
    took = time.monotonic() - began
    resumed = False
    for attempt in range(12):
        target = new_target()
        for part in (0.5, 0.4):
            killed_after(took * (part + 0.04 * attempt), source, target)
        done = support.run("--json", "log", "copy", source, target)
        if not check(f"{name}: a copy that was killed goes on", done.returncode == 0, done.stderr):
            return
        report = json.loads(done.stdout)
        check(f"{name}: it copies what was missing and no more",
              report["already_there"] + report["records"] == total, (report, total))
        check(f"{name}: it has the same chain", heads(target)[0] == expected)
        resumed = 0 < report["already_there"] < total
        if resumed:
            break
    check(f"{name}: it was killed in its middle", resumed, took)


def between_the_engines_through_kills():
    if not check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", support.KAFKA != ""):
        return
    source = a_large_history()
    count = iter(range(1000))
    on_kafka = support.fresh_topic("large")
    done = support.run("log", "copy", source, on_kafka)
    check("it is copied to Kafka", done.returncode == 0, done.stderr)
    survives_two_kills("to Kafka", source, lambda: support.fresh_topic(f"copy{next(count)}"))
    survives_two_kills("from Kafka", on_kafka, lambda: str(folder / f"copy{next(count)}"))


def show_their_progress():
    source = str(folder / "large" / "log")
    screen, ours = pty.openpty()
    child = subprocess.Popen([str(support.PROGRAM), "log", "copy", source, str(folder / "watched")],
                             stdin=ours, stdout=ours, stderr=ours)
    os.close(ours)
    shown = b""
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(screen)
    check("on a terminal it ends well", child.wait(60) == 0, shown)
    check_words("and shows how far it is", shown.decode(), "Copying [", "#", " of ")
    quiet = support.run("log", "copy", source, folder / "piped")
    check("in a pipe there is no bar", quiet.returncode == 0 and "Copying" not in quiet.stderr + quiet.stdout,
          quiet.stderr)
    check_words("but the outcome", quiet.stdout, "records copied", "both ends verify")


ALL = (between_the_engines_through_kills, show_their_progress)
