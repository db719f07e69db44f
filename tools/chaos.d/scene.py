"""What the attacks share: a node under load whose clients write everything down, and its judgement.

    with Scene(seed, engine) as scene:
        scene.under_load(1.0, lambda: scene.node.kill())
        scene.judge()
"""
import base64
import collections
import contextlib
import json
import os
import pathlib
import random
import struct
import subprocess
import time

import crash_test
import support
from crash_test import Book, Client, examine, furnish
from support import Node, check

PROJECT = support.PROJECT
COMMIT = 1  # docs/formats.md, of the kinds of record
START_S = 150  # a machine that is shared may starve a start; how long it took is measured


def measured(name, value):
    """A figure for the report."""
    print(f"measured {name} {value:.4g}", flush=True)


def figures_of(rounds, name):
    """All values of a figure that rounds measured, in order of size."""
    return sorted(value for one in rounds for value in one["measured"].get(name, []))


class VariedNode(Node):
    """Each start has other settings: nothing that is promised may depend on them."""

    draw = None

    def launch(self):
        if self.draw:
            self.env.update(TRACSEQ_ENGINE_THREADS=str(self.draw.choice([1, 2, 4])),
                            TRACSEQ_HTTP_THREADS=str(self.draw.choice([1, 2, 3])),
                            TRACSEQ_ENGINE_LIVE_ENTITIES_MAX=str(self.draw.choice([100, 10_000])),
                            TRACSEQ_ENGINE_IN_FLIGHT_MAX=str(self.draw.choice([16, 4_096])),
                            TRACSEQ_CHECKPOINT_COMMITS=str(self.draw.choice([1, 100, 1_000])))
        return super().launch()


class Scene:
    """A laboratory of its own: a node, and a book of what its clients were told.

    `data` is the node's folder (default: a new one), `wrapper` and `env` are those of support.Node.
    """

    def __init__(self, seed, engine, data=None, wrapper=(), env=None, varied=False, clients=8):
        self.draw, self.clients, self.round = random.Random(seed), clients, 0
        data = data or support.new_folder("chaos") / "data"
        self.node = VariedNode(data, support.fresh_topic("chaos") if engine == "kafka" else "", wrapper=wrapper,
                               env=dict(env or {}))
        if varied:
            self.node.draw = random.Random(seed + 1)
        self.book = Book(self.node, seed)

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *_):
        self.book.stop.set()
        self.book.down.set()
        if self.node.process is not None and self.node.process.poll() is None:
            self.node.kill()

    def begin(self):
        self.node.start(timeout_s=START_S)
        self.book.token = self.node.token()
        self.book.boxes = furnish(self.book.api())

    @contextlib.contextmanager
    def load(self, going_down=False):
        """Clients work as long as the block runs. `going_down`: the node ends in it, and they with it."""
        clients = [Client(self.book, n, self.round) for n in range(self.clients)]
        self.round += 1
        with crash_test.at_work(clients, self.book):
            try:
                yield
            finally:
                if going_down:
                    self.book.down.set()

    def was_loaded(self, at_least):
        check("the load was real", len(self.book.acknowledged) >= at_least, len(self.book.acknowledged))

    def judge(self):
        """The node runs and is at rest: every promise, by the second fold, the oracle and the program itself."""
        check("who got no result was told that it can be repeated", not self.book.unclear, self.book.unclear[:3])
        examine(self.node, self.book)
        self.node.stop()


def verified(node, acknowledged):
    """The history of a node that has stopped: by the program, and by what shares no code with it. Each sample whose
    registration was acknowledged is in it once, by its name."""
    audit = support.run("audit", "verify", "--data", node.data)
    check("the history verifies", audit.returncode == 0, audit.stdout + audit.stderr)
    history, state = crash_test.judge_history(support.export(support.log_of(node),
                                                             support.new_folder("export") / "log.ndjson"))
    registered_once(state, acknowledged)
    return history, state


def registered_once(state, acknowledged):
    there = collections.Counter(sample.details["name"] for sample in state.samples.values())
    astray = [(name, there[name]) for name in acknowledged if there[name] != 1]
    check("somebody was acknowledged", len(acknowledged) > 0)
    check("whatever was acknowledged is in the history once", not astray, (len(astray), astray[:5]))


def writes_within(api, seconds, key):
    """Seconds until a write is acknowledged; more than `seconds` if none was."""
    began = time.monotonic()
    for attempt in range(10 ** 6):
        with contextlib.suppress(OSError, crash_test.http.client.HTTPException):
            if api.post("/samples", dict(name=f"AGAIN-{key}", type="DNA"), key=f"again-{key}").ok:
                break
        if time.monotonic() - began > seconds:
            return seconds + 1
        time.sleep(0.05)
    return time.monotonic() - began


def fenced(log):
    """By the log itself: behind a claim no commit of an older one is accepted. How many such commits there are: a
    zombie that wrote none proves nothing."""
    path = support.export(log, support.new_folder("export") / "log.ndjson")
    newest, late, wrong = {}, 0, []
    for line in open(path):
        entry = json.loads(line)
        if "record" not in entry:
            continue
        record, p = base64.b64decode(entry["record"]), entry["partition"]
        number = struct.unpack_from("<Q", record, 5)[0]
        if entry["verdict"] == "claim":
            newest[p] = number
        elif entry["verdict"] == "commit" and number != newest.get(p):
            wrong.append((p, entry["offset"], number, newest.get(p)))
        late += entry.get("why") == "stale_claim" and record[4] == COMMIT
    check("no record of a zombie is accepted", not wrong, wrong[:3])
    print(f"        {late} commits of an older claim were skipped", flush=True)
    return late


def zombies_wrote(rounds):
    """What of_all says of the late commits that rounds measured."""
    late = [sum(figures_of([one], "late_commits")) for one in rounds]
    return f"zombies wrote {sum(late):.0f} commits behind who took their place, in {sum(map(bool, late))} of " \
        f"{len(late)} rounds; all are skipped", sum(late) > 0


def figures_judged(rounds):
    """What of_all says of an attack whose figures say something only where others leave it the machine."""
    judged = sum(figures_of(rounds, "judged"))
    words = f"its figures were judged in {judged:.0f} of {len(rounds)} rounds"
    return words + ", in the others the machine was not its own" * (judged < len(rounds)), judged > 0


def cpu_s(pid):
    """Seconds of processor of a process and of those below it, also of children that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(map(cpu_s, support.children_of(pid))))


@contextlib.contextmanager
def busy_with_others():
    """Which share of the machine's processors was taken in the block by others than this process and those below it.
    The block gets a function that says so behind it."""
    def look():
        busy = sum(int(word) for at, word in enumerate(pathlib.Path("/proc/stat").read_text().split()[1:9])
                   if at not in (3, 4))  # all but idle, and waiting for a disk
        return time.monotonic(), busy / os.sysconf("SC_CLK_TCK"), cpu_s(os.getpid())
    began, found = look(), []
    yield lambda: found[0]
    (t0, busy0, ours0), (t1, busy1, ours1) = began, look()
    found.append(max(0.0, (busy1 - busy0) - (ours1 - ours0)) / ((t1 - t0) * os.cpu_count()))


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"mount: {done.stderr.strip()}")


def unmount(path):
    subprocess.run(["umount", "-l", str(path)], check=False, capture_output=True)


def needs_root():
    return "" if os.geteuid() == 0 else "mounting needs root"


def tmpfs(size_mib, name="full"):
    """A small disk, mounted; the caller unmounts it."""
    path = support.new_folder(name) / "disk"
    path.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs", path)
    return pathlib.Path(path)
