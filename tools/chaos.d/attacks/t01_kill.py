"""kill -9 under load and while the node recovers, with other settings at each start."""
import crash_test
from scene import Scene, measured

NAME, UNIT, EACH = "T1-kill", "kills", 10
ABOUT = "kill -9 at random under load, at times in the recovery too; other settings at each start"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=5, nightly=50), ("embedded", "kafka"), 900, 30


def why_not():
    return ""


def attack(seed, engine, number):
    with Scene(seed, engine, varied=True) as scene:
        slowest, nested = crash_test.kill_rounds(scene.book, EACH, scene.clients, scene.draw)
        measured("slowest_start_s", slowest)
        measured("kills_in_recovery", nested)
        scene.was_loaded(5 * EACH)
        scene.judge()
