#!/usr/bin/env python3
"""kill -9 under load, again and again; then every acknowledged command has to be in the history, once.

    tests/crash/crash_test.py [--engine embedded|kafka] [--kills N] [--clients N] [--seed N]

The seed chooses what each client does and when the node is killed. What is held:
  every acknowledged command is in the export exactly once, with the effect it was told;
  a refused command is not in it; one whose outcome is unknown is in it wholly or not at all;
  no slot and no label is held twice at any prefix; the chain verifies by tools/verify.py;
  the projections, asked through the API, equal the second fold;
  tests/oracle, which shares no code with any of this, finds nothing in what the clients wrote down.
"""
import argparse
import contextlib
import hashlib
import http.client
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import support  # noqa: E402
from support import Api, Node, case, check, quote  # noqa: E402
from history import History, command_id  # noqa: E402
from records import Records, judge  # noqa: E402
from second_fold import check_export, fold  # noqa: E402


READS = 0.15  # of what a client asks
IMPORTS, ROWS = 0.02, 100


class Client(threading.Thread):
    """Sends one command after the other until it is told to stop, and writes down every outcome."""

    def __init__(self, book, number, round_number):
        super().__init__(daemon=True)
        self.book, self.number = book, number
        self.random = random.Random(f"{book.seed}/{number}/{round_number}")
        self.round_number, self.count = round_number, 0

    def connect(self):
        return self.book.api(f"{self.round_number}-{self.number}", timeout_s=15)

    def wait_behind(self, answer):
        """`answer` is None where there was none."""

    def run(self):
        api = self.connect()
        while not self.book.stop.is_set():
            self.count += 1
            if self.random.random() < READS:
                if not self.look(api):
                    break
                continue
            retry = self.book.take_unknown(self.random)
            key, path, body = retry or self.sheet(api) or self.choose()
            try:
                answer = api.post(path, body, key=key)
            except (OSError, http.client.HTTPException):
                self.book.unknown(key, path, body)
                if self.book.down.is_set():
                    break
                self.wait_behind(None)
                continue
            self.book.outcome(key, path, body, answer)
            self.wait_behind(answer)
        api.close()

    def look(self, api):
        """Reads a sample or a box; False if the node is gone."""
        sample = self.book.some_sample(self.random)
        path = (f"/storage-units/{self.random.choice(self.book.boxes)}/map"
                if sample is None or self.random.random() < 0.4 else f"/samples/{sample}")
        try:
            api.get(path)
        except (OSError, http.client.HTTPException):
            return not self.book.down.is_set()
        return True

    def sheet(self, api):
        """Now and then an import; a third of its rows bring their label. None where its preview was not shown."""
        if self.random.random() >= IMPORTS:
            return None
        key = self.key()
        lines = [f"I{key}-{n},{'' if n % 3 else f'IMP-{key}-{n}'},DNA" for n in range(ROWS)]
        data = "\n".join(["Sample name,Barcode,Type", *lines]).encode()
        try:
            shown = api.request("POST", f"/imports/preview?filename={key}.csv", raw=data,
                                headers={"Content-Type": "application/octet-stream"})
        except (OSError, http.client.HTTPException):
            return None
        if not shown.ok:
            return None
        check("a sheet of new rows can be imported", shown.body["can_commit"], shown.body)
        return key, "/imports", dict(preview_id=shown.body["preview_id"], sha256=hashlib.sha256(data).hexdigest())

    def key(self):
        return f"{self.book.seed}-{self.round_number}-{self.number}-{self.count}"

    def choose(self):
        key = self.key()
        draw, sample = self.random, self.book.some_sample(self.random)
        what = draw.random()
        if sample is None or what < 0.30:
            body = dict(name=f"K{key}", type=draw.choice(["DNA", "RNA", "blood"]), project="CRASH")
            if draw.random() < 0.3:  # several clients want the same label
                body["barcode"] = f"LBL-{draw.randrange(10_000)}"
            return key, "/samples", body
        path = f"/samples/{sample}"
        if what < 0.42:
            return key, path + ":receive", dict(condition="frozen")
        if what < 0.54:
            return key, path + ":accept", {}
        if what < 0.80:
            # One box chooses the slot itself: where its tubes without an answer are, no client knows.
            body = dict(unit=draw.choice(self.book.boxes))
            if body["unit"] != self.book.boxes[-1]:  # few slots, so that they are fought for
                body["slot"] = f"{draw.choice('ABCDEFGHI')}{draw.randrange(1, 10)}"
            return key, path + ":place", body
        if what < 0.88:
            return key, path + ":take-out", dict(purpose="crash test")
        if what < 0.92:
            return key, path + ":correct", dict(notes=f"corrected by {key}", reason="crash test")
        if what < 0.95:
            return key, path + ":hold", dict(reason="crash test")
        if what < 0.98:
            return key, path + ":end-hold", {}
        return key, path + ":discard", dict(reason="crash test", how="bin")


