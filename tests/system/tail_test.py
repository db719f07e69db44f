#!/usr/bin/env python3
"""The stored history is damaged on purpose.

Cut: the log's tail is cut at every byte of its last three records. Each time the node starts, says
what it found, shows everything that was acknowledged, takes a new command, and its chain verifies.

Flipped: 1,000 random bits in stored history. Each is found, with its place.

TRACSEQ_TAIL_STEP=N cuts at every N-th byte only, from TRACSEQ_TAIL_FIRST=M on; TRACSEQ_FLIPS=N flips another number
of bits.
"""
import concurrent.futures
import os
import random
import re
import shutil

import support
from segments import HEADER, frames, segments
from support import Node, case, check

STEP = int(os.environ.get("TRACSEQ_TAIL_STEP", "1"))
FIRST = int(os.environ.get("TRACSEQ_TAIL_FIRST", "0"))
FLIPS = int(os.environ.get("TRACSEQ_FLIPS", "1000"))
SEED = int(os.environ.get("TRACSEQ_SEED", random.SystemRandom().randrange(2 ** 32)))
WORKERS = max(2, os.cpu_count() or 2)


def history(folder, count):
    """A data folder with `count` samples, left by kill -9; the ids that were acknowledged, in order."""
    node = Node(folder / "data").start()
    api = node.api()
    names = []
    for n in range(count):
        sample = api.must("POST", "/samples", dict(name=f"T{n:03d}", type="DNA"))
        api.must("POST", f"/samples/{sample['id']}:receive", dict(condition="frozen"))
        names.append(sample["id"])
    node.kill()
    return node, names


def copy(source, into):
    """Sparse, for a segment takes its room in advance."""
    into.mkdir(parents=True)
    support.subprocess.run(["cp", "-a", "--sparse=always", f"{source}/.", str(into)], check=True)
    return into


def used_part(path):
    """The segment without the room taken in advance, so that a copy is small."""
    last = frames(path)[-1]
    os.truncate(path, last.end)
    return last


def cut_everywhere():
    folder = support.new_folder("tail")
    _, acknowledged = history(folder, 6)
    original = folder / "data"
    segment = segments(original / "log")[-1]
    used_part(segment)
    stored = frames(segment)
    first = stored[-3].at
    places = list(range(first + FIRST, stored[-1].end, STEP))
    print(f"        {len(places)} cuts, from byte {first} to {stored[-1].end}", flush=True)
    starts = {f.at for f in stored}
    tail = segment.read_bytes()[first:stored[-1].end]

    def one(at):
        data = copy(original, folder / f"cut-{at}")
        victim = data / "log" / segment.name
        os.truncate(victim, at)
        if at % 2:  # what a torn write leaves in room taken in advance: zeros
            os.truncate(victim, stored[-1].end + 4096)
        node = Node(data)
        wrong = []
        try:
            node.start(timeout_s=60)
            api = node.api()
            there = {s["id"]: s for s in api.everything("/samples")}
            lost = [n for n in acknowledged if n not in there or there[n]["state"] != "received"]
            if lost:
                wrong.append(f"{len(lost)} acknowledged samples are not as they were")
            # Zeros in place of the zeros a record ends with: nothing was torn.
            whole = not any(tail[at - first:]) and at % 2
            warnings = " ".join(api.must("GET", "/system")["warnings"]) + node.words()
            if at not in starts and not whole and not re.search(r"torn|cut off|put back", warnings):
                wrong.append("it does not say that the tail was torn")
            if at in starts and not re.search(r"torn|cut|missing|put back|lost|behind", warnings):
                wrong.append("it does not say that records are missing")
            if not api.post("/samples", dict(name="AFTER", type="DNA")).ok:
                wrong.append("it takes no new command")
            node.stop()
            audit = support.run("audit", "verify", "--data", data)
            if audit.returncode:
                wrong.append("audit: " + (audit.stdout + audit.stderr)[-300:])
        except (RuntimeError, OSError, support.Refused) as problem:
            wrong.append(str(problem)[-400:])
            node.kill()
        shutil.rmtree(data, ignore_errors=True)
        return [f"cut at byte {at}: {w}" for w in wrong]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        wrong = [w for found in pool.map(one, places) for w in found]
    check(f"{len(places)} cuts of the tail: reported, and it goes on", not wrong,
          f"{len(wrong)} of {len(places)}: {wrong[:3]}")


def flip_bits():
    folder = support.new_folder("flip")
    node, _ = history(folder, 40)
    node.start()  # closes in good order, so that the store knows where the log stood
    node.stop()
    log = folder / "data" / "log"
    segment = segments(log)[-1]
    used_part(segment)
    stored = frames(segment)
    clean = support.run("audit", "verify", "--data", folder / "data")
    check("the history verifies before", clean.returncode == 0, clean.stdout + clean.stderr)
    draw = random.Random(SEED)
    print(f"        seed {SEED}, {stored[-1].end} bytes, {len(stored)} records", flush=True)
    flips = [(draw.randrange(stored[-1].end), draw.randrange(8)) for _ in range(FLIPS)]
    copies = [copy(folder / "data", folder / f"copy-{n}") for n in range(WORKERS)]

    def some(worker):
        data, wrong = copies[worker], []
        victim = data / "log" / segment.name
        for at, bit in flips[worker::WORKERS]:
            with open(victim, "r+b") as file:
                flip(file, at, bit)
            audit = support.run("audit", "verify", "--data", data)
            said = audit.stdout + audit.stderr
            place = next((f for f in stored if f.at <= at < f.end), None)
            if audit.returncode == 0:
                wrong.append(f"byte {at} bit {bit}: silent")
            elif not names_place(said, at, place, stored[-1].batch):
                wrong.append(f"byte {at} bit {bit} ({place and (place.partition, place.offset)}): {said[:200]} … {said[-1200:]}")
            with open(victim, "r+b") as file:
                flip(file, at, bit)
        return wrong
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        wrong = [w for found in pool.map(some, range(WORKERS)) for w in found]
    check(f"{FLIPS} flipped bits: each found, with its place", not wrong,
          f"{len(wrong)} of {FLIPS}: {wrong[:4]}")
    clean = support.run("audit", "verify", "--data", copies[0])
    check("with every bit back, the history verifies", clean.returncode == 0, clean.stdout + clean.stderr)


def flip(file, at, bit):
    file.seek(at)
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ (1 << bit)]))


def names_place(said, at, frame, last_batch):
    """The byte where the damaged frame (or the header) begins, or its partition and offset.

    In the last batch a flipped bit looks like a torn write: its end is cut, and found by what the node
    has already shown of each partition. Then the partition is named."""
    begin = 0 if at < HEADER else frame.at
    if re.search(rf"byte {begin}\b", said):
        return True
    if frame is None:
        return False
    if frame.batch == last_batch and f"partition {frame.partition}, " in said:
        return True
    return re.search(rf"partition {frame.partition}\b.*offset {frame.offset}\b", said, re.S) is not None


if __name__ == "__main__":
    for test in (cut_everywhere, flip_bits):
        case(test)
    support.finish()
