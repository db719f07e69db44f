"""Memory cannot be had, once and anywhere: nothing is done in part, and the node goes on or ends, but never stands."""
import shutil
import struct
import time

import support
from preload import library
from scene import START_S, Scene, figures_of, measured, writes_within
from support import check

NAME, UNIT, EACH = "T7-memory", "allocations refused", 20
ABOUT = "the n-th allocation fails, while a node works and while it starts"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=0, nightly=15), ("embedded",), 600, 60

WRITES_AGAIN_S = 30


def why_not():
    return "" if shutil.which("c++") else "there is no C++ compiler"


class Shortage:
    """Allocations that fail in the processes which are started with `env`."""

    def __init__(self, folder):
        self.at = folder / "allocation"
        self.at.write_bytes(bytes(8))
        self.env = dict(LD_PRELOAD=library("memory", folder), TRACSEQ_ALLOCATION=str(self.at))

    def fail(self, nth):
        """The n-th from now on."""
        with open(self.at, "r+b") as file:  # in place: it is mapped
            file.write(struct.pack("<q", nth))

    def met(self):
        return struct.unpack("<q", self.at.read_bytes())[0] <= 0


def attack(seed, engine, number):
    shortage = Shortage(support.new_folder("memory"))
    met = ended = 0
    with Scene(seed, engine, env=shortage.env) as scene:
        for step in range(EACH):
            with scene.load(going_down=True):
                time.sleep(scene.draw.uniform(0, 0.1))
                # A start asks for some hundred thousand; a command for some hundreds.
                shortage.fail(scene.draw.randrange(1, 2_000))
                met += support.eventually(lambda: shortage.met() or not runs(scene), 10)
                time.sleep(scene.draw.uniform(0, 0.1))
                if scene.draw.random() < 0.2 and runs(scene):
                    scene.node.kill()
            ended += works_again(scene, shortage, f"{seed}-{step}")
        shortage.fail(0)
        check("the failures were met", met == EACH, met)
        measured("ended", ended)
        scene.was_loaded(EACH)
        scene.judge()


def runs(scene):
    return scene.node.process.poll() is None


def works_again(scene, shortage, key):
    """How often it was started for that: it may end a moment after its memory did."""
    began, times, works = time.monotonic(), 0, False
    while not works and time.monotonic() - began < WRITES_AGAIN_S:
        times += start_again(scene, shortage)
        works = writes_within(scene.book.api("again"), 3, key) <= 3
    check(f"it takes commands within {WRITES_AGAIN_S} s", works)
    return times


def start_again(scene, shortage):
    """As its supervisor would, a failure now and then met at the start, too. How often it was started."""
    times = 0
    while not runs(scene) and times < 6:
        times += 1
        shortage.fail(scene.draw.randrange(1, 300_000) if scene.draw.random() < 0.3 else 0)
        try:
            scene.node.start(timeout_s=START_S)
        except RuntimeError as left:
            print(f"        {str(left).strip()[-200:]}", flush=True)
    check("a start that has its memory is one", runs(scene))
    return times


def of_all(rounds):
    ended = sum(figures_of(rounds, "ended"))
    return f"nodes ended {ended:.0f} times in {EACH * len(rounds)} failures, and worked again each time", ended > 0
