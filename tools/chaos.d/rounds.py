"""Rounds of attacks: which come next, one at a time, and what is known of those that are finished."""
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import attacks
import report
from processes import end_descendants, wait_for

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
CHAOS = PROJECT / "var" / "chaos"


class State:
    """What is finished, in a file that is whole at any time."""

    def __init__(self, size, seed, fresh):
        self.path = CHAOS / ("state.json" if size == "nightly" else f"state-{size}.json")
        self.values = dict(size=size, seed=seed, begun=time.time(), finished=[])
        if not fresh and self.path.exists():
            kept = json.loads(self.path.read_text())
            if kept["size"] == size and seed in (None, kept["seed"]):
                self.values = kept
        if self.values["seed"] is None:
            self.values["seed"] = random.SystemRandom().randrange(2 ** 32)

    @property
    def finished(self):
        return self.values["finished"]

    def done(self, attack, engine, number):
        return any((f["attack"], f["engine"], f["n"]) == (attack.NAME, engine, number) for f in self.finished)

    def add(self, **facts):
        self.finished.append(facts)
        self.save()

    def save(self):
        CHAOS.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        with open(beside, "w") as file:
            json.dump(self.values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)


def seed_of(base, attack, engine, number):
    """Follows from the run's seed, so that one number repeats all of it."""
    text = f"{base}/{attack.NAME}/{engine}/{number}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def planned(chosen, size, engines):
    """(attack, engine, n) by turns, so that a run that ends early has done some of everything."""
    plan = []
    for attack in chosen:
        for engine in attack.ENGINES:
            if engine in engines:
                total = attack.ROUNDS[size]
                plan += [((n + 0.5) / max(total, 1), attack.NAME, engine, n, attack) for n in range(total)]
    return [(attack, engine, n) for _, _, engine, n, attack in sorted(plan, key=lambda one: one[:4])]


