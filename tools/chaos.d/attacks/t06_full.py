"""The disk is full: under the history, under the rows, under both, or when the node starts."""
import concurrent.futures
import http.client
import time

import disk_test
import support
from scene import START_S, Scene, measured, mount, needs_root, unmount, writes_within
from support import check, check_words

NAME, UNIT, EACH = "T6-full", "full disks", 1
ABOUT = "the disk fills under load (history, rows, both, at start): refused in words, read on, and back by itself"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=4, nightly=24), ("embedded",), 900, 20

WHERE = ["both", "log", "store", "start"]
SIZE_MIB = {"both": 200, "log": 170, "store": 140, "start": 200}
RESUMES_S, PATIENCE_S, FILLERS = 5, 120, 4


def why_not():
    return needs_root()


def attack(seed, engine, number):
    where = WHERE[number % len(WHERE)]
    data = support.new_folder("full") / "data"
    disk = data / where if where in ("log", "store") else data
    disk.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", f"size={SIZE_MIB[where]}m,mode=700", "tmpfs", disk)
    print(f"        full: {where}", flush=True)
    try:
        with Scene(seed, engine, data=data) as scene:
            if where == "start":
                full_at_start(scene, disk)
            else:
                with scene.load():
                    time.sleep(scene.draw.uniform(0.2, 1))
                    disk_test.fill(disk)
                    refused = refused_at_last(scene)
                    # Where the rows alone have no room the history does not wait for them.
                    check("the full disk was met", refused is not None or where == "store")
                    reads_go_on(scene)
                (disk / disk_test.BALLAST).unlink()
            took = writes_within(scene.book.api("first"), 6 * RESUMES_S, str(seed))
            measured("resumes_s", took)
            check(f"writes go on within {RESUMES_S} s, without a restart", took <= RESUMES_S, f"{took:.1f} s")
            if where != "start" and refused is not None:
                check("a full disk refuses with 507 or 503", refused.status in (507, 503), refused.problem)
                check_words("and says so", refused.problem, "full" if refused.status == 507 else "repeat")
            scene.was_loaded(1)
            scene.judge()
    finally:
        unmount(disk)


def refused_at_last(scene):
    """Large notes until the room that was taken in advance is used up; the refusal. None if that takes too long, or
    where the rows alone have no room: the history does not wait for them."""
    notes, until, refusals = "x" * 9_000, time.monotonic() + PATIENCE_S, []

    def fill_up(writer):
        mine = scene.book.api(f"filler-{writer}")
        for n in range(12_000 // FILLERS):
            answer = mine.post("/samples", dict(name=f"L{writer}-{n}", type="DNA", notes=notes), key=f"l{writer}-{n}")
            if not answer.ok:
                refusals.append(answer)
            if refusals or time.monotonic() > until:
                return
    with concurrent.futures.ThreadPoolExecutor(FILLERS) as pool:
        for one in [pool.submit(fill_up, writer) for writer in range(FILLERS)]:
            one.result()
    measured("noticed", len(refusals) > 0)
    return refusals[0] if refusals else None


def reads_go_on(scene):
    """What can be shown is shown; what was acknowledged and is in no row yet, is not denied."""
    sample = scene.book.some_sample(scene.draw)
    try:
        answer = scene.node.api(timeout_s=10).get(f"/samples/{sample}")
        check("reads go on", answer.status in (200, 503), answer.problem)
    except (OSError, http.client.HTTPException) as problem:
        check("reads go on", False, problem)


def full_at_start(scene, disk):
    with scene.load(going_down=True):
        time.sleep(0.5)
        scene.book.down.set()
        scene.node.kill()
    disk_test.fill(disk)
    code, words = scene.node.expect_refusal(timeout_s=START_S)
    check("a start on a full disk is refused", code not in (0, None), code)
    check_words("in words", words, "full" if "full" in words else "no space")
    (disk / disk_test.BALLAST).unlink()
    scene.node.start(timeout_s=START_S)
