"""A node stands still past every deadline, another takes its topic, and the first wakes up."""
import os
import signal
import time

import support
from crash_test import Book, Client
from scene import START_S, Scene, fenced, measured, zombies_wrote
from support import Node, check

NAME, UNIT, EACH = "T11-zombie", "zombies", 5
ABOUT = "SIGSTOP under load, a second node takes the topic and works, SIGCONT: nothing of the first is accepted"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=0, pr=2, nightly=20), ("kafka",), 900, 40

DEADLINE_MS = 1_000  # of a command
of_all = zombies_wrote


def why_not():
    return ""


def attack(seed, engine, number):
    env = dict(TRACSEQ_ENGINE_COMMAND_DEADLINE_MS=str(DEADLINE_MS))
    with Scene(seed, engine, env=env) as scene:
        scene.book.records.options.append("--several-nodes")
        nodes = [scene.node, second_node(scene, env)]
        for _ in range(EACH):
            here, there = nodes
            with scene.load():
                time.sleep(scene.draw.uniform(0.3, 0.8))
                os.kill(here.process.pid, signal.SIGSTOP)
                time.sleep(scene.draw.uniform(0.1, 2.5 * DEADLINE_MS / 1000))
                there.start(timeout_s=START_S)
                # What its clients know does not change: they ask the other node from now on.
                take_over(scene, there, work_s=scene.draw.uniform(0.3, 1.0))
                os.kill(here.process.pid, signal.SIGCONT)
                time.sleep(scene.draw.uniform(0.5, 1.5))
            here.kill()
            point_to(scene, there)
            nodes.reverse()
        scene.was_loaded(5 * EACH)
        if nodes[1].process.poll() is None:
            nodes[1].kill()
        scene.node = scene.book.node
        scene.judge()
        measured("late_commits", fenced(scene.node.log))


def second_node(scene, env):
    node = Node(support.new_folder("second") / "data", scene.node.log, env=dict(env))
    node.data.mkdir(parents=True)
    # One token for both, as an operator of two nodes sees to.
    (node.data / "operator.token").write_text(scene.node.token())
    os.chmod(node.data / "operator.token", 0o600)
    return node


def point_to(scene, node):
    scene.book.node = scene.node = node
    scene.book.token = node.token()


def take_over(scene, node, work_s):
    """Other clients work on the successor for a while; one book keeps what all were told."""
    point_to(scene, node)
    more = [Client(scene.book, 100 + n, scene.round) for n in range(4)]
    for thread in more:
        thread.start()
    time.sleep(work_s)
    taken = scene.book.api("main").post("/samples", dict(name=f"T{scene.round}", type="DNA"), key=f"t{scene.round}")
    check("the successor takes commands", taken.ok, taken.problem)