@contextlib.contextmanager
def at_work(clients, book, timeout_s=30):
    """`clients` work as long as the block runs."""
    book.stop.clear()
    book.down.clear()
    for client in clients:
        client.start()
    try:
        yield
    finally:
        book.stop.set()
        for client in clients:
            client.join(timeout_s)


class Book:
    """Who was promised what. All threads write here."""

    def __init__(self, node, seed):
        self.node, self.seed, self.token = node, seed, ""
        self.lock, self.stop, self.down = threading.Lock(), threading.Event(), threading.Event()
        self.samples, self.boxes = [], []
        self.acknowledged, self.refused, self.unresolved, self.resolved = {}, {}, {}, 0
        self.imports = {}  # that were told to have begun: key -> what was told
        self.unclear = []
        self.records = Records(support.new_folder("records") / "clients.ndjson")

    def api(self, client="main", timeout_s=30):
        """An Api of the node that writes down what it is told."""
        return self.records.api(self.node.url, self.token or self.node.token(), client, timeout_s)

    def some_sample(self, draw):
        with self.lock:
            return draw.choice(self.samples[-200:]) if self.samples else None

    def take_unknown(self, draw):
        """Some of the commands without an answer are asked again, the others never."""
        with self.lock:
            waiting = [k for k, v in self.unresolved.items() if v["again"]]
            if not waiting or draw.random() < 0.5:
                return None
            key = draw.choice(waiting)
            entry = self.unresolved.pop(key)
            self.resolved += 1
            return key, entry["path"], entry["body"]

    def unknown(self, key, path, body):
        with self.lock:
            again = hash_of(key) % 3 != 0
            self.unresolved[key] = dict(path=path, body=body, again=again)

    def outcome(self, key, path, body, answer):
        if path == "/imports" and answer.ok:  # what becomes of it is not awaited
            with self.lock:
                self.imports[key] = answer.body
            return
        if answer.status in (202, 408, 429) or answer.status >= 500:
            # The server says that it does not know either, or that it did not look.
            if answer.status != 202 and not (answer.status in (429, 503, 507)
                                             and answer.body.get("retryable") is True):
                self.unclear.append(answer.problem)
            return self.unknown(key, path, body)
        with self.lock:
            if not answer.ok:
                self.refused[key] = (path, answer.status, answer.problem)
                return
            told = answer.body
            etag = answer.headers.get("ETag", "").strip('"')
            self.acknowledged[key] = dict(path=path, body=body, id=told.get("id"),
                                          version=told.get("version"), etag=int(etag) if etag else None)
            if path == "/samples":
                self.samples.append(told["id"])


    def placed(self):
        """Whether somebody was told that his tube stands in the slot that he named."""
        return any(told["path"].endswith(":place") and "slot" in told["body"] for told in self.acknowledged.values())


def hash_of(text):
    return int(command_id(text)) & 0xFFFF


