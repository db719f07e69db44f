"""The node dies at its n-th system call of one kind, while a fixed script runs and while it recovers."""
import contextlib
import http.client

import support
from scene import START_S, Scene
from support import check

NAME, UNIT, EACH = "T2-syscall", "deaths at a chosen call", 4
ABOUT = "SIGKILL at the n-th write, fsync, rename, … of a script, then at three more while it recovers"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=6, nightly=150), ("embedded",), 600, 15

# What changes a disk. Of each a thread makes so many in the script, at most (measured, rounded up); `when`
# counts each thread's own calls.
CALLS = {"pwrite64": 90, "write": 300, "fdatasync": 80, "fsync": 12, "rename": 6, "renameat2": 1, "openat": 120,
         "ftruncate": 6, "fallocate": 8, "unlink": 8, "mkdir": 12, "close": 120}
IN_RECOVERY = {"pwrite64": 20, "write": 60, "fdatasync": 8, "fsync": 8, "rename": 6, "openat": 150, "ftruncate": 4,
               "fallocate": 4, "unlink": 8}
COMMANDS = 60


def why_not():
    return ""


def tracer(call, nth):
    return ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:signal=SIGKILL:when={nth}"]


def script(scene):
    """COMMANDS commands, one after the other, the same in each round of a seed."""
    client = scene_client(scene)
    for _ in range(COMMANDS):
        key, path, body = client.choose()
        client.count += 1
        if client.count % 7 == 0:
            client.look(scene.api)
        try:
            answer = scene.api.post(path, body, key=key)
        except (OSError, http.client.HTTPException):
            scene.book.unknown(key, path, body)
            return False
        scene.book.outcome(key, path, body, answer)
    return True


def scene_client(scene):
    from crash_test import Client
    scene.round += 1
    return Client(scene.book, 0, scene.round)


def attack(seed, engine, number):
    scene = Scene(seed, engine)
    calls = sorted(CALLS)
    call = calls[number % len(calls)]
    nth = scene.draw.randrange(1, CALLS[call] + 1)
    scene.node.wrapper = tracer(call, nth)
    print(f"        dies at the {nth}. {call}", flush=True)
    died = False
    try:
        scene.begin()
        scene.api = scene.book.api(timeout_s=10)
        script(scene)
    except (RuntimeError, OSError, http.client.HTTPException, support.Refused):
        died = True
    scene.node.kill()
    for _ in range(EACH - 1):
        call = scene.draw.choice(sorted(IN_RECOVERY))
        scene.node.wrapper = tracer(call, scene.draw.randrange(1, IN_RECOVERY[call] + 1))
        with contextlib.suppress(RuntimeError):
            scene.node.start(timeout_s=START_S)
        scene.node.kill()
    scene.node.wrapper = []
    scene.node.start(timeout_s=START_S)
    scene.book.token = scene.node.token()
    if not scene.book.boxes:
        from crash_test import furnish
        scene.book.boxes = furnish(scene.book.api())
    scene.api = scene.book.api("behind")
    check("it works again", script(scene), "no answer")
    print(f"        died before its boxes were there: {died}", flush=True)
    scene.judge()
