"""The node dies at its n-th system call of one kind, while a fixed script runs and while it recovers."""
import http.client
import signal
import subprocess

import support
from crash_test import Client, furnish
from scene import START_S, Scene, figures_of, measured
from support import check

NAME, UNIT, EACH = "T2-syscall", "deaths at a chosen call", 4
ABOUT = "SIGKILL at the n-th write, fsync, rename, … of a script, then at three more while it recovers"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=6, nightly=150), ("embedded",), 900, 4

# What changes a disk, and between which counts a death is chosen. `when` counts each thread's own calls, so the upper
# one is what the busiest thread reaches in any case (measured, rounded down); behind 52 openat and 54 close the loader
# is done. The first ones of a list are those that a pull request tries.
CALLS = {"pwrite64": (1, 150), "fdatasync": (1, 150), "rename": (1, 17), "write": (1, 150), "fsync": (1, 36),
         "unlink": (1, 22), "openat": (53, 190), "ftruncate": (1, 2), "close": (55, 170), "fallocate": (1, 4),
         "mkdir": (1, 20), "link": (1, 5)}
IN_RECOVERY = {"pwrite64": (1, 1), "write": (1, 50), "fdatasync": (1, 3), "fsync": (1, 4), "rename": (1, 3),
               "openat": (53, 125), "ftruncate": (1, 2), "fallocate": (1, 1), "unlink": (1, 2), "mkdir": (1, 6),
               "close": (55, 115)}
COMMANDS = 60
# Of the deaths that were chosen so many have to be met, once there were enough starts for a share to say anything.
MET_MIN, STARTS_FOR_IT = 0.8, 20


def why_not():
    return ""


def tracer(call, nth):
    # Without --seccomp-bpf: strace 6.1 drops the signal with it, and says nothing.
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:signal=SIGKILL:when={nth}"]


def script(scene):
    """COMMANDS commands, one after the other, the same in each round of a seed; what had no answer is at times asked
    again. Whether the node answered to the end."""
    scene.round += 1
    client = Client(scene.book, 0, scene.round)
    api = scene.book.api()
    for _ in range(COMMANDS):
        key, path, body = scene.book.take_unknown(client.random) or client.choose()
        client.count += 1
        if client.count % 7 == 0:
            client.look(api)
        try:
            answer = api.post(path, body, key=key)
        except (OSError, http.client.HTTPException):
            scene.book.unknown(key, path, body)
            return False
        scene.book.outcome(key, path, body, answer)
    return True


def until_it_dies(scene, choice, work):
    """Starts the node so that it dies at a call of `choice`, and lets it `work`: whether it died there. Behind it the
    node does not run."""
    call = scene.draw.choice(sorted(choice))
    nth = scene.draw.randint(*choice[call])
    scene.node.wrapper = tracer(call, nth)
    answers, problem = True, ""
    try:
        scene.node.start(timeout_s=START_S)
        answers = work()
    except (RuntimeError, OSError, http.client.HTTPException) as one:
        answers, problem = False, one
    if not answers:
        try:  # strace ends behind the node, by the same signal
            scene.node.process.wait(20)
        except subprocess.TimeoutExpired:
            check("who gets no answer asked a node that died", False, problem)
    code = scene.node.process.poll()
    died = code == -signal.SIGKILL
    check("a node ends by its death alone", died or code is None, f"{code}: {problem}")
    scene.node.kill()
    print(f"        the {nth}. {call}: {'died' if died else 'not met'}, {len(scene.book.acknowledged)} acknowledged",
          flush=True)
    return died


def work(scene):
    scene.book.token = scene.node.token()
    if not scene.book.boxes:
        scene.book.boxes = furnish(scene.book.api())
    return script(scene)


def attack(seed, engine, number):
    scene = Scene(seed, engine)
    call = list(CALLS)[number % len(CALLS)]
    deaths = until_it_dies(scene, {call: CALLS[call]}, lambda: work(scene))
    scene.node.wrapper = []
    if not scene.book.acknowledged:  # it died as it made its folder: what recovers has a history, too
        scene.node.start(timeout_s=START_S)
        check("it works behind its first death", work(scene), "no answer")
        scene.node.kill()
    for _ in range(EACH - 1):
        deaths += until_it_dies(scene, IN_RECOVERY, lambda: True)
    measured("deaths", deaths)
    scene.node.wrapper = []
    scene.node.start(timeout_s=START_S)
    check("it works again", work(scene), "no answer")
    scene.judge()


def of_all(rounds):
    """An attack that kills nobody proves nothing."""
    deaths, starts = sum(figures_of(rounds, "deaths")), EACH * len(rounds)
    least = MET_MIN * starts if starts >= STARTS_FOR_IT else 1
    return f"the node died at {deaths:.0f} of {starts} calls that were chosen", deaths >= least