def furnish(api):
    """A freezer with boxes for the clients to fight over."""
    freezer = api.must("POST", "/storage-units", dict(kind="freezer", name="Crash freezer"), "f")
    boxes = []
    for n in range(4):
        box = api.must("POST", "/storage-units", dict(
            kind="box", name=f"Crash box {n}", layout=dict(rows=9, columns=9), parent=freezer["id"]),
            f"b{n}")
        boxes.append(box["id"])
    return boxes


def kill_rounds(book, kills, clients, draw):
    """Kills the node under load; at times also while it recovers, up to three times in a row."""
    slowest, nested = 0.0, 0
    for round_number in range(kills):
        with at_work([Client(book, n, round_number) for n in range(clients)], book):
            time.sleep(draw.uniform(0.05, 0.9))
            book.down.set()  # clients go on until they meet the dead node
            book.node.kill()
        if draw.random() < 0.3:
            for _ in range(draw.randrange(1, 4)):
                book.node.launch()
                time.sleep(draw.uniform(0, 1.3 * max(slowest, 0.1)))
                book.node.kill()
                nested += 1
        book.node.start(timeout_s=90)
        slowest = max(slowest, book.node.ready_s)
        if (round_number + 1) % 10 == 0:
            print(f"        {round_number + 1} kills, {len(book.acknowledged)} acknowledged, "
                  f"{len(book.unresolved)} without an answer", flush=True)
    return slowest, nested


def check_promises(book, history, state):
    """What clients were told against what the history says."""
    by_command = {}
    for commit in history.commits:
        if (commit["partition"], commit["offset"]) not in state.torn:
            by_command.setdefault(commit["command_id"], []).append(commit)
    lost, doubled, wrong, ghosts = [], [], [], []
    for key, told in book.acknowledged.items():
        commits = by_command.get(command_id(key), [])
        streams = [c["stream"] for c in commits]
        if not commits:
            lost.append((key, told))
        elif len(set(streams)) != len(streams):
            doubled.append((key, streams))
        elif not has_effect(told, commits, state):
            wrong.append((key, told, streams))
        if told["version"] and told["id"] in state.samples and (
                state.samples[told["id"]].version < told["version"]):
            lost.append((key, told))
    names = [s.details["name"] for s in state.samples.values()]
    doubled += [n for n in set(names) if names.count(n) > 1] if len(set(names)) != len(names) else []
    for key, (path, status, words) in book.refused.items():
        # A move is refused by its process manager, whose history is its own stream.
        commits = [c for c in by_command.get(command_id(key), [])
                   if not c["stream"].startswith(("move/", "discard/"))]
        if commits:
            ghosts.append((key, path, status, words))
    lost += [(key, told) for key, told in book.imports.items() if not import_stands(key, told, by_command, state)]
    check("no acknowledged command is lost", not lost, lost[:3])
    check("no command acted twice", not doubled, doubled[:3])
    check("every command has the effect that was told", not wrong, wrong[:3])
    check("no refused command acted", not ghosts, ghosts[:3])
    halves = []
    for key, entry in book.unresolved.items():
        kinds = {c["stream"].split("/")[0] for c in by_command.get(command_id(key), [])}
        if entry["path"] == "/samples" and len(kinds & {"sample", "barcode"}) == 1:
            halves.append((key, kinds))
    check("what had no answer is there wholly or not at all", not halves, halves[:3])


def import_stands(key, told, by_command, state):
    """An import that was told to have begun: it is there with all its rows, or came to nothing and is said to have."""
    stream = f"import/{told['id']}"
    if stream not in [c["stream"] for c in by_command.get(command_id(key), [])]:
        return False
    rows = sum(s.import_id == told["id"] for s in state.samples.values())
    completed = state.ended.get(stream) == "import_completed"
    return rows == (ROWS if completed else 0) and (completed or told["state"] != "completed")


