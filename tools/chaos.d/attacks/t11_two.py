"""Two programs on one data folder: the second is sent away, and the first does not notice."""
import time

from scene import START_S, Scene
from support import Node, check

NAME, UNIT, EACH = "T11-two", "second starts", 3
ABOUT = "a second program is started on the same data folder, under load"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=1, nightly=20), ("embedded", "kafka"), 600, 20


def why_not():
    return ""


def attack(seed, engine, number):
    with Scene(seed, engine) as scene:
        with scene.load():
            for _ in range(EACH):
                time.sleep(scene.draw.uniform(0.1, 0.5))
                other = Node(scene.node.data, scene.node.log)
                code, words = other.expect_refusal(timeout_s=30)
                check("a second program leaves", code not in (0, None), (code, words[-300:]))
                check("and says that another has the folder", "another" in words.lower() or "in use" in words.lower(),
                      words[-300:])
            check("the first one still runs", scene.node.process.poll() is None)
        if scene.draw.random() < 0.5:
            scene.node.restart(timeout_s=START_S)
        scene.was_loaded(5 * EACH)
        scene.judge()
