"""The disk is full: under the history, under the rows, under both, or when the node starts."""
import http.client
import time

import disk_test
import support
from scene import START_S, Scene, measured, mount, needs_root, unmount, writes_within
from support import check, check_words

NAME, UNIT, EACH = "T6-full", "full disks", 1
ABOUT = "the disk fills under load (history, rows, both, at start): refused in words, read on, and back by itself"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=4, nightly=50), ("embedded",), 400, 60

WHERE = ["both", "log", "store", "start"]
SIZE_MIB = {"both": 200, "log": 170, "store": 140, "start": 200}
RESUMES_S, PATIENCE_S = 5, 120


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
            api = scene.book.api("filler")
            if where == "start":
                full_at_start(scene, disk)
            else:
                with scene.load():
                    time.sleep(scene.draw.uniform(0.2, 1))
                    disk_test.fill(disk)
                    refused = refused_at_last(scene, api)
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


def refused_at_last(scene, api):
    """Large notes until the room that was taken in advance is used up; the refusal. None if that takes too long, or
    where the rows alone have no room: the history does not wait for them."""
    notes, until = "x" * 9_000, time.monotonic() + PATIENCE_S
    for n in range(12_000):
        answer = api.post("/samples", dict(name=f"L{n}", type="DNA", notes=notes), key=f"l{n}")
        if not answer.ok:
            measured("noticed", 1)
            return answer
        if time.monotonic() > until:
            break
    measured("noticed", 0)
    return None


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