def has_effect(told, commits, state):
    """The commits of an acknowledged command did what its answer said."""
    if told["path"].endswith((":place", ":take-out", ":discard")):  # done by a process manager
        processes = [c["stream"] for c in commits if c["stream"].startswith(("move/", "discard/"))]
        return [state.ended.get(p) for p in processes] in (["move_completed"], ["discard_completed"])
    own = [c for c in commits if c["stream"] == f"sample/{told['id']}"]
    if len(own) != 1 or told["etag"] != own[0]["base_version"] + len(own[0]["events"]):
        return False
    return told["path"] != "/samples" or (
        own[0]["events"][0]["name"] == "sample_registered"
        and own[0]["events"][0]["data"]["details"]["name"] == told["body"]["name"])


def compare_with_api(api, state):
    """Every projection that a person sees, against the second fold."""
    wrong = []
    listed = {s["id"]: s for s in api.everything("/samples?sort=created_at")}
    if set(listed) != set(state.samples):
        wrong.append(f"listed only: {list(set(listed) - set(state.samples))[:3]}, "
                     f"folded only: {list(set(state.samples) - set(listed))[:3]}")
    for key, sample in state.samples.items():
        told = listed.get(key)
        if not told:
            continue
        place = told["place"] and (told["place"]["unit_id"], told["place"]["slot"])
        theirs = (told["name"], told["barcode"], told["project"], told["type"], told["state"], place,
                  told["version"], told.get("notes") or "", sorted(told.get("aliases") or []),
                  bool(told.get("checked_out")))
        d = sample.details
        ours = (d["name"], d["barcode"], d["project"], d["type"], sample.state, sample.place,
                sample.version, d["notes"], sorted(sample.aliases), sample.out)
        if theirs != ours:
            wrong.append(f"sample {key}: API {theirs}, fold {ours}")
    for key, unit in state.units.items():
        told = api.must("GET", f"/storage-units/{key}/map")
        theirs = {s["slot"]: (s["occupant"]["entity"], s["state"]) for s in told["slots"]
                  if s.get("occupant")}
        if theirs != unit.slots:
            odd = {k: (theirs.get(k), unit.slots.get(k)) for k in set(theirs) | set(unit.slots)
                   if theirs.get(k) != unit.slots.get(k)}
            wrong.append(f"unit {unit.name}: (API, fold) {dict(list(odd.items())[:3])}")
    labels = sorted(state.barcodes)
    for label in labels[:: max(1, len(labels) // 300)]:
        entity, kind, _ = state.barcodes[label]
        if kind != "assigned":
            continue
        answer = api.get(f"/barcodes/{quote(label)}")
        if not answer.ok or answer.body["entity"] != entity:
            wrong.append(f"label {label}: API {answer.status} {answer.body}, fold {entity}")
    check("the projections equal the second fold", not wrong, wrong[:3])


def judge_history(path):
    """An export, by what shares no code with the program: (its history, what it says there is)."""
    verified = subprocess.run([sys.executable, support.PROJECT / "tools" / "verify.py", path],
                              capture_output=True, text=True)
    check("tools/verify.py verifies the export", verified.returncode == 0, verified.stderr)
    with open(path) as lines:
        history = History(lines)
    check("the export is closed", history.closed)
    state = fold(history)
    check("every rule holds at every prefix", not state.broken, state.broken[:3])
    at_rest = state.at_rest()
    check("every rule over several streams holds at rest", not at_rest, at_rest[:3])
    disagree = check_export(history)
    check("the export's JSON agrees with its bytes", not disagree, disagree[:2])
    return history, state


def examine(node, book=None, records=None):
    """The history of a node at rest, judged from outside. The node must run; it is stopped and started.

    `book` and `records` (those of the book, if left out) say what clients were told.
    """
    records = records or (book and book.records)
    quiet = support.wait_quiet(node.api())
    check("every process came to its end", quiet)
    node.stop()
    path = support.export(support.log_of(node), support.new_folder("export") / "log.ndjson")
    history, state = judge_history(path)
    if book:
        check_promises(book, history, state)
    if records:
        ask_oracle(path, records, "", book)
    audit = support.run("audit", "verify", "--data", node.data, *(["--log", node.log] if node.log else []))
    check("tracseq audit verify passes", audit.returncode == 0, audit.stdout + audit.stderr)
    node.start(timeout_s=90)
    compare_with_api(records.api(node.url, node.token(), "last") if records else node.api(), state)
    if records:
        ask_oracle(path, records, ", with what is shown behind a restart", book)
    return history, state


FIGURES = re.compile(r"(?P<done>\d+) commands done, (?P<refused>\d+) refused \((?P<judged>\d+) judged.*?, "
                     r"(?P<unknown>\d+) unknown, (?P<reads>\d+) reads; (?P<slots>\d+) slots")


def ask_oracle(path, records, when="", book=None):
    """What shares no code with us, over the same history and what its clients wrote down; of a `book` besides, that
    there was something to judge."""
    records.flush()
    code, words = judge(path, records.path, *records.options)
    check(f"the oracle finds nothing{when}", code == 0, words[-1500:])
    last = words.strip().splitlines()[-1]
    print(f"        oracle{when}: {last}", flush=True)
    if book and code == 0:
        told = {name: int(figure) for name, figure in FIGURES.search(last).groupdict().items()}
        check(f"the oracle judged reads{when}", told["reads"] > 0, last)
        check(f"the oracle judged refusals{when}", told["judged"] > 0 or not told["refused"], last)
        check(f"the oracle judged slots{when}", told["slots"] > 0 or not book.placed(), last)
        whole = told["done"] + told["refused"] + told["unknown"]
        print(f"        of {whole} commands {told['unknown'] / max(whole, 1):.1%} have an unknown outcome", flush=True)


def crash(engine, kills, seed, clients):
    """kills under load"""
    draw = random.Random(seed)
    node = Node(support.new_folder() / "data", support.fresh_topic("crash") if engine == "kafka" else "")
    node.start()
    book = Book(node, seed)
    book.token = node.token()
    book.boxes = furnish(book.api())
    began = time.monotonic()
    slowest, nested = kill_rounds(book, kills, clients, draw)
    print(f"        {engine}: {kills} kills under load and {nested} while recovering in "
          f"{time.monotonic() - began:.0f} s, "
          f"{len(book.acknowledged)} acknowledged, {len(book.refused)} refused, "
          f"{book.resolved} asked again, {len(book.unresolved)} never answered, {len(book.imports)} imports begun; "
          f"slowest start {slowest:.1f} s", flush=True)
    check("who got no result was told that it can be repeated", not book.unclear, book.unclear[:3])
    check("the load was real", len(book.acknowledged) > 10 * kills, len(book.acknowledged))
    # Of so many commands one in fifty is an import.
    check("something was imported", len(book.imports) > 0 or len(book.acknowledged) < 1000, len(book.imports))
    history, state = examine(node, book)
    print(f"        {len(history.commits)} commits, {len(state.samples)} samples, "
          f"{history.claims} claims, {history.skipped} skipped", flush=True)
    node.stop()


def main_of(doc, scenario, kills, **further):
    """The end of a test that kills a node: its options, and one case for each engine.

    `scenario(engine, kills, seed, **further)` has its name as its docstring.
    """
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", choices=["embedded", "kafka", "both"], default="both")
    options.add_argument("--kills", type=int, default=kills)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2 ** 32))
    for name, value in further.items():
        options.add_argument(f"--{name}", type=type(value), default=value)
    given = vars(options.parse_args())
    chosen = given.pop("engine")
    print(f"seed {given['seed']} (repeat with --seed {given['seed']})", flush=True)
    for engine in ("embedded", "kafka"):
        if chosen not in (engine, "both"):
            continue
        if engine == "kafka" and not support.KAFKA:
            check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", False)
            continue

        def killed(engine=engine):
            scenario(engine, **given)
        killed.__name__ = f"{given['kills']} {scenario.__doc__}, {engine}"
        case(killed)
    support.finish()


if __name__ == "__main__":
    main_of(__doc__, crash, int(os.environ.get("TRACSEQ_KILLS", "20")), clients=8)