class Broker:
    """A real Kafka for the rounds that ask for one, started when the first does."""

    folder = PROJECT / "var" / "chaos-kafka"

    def __init__(self):
        self.address, self.own = os.environ.get("TRACSEQ_TEST_KAFKA", ""), False

    def get(self):
        if not self.address:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            self.own = True
            self.tool("reset")
            for _ in range(3):  # a machine that others keep busy may not see it answer the first time
                done = self.tool("start", "--port", str(port), "--quiet")
                if done.returncode == 0:
                    break
            else:
                raise RuntimeError(f"tools/kafka start: {done.stderr.strip()[-600:]}")
            self.address = f"kafka://127.0.0.1:{port}"
        return self.address

    def tool(self, command, *arguments):
        return subprocess.run([str(PROJECT / "tools" / "kafka"), command, "--dir", str(self.folder), *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def stop(self):
        if self.own:
            self.tool("stop")
            self.tool("reset")


def one_round(attack, engine, number, seed, broker):
    """Runs a round in a process of its own: (violations, seconds, what it measured)."""
    log = CHAOS / "rounds" / f"{attack.NAME}-{engine}-{number}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"tracseq-chaos-{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", TRACSEQ_TEST_DIR=str(folder), TMPDIR=str(folder))
    if engine == "kafka":
        env["TRACSEQ_TEST_KAFKA"] = broker.get()
    began = time.monotonic()
    with open(log, "wb") as out:
        child = subprocess.Popen([sys.executable, str(PROJECT / "tools" / "chaos.d" / "run.py"), "round", attack.NAME,
                                  engine, str(number), str(seed)], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                 env=env, start_new_session=True)
        try:
            status = wait_for(child, attack.MAX_S)
        except subprocess.TimeoutExpired:
            status = f"not done after {attack.MAX_S} s"
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            if not broker.own:
                end_descendants()
            clean(folder)
    words = log.read_text(errors="replace")
    found = re.findall(r"^FAILED  (.*(?:\n        .*)?)", words, re.M)
    measured = re.findall(r"^measured (\S+) (\S+)$", words, re.M)
    if status != 0 and not found:
        found = [f"the round ended with {status}: {words.strip()[-300:]}"]
    return found, time.monotonic() - began, {name: float(value) for name, value in measured}


def clean(folder):
    """No mount and no folder of a round stays behind, however it ended."""
    for line in reversed(pathlib.Path("/proc/mounts").read_text().splitlines()):
        if line.split()[1].startswith(str(folder)):
            subprocess.run(["umount", "-l", line.split()[1]], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


def do_one(name, engine, number, seed):
    """A round, in this process. The exit code is 1 if anything was violated."""
    import support
    attack = next(a for a in attacks.load() if a.NAME == name)

    def round_():
        attack.attack(seed, engine, number)
    round_.__name__ = f"{name}, {engine}, round {number}, seed {seed}"
    support.case(round_)
    support.finish()


def run(options, chosen, kafka):
    size = "ci" if options.command == "pr" and os.environ.get("CI") else options.command
    engines = ("embedded", "kafka") if options.engine == "both" else (options.engine,)
    if options.round is not None:
        return repeat(options, chosen, engines)
    # A pull request's rounds are few: they are all done anew each time.
    state = State(size, options.seed, options.fresh or size != "nightly")
    end = None if options.budget is None else time.monotonic() + options.budget * (
        3600 if options.command == "nightly" else 60)
    print(f"seed {state.values['seed']} (repeat with --seed {state.values['seed']})", flush=True)
    broker, skipped, took = Broker(), {}, {}
    bad, began = 0, time.monotonic()
    try:
        for attack, engine, number in planned(chosen, size, engines):
            if state.done(attack, engine, number):
                continue
            if why := attack.why_not():
                skipped[attack.NAME] = why
                continue
            usual = took.get((attack.NAME, engine), 0)
            if end and time.monotonic() + usual > end:
                skipped.setdefault(f"{attack.NAME} on {engine}", "the time was over")
                continue
            seed = seed_of(state.values["seed"], attack, engine, number)
            found, seconds, measured = one_round(attack, engine, number, seed, broker)
            took[attack.NAME, engine] = seconds
            bad += bool(found)
            print(f"{'FAILED' if found else 'ok    '}  {attack.NAME:<14} {engine:<8} round {number:<4} seed {seed:<10} "
                  f"{seconds:6.1f} s", flush=True)
            for words in found:
                print(f"        | {words[:600]}", flush=True)
            state.add(attack=attack.NAME, engine=engine, n=number, seed=seed, seconds=round(seconds, 1),
                      violations=[words[:1500] for words in found], measured=measured, at=time.time())
    finally:
        broker.stop()
        report.write(CHAOS / "report.md", state.values, chosen, size, skipped)
    done = len(state.finished)
    print(f"\n{int(time.monotonic() - began)} s; the report is var/chaos/report.md", flush=True)
    for name, why in skipped.items():
        print(f"skipped {name}: {why}", flush=True)
    wrong = sum(bool(f["violations"]) for f in state.finished)
    print(f"{done - wrong} passed, {wrong} failed, {len(skipped)} skipped", flush=True)
    return 1 if wrong or not done else 0


def repeat(options, chosen, engines):
    """One round once more, with its words on the screen."""
    broker, wrong = Broker(), 0
    try:
        for attack in chosen:
            for engine in (e for e in attack.ENGINES if e in engines):
                seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2 ** 32)
                found, seconds, _ = one_round(attack, engine, options.round, seed, broker)
                wrong += bool(found)
                print((CHAOS / "rounds" / f"{attack.NAME}-{engine}-{options.round}.log").read_text(), flush=True)
                print(f"{attack.NAME}, {engine}, seed {seed}: {len(found)} violations in {seconds:.1f} s", flush=True)
    finally:
        broker.stop()
    return 1 if wrong else 0
