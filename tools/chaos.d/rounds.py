"""Rounds of attacks: which come next, two of those that mostly wait at a time, and what is known of those that are
finished."""
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

import attacks
import report
from processes import begin, end_descendants, first_ended, wait_for

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
CHAOS = pathlib.Path(os.environ.get("TRACSEQ_CHAOS_DIR", PROJECT / "var" / "chaos"))
CORES = len(os.sched_getaffinity(0))
MINUTES = dict(ci=4, pr=15)  # a nightly goes on until all is done


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


def one_round(attack, engine, number, seed, kafka):
    """Runs a round in a process of its own: what it violated, how long it took, what it measured and noted."""
    log = CHAOS / "rounds" / f"{attack.NAME}-{engine}-{number}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"tracseq-chaos-{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", TRACSEQ_TEST_DIR=str(folder), TMPDIR=str(folder),
               TRACSEQ_KEEP="1")
    if kafka:
        env["TRACSEQ_TEST_KAFKA"] = kafka
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
            # Whoever stops the run waits for this.
            for asked in (signal.SIGINT, signal.SIGTERM):
                signal.signal(asked, signal.SIG_IGN)
            end_descendants()
            keep_evidence(folder, log.with_suffix(""), child.returncode)
            clean(folder)
    words = log.read_text(errors="replace")
    found = re.findall(r"^FAILED  (.*(?:\n        .*)?)", words, re.M)
    if status != 0 and not found:
        found = [f"the round ended with {status}: {words.strip()[-300:]}"]
    measured, noted = {}, {}
    for name, value in re.findall(r"^measured (\S+) (\S+)$", words, re.M):
        measured.setdefault(name, []).append(float(value))
    for line in re.findall(r"^noted (.*)$", words, re.M):
        noted.update(json.loads(line))
    return dict(violations=[words[:1500] for words in found], seconds=round(time.monotonic() - began, 1),
                measured={name: thinned(values) for name, values in measured.items()}, noted=noted)


def keep_evidence(folder, into, status):
    """The history and what clients were told, of a round that failed, to be looked at."""
    shutil.rmtree(into, ignore_errors=True)
    if status == 0:
        return
    into.mkdir(parents=True)
    for path in [*folder.glob("*-export-*/*.ndjson"), *folder.glob("*-records-*/*.ndjson"),
                 *folder.glob("*-cluster-*/*.log"), *folder.glob("*-output-*/*.out")]:
        shutil.copy(path, into / f"{path.parent.name.split('-')[1]}-{path.name}")


def thinned(values, most=200):
    """No more than the report needs of a figure that was measured thousands of times: every n-th in order of size,
    with the smallest and the largest."""
    values = sorted(values)
    if len(values) <= most:
        return values
    return [values[round(n * (len(values) - 1) / (most - 1))] for n in range(most)]


def begin_round(*round_):
    """Runs a round beside others."""
    def measured_round():
        told = one_round(*round_)
        # Of all that it started: how much work the round was, whatever else kept the machine busy.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return dict(told, cpu_s=round(used.ru_utime + used.ru_stime, 1))

    def failed(problem):
        return None if isinstance(problem, KeyboardInterrupt) else dict(
            violations=[f"the round could not be run: {problem!r}"], seconds=0, cpu_s=0, measured={}, noted={})
    return begin(measured_round, failed)


def stop(running):
    """Ends rounds that are under way, with all that they made."""
    for pid, _ in running.values():
        os.kill(pid, signal.SIGTERM)
    while running:
        first_ended(running)


def may_begin(attack, running):
    """Those that mostly wait run beside each other, one for each core; one that measures the machine runs alone."""
    if getattr(attack, "ALONE", False):
        return not running
    return len(running) < CORES and not any(getattr(one[0], "ALONE", False) for one in running)


def clean(folder):
    """No mount, no network and no folder of a round stays behind, however it ended."""
    for left in folder.glob("*/state.json"):
        subprocess.run([str(PROJECT / "tools" / "cluster"), "--dir", str(left.parent), "down", "--delete"], check=False,
                       capture_output=True, stdin=subprocess.DEVNULL)
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


