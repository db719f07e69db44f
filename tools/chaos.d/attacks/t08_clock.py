"""The clock steps by a day, forth and back, under load and between starts."""
import shutil
import time

import support
from preload import Clock
from scene import START_S, Scene
from support import check

NAME, UNIT, EACH = "T8-clock", "clock steps", 6
ABOUT = "the wall clock steps by up to a day, forth and back, under load and behind a restart"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=1, nightly=34), ("embedded",), 600, 30

STEPS_S = [86_400, -86_400, 0, 21_600, -5_400, 30, -30]


def why_not():
    return "" if shutil.which("cc") else "there is no C compiler"


def attack(seed, engine, number):
    folder = support.new_folder("clock")
    clock = Clock(folder)
    with Scene(seed, engine, env=clock.env) as scene:
        for number_of_step in range(EACH):
            with scene.load():
                time.sleep(scene.draw.uniform(0.2, 0.5))
                clock.step(STEPS_S[number_of_step % 2] if number_of_step < 2 else scene.draw.choice(STEPS_S))
                time.sleep(scene.draw.uniform(0.5, 1.0))
            if scene.draw.random() < 0.4:
                scene.node.restart(timeout_s=START_S)
        clock.step(0)
        answer = scene.node.api().get("/samples?limit=1")
        check("the token still opens", answer.ok, answer.problem)
        scene.was_loaded(5 * EACH)
        scene.judge()
        in_order(scene)


def in_order(scene):
    from history import History
    path = support.export(support.log_of(scene.node), support.new_folder("export") / "log.ndjson")
    with open(path) as lines:
        history = History(lines)
    last, back = {}, []
    for commit in history.commits:
        if commit["recorded_at"] < last.get(commit["partition"], 0):
            back.append((commit["partition"], commit["offset"]))
        last[commit["partition"]] = max(last.get(commit["partition"], 0), commit["recorded_at"])
    check("in each partition time never goes back", not back, back[:3])