class Run:
    """Rounds of one size, until all are done or the time is over."""

    def __init__(self, options, chosen, size):
        self.size, self.chosen = size, chosen
        # A pull request's rounds are few: they are all done anew each time.
        self.state = State(size, options.seed, options.fresh or size != "nightly")
        budget = MINUTES.get(size) if options.budget is None else options.budget
        self.end = None if budget is None else time.monotonic() + budget * (3600 if size == "nightly" else 60)
        # Whoever asks for less than all is not told that it is too little.
        self.wants_all = not options.only and options.engine == "both" and options.budget is None
        self.broker, self.skipped, self.took, self.running = Broker(), {}, {}, {}
        self.where = report.here()

    def waiting(self, engines):
        """What is not done yet, in order. Says why what cannot be done cannot."""
        left = []
        for attack, engine, number in planned(self.chosen, self.size, engines):
            if why := attack.why_not():
                self.skipped[attack.NAME, engine] = why
            elif not self.state.done(attack, engine, number):
                left.append((attack, engine, number))
        return left

    def next_of(self, waiting):
        """The first that may begin now; what would end too late is taken out."""
        for one in list(waiting):
            attack, engine, _ = one
            usual = self.took.get((attack.NAME, engine), attack.USUAL_S)
            if self.end and time.monotonic() + usual > self.end:
                waiting.remove(one)
                self.skipped.setdefault((attack.NAME, engine), "the time was over")
            elif may_begin(attack, self.running):
                return one
            elif getattr(attack, "ALONE", False):
                return None  # or those behind it would keep it waiting for ever
        return None

    def all_rounds(self, engines):
        waiting = self.waiting(engines)
        while waiting or self.running:
            if one := self.next_of(waiting):
                waiting.remove(one)
                attack, engine, number = one
                seed = seed_of(self.state.values["seed"], attack, engine, number)
                kafka = self.broker.get() if engine == "kafka" and not getattr(attack, "OWN_BROKER", False) else ""
                self.running[one] = begin_round(attack, engine, number, seed, kafka)
            elif self.running:
                self.ended(*first_ended(self.running))

    def ended(self, one, told):
        if told is None:
            raise KeyboardInterrupt
        attack, engine, number = one
        seed = seed_of(self.state.values["seed"], attack, engine, number)
        self.took[attack.NAME, engine] = told["seconds"]
        print(f"{'FAILED' if told['violations'] else 'ok    '}  {attack.NAME:<14} {engine:<8} round {number:<4} seed "
              f"{seed:<10} {told['seconds']:6.1f} s, {told['cpu_s']:5.1f} s of processor", flush=True)
        for words in told["violations"]:
            print(f"        | {words[:600]}", flush=True)
        self.state.add(attack=attack.NAME, engine=engine, n=number, seed=seed, at=time.time(), **self.where, **told)

    def not_done(self):
        """In words, of which attacks there were fewer rounds than one of this size has."""
        found = []
        for (name, engine), why in self.skipped.items():
            attack = next(a for a in self.chosen if a.NAME == name)
            total = attack.ROUNDS[self.size]
            done = sum(self.state.done(attack, engine, n) for n in range(total))
            found.append(f"{name} on {engine}: {done} of {total} rounds ({why})")
        return found

    def of_all(self):
        """What has to hold of all rounds of an attack together: {its name: (words, whether it does)}."""
        return {attack.NAME: attack.of_all(mine) for attack in self.chosen if hasattr(attack, "of_all")
                and (mine := [f for f in self.state.finished if f["attack"] == attack.NAME])}


def run(options, chosen):
    size = "ci" if options.command == "pr" and os.environ.get("CI") else options.command
    engines = ("embedded", "kafka") if options.engine == "both" else (options.engine,)
    if options.round is not None:
        return repeat(options, chosen, engines)
    this = Run(options, chosen, size)
    print(f"seed {this.state.values['seed']} (repeat with --seed {this.state.values['seed']})", flush=True)
    began = time.monotonic()
    try:
        this.all_rounds(engines)
    finally:
        stop(this.running)
        this.broker.stop()
        report.write(CHAOS / "report.md", this.state.values, chosen, size, this.not_done(), this.of_all())
    print(f"\n{int(time.monotonic() - began)} s; the report is {os.path.relpath(CHAOS / 'report.md', PROJECT)}",
          flush=True)
    for name, (words, holds) in this.of_all().items():
        print(f"{'ok    ' if holds else 'FAILED'}  {name}: {words}", flush=True)
    missing, done = this.not_done(), len(this.state.finished)
    for words in missing:
        print(f"{'NOT DONE' if this.wants_all else 'left    '}  {words}", flush=True)
    if missing and this.wants_all:
        print("This was less than was asked for; --without NAME leaves out an attack that cannot be here", flush=True)
    broken = sum(bool(f["violations"]) for f in this.state.finished)
    wrong = broken + sum(not holds for _, holds in this.of_all().values()) + this.wants_all * len(missing)
    print(f"{done - broken} passed, {wrong} failed, {len(missing) * (not this.wants_all)} skipped", flush=True)
    return 1 if wrong or not done else 0


def repeat(options, chosen, engines):
    """One round once more, with its words on the screen."""
    broker, wrong = Broker(), 0
    try:
        for attack in chosen:
            for engine in (e for e in attack.ENGINES if e in engines):
                seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2 ** 32)
                round_ = (attack, engine, options.round)
                kafka = broker.get() if engine == "kafka" and not getattr(attack, "OWN_BROKER", False) else ""
                _, told = first_ended({round_: begin_round(*round_, seed, kafka)})
                if told is None:
                    raise KeyboardInterrupt
                wrong += bool(told["violations"])
                print((CHAOS / "rounds" / f"{attack.NAME}-{engine}-{options.round}.log").read_text(), flush=True)
                print(f"{attack.NAME}, {engine}, seed {seed}: {len(told['violations'])} violations in "
                      f"{told['seconds']:.1f} s", flush=True)
    finally:
        broker.stop()
    return 1 if wrong else 0
