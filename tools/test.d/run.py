"""Installs, builds and runs TracSeq's tests. Closes with `N passed, N failed, N skipped`.

    tools/test                 everything (CI=true: 20 kills instead of 100, every 7th cut)
    tools/test NAME…           some parts, by name; see --list
    tools/test NAME -- ARGS…   what stands behind -- goes to the part's own program
    tools/test --list          the parts
    tools/test --no-build …    with what was built before

Output of the parts is in var/test/NAME.log; of a part that failed the end is shown.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from processes import adopt_orphans, begin, end_descendants, first_ended, wait_for, wait_until_alone

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = PROJECT / "build"
LOGS = PROJECT / "var" / "test"
CORES = len(os.sched_getaffinity(0))
UNITS = ["events", "log", "actors", "runtime", "projections", "sheets", "node"]
# These wait much and keep about one core busy, and their bounds on time leave room for a neighbour: they run beside
# each other, one for each core. Every other part has the machine for itself.
BESIDE = {*UNITS, "tidy", "oracle", "verify", "cli", "document", "donors", "parked", "webhooks", "starts", "disk"}
# How a runner closes: doctest, vitest, and our own scripts.
CLOSINGS = [
    re.compile(r"test cases:\s+\d+ \|\s+(?P<passed>\d+) passed \|\s+(?P<failed>\d+) failed"
               r"(?: \|\s+(?P<skipped>\d+) skipped)?"),
    re.compile(r"^\s*Tests\s+(?:(?P<failed>\d+) failed \| )?(?P<passed>\d+) passed", re.M),
    re.compile(r"^(?P<passed>\d+) passed, (?P<failed>\d+) failed(?:, (?P<skipped>\d+) skipped)?$", re.M),
]
# With CI set, vitest paints its closing line although nobody looks.
PAINT = re.compile(r"\x1b\[[0-9;]*m")


class Part:
    def __init__(self, name, command, about, timeout_s=300, needs=(), cwd=PROJECT):
        self.name, self.command, self.about = name, command, about
        self.timeout_s, self.needs, self.cwd = timeout_s, set(needs), cwd


def script(path, *arguments):
    return [sys.executable, str(PROJECT / "tests" / path), *arguments]


def parts():
    """In order: what fails fast comes first."""
    found = [Part(name, [str(BUILD / "tests" / f"test_{name}")], f"unit tests of {name}", 600,
                  {"tests"} | ({"kafka"} if name in ("log", "node", "runtime") else set()))
             for name in UNITS]
    found += [
        Part("tidy", script("system/tidy_test.py"), "rules of the source: includes, lengths, lists", 60),
        Part("oracle", ["go", "test", "-count=1", "./..."], "the judge of clients and histories, by planted violations",
             300, (), PROJECT / "tests" / "oracle"),
        Part("verify", script("verify/verify_test.py"), "an export, verified by strangers' scripts", 180,
             {"program"}),
        Part("cli", script("system/cli_test.py"), "the command line, its words and exit codes", 300,
             {"program"}),
        Part("http", script("system/http_test.py"), "the API from outside, byte by byte", 300, {"program"}),
        Part("document", script("system/document_test.py"), "the OpenAPI document: linted, and tried", 300,
             {"program", "node"}),
        Part("fuzz", script("fuzz/run.py"), "inputs from strangers, for a while each", 900),
        Part("asan", script("sanitizers/run.py", "address"), "unit tests under Address-, Leak- and UBSanitizer", 7200,
             {"kafka"}),
        Part("tsan", script("sanitizers/run.py", "thread"), "unit tests with threads under ThreadSanitizer", 7200,
             {"kafka"}),
        Part("imports", script("system/import_test.py"), "sheets, good and bad, and one atomic import", 300,
             {"program"}),
        Part("donors", script("system/donor_test.py"), "names of people: sealed, shown, erased", 120, {"program"}),
        Part("prove", script("system/prove_test.py"), "replay, read-only serving, log copy", 300,
             {"program", "kafka"}),
        Part("backup", script("system/backup_test.py"), "backups under load: verified, killed, damaged, restored", 900,
             {"program", "kafka"}),
        Part("tls", script("system/tls_test.py"), "HTTPS: versions, handshakes, a certificate replaced under load", 300,
             {"program"}),
        Part("howto", script("system/howto_test.py"), "what docs/howto/ tells an operator to type, typed", 600,
             {"program", "kafka"}),
        Part("cluster-shared", script("system/cluster_shared_test.py"), "donors, previews and streams across three nodes",
             300, {"program", "kafka"}),
        Part("planted", script("system/planted_test.py"), "damage in a Kafka topic, and who goes on behind it", 200,
             {"program", "kafka"}),
        Part("parked", script("system/parked_test.py"), "an event that cannot be read, and who mends it", 120,
             {"program"}),
        Part("webhooks", script("system/webhook_test.py"), "deliveries through crashes", 300, {"program"}),
        Part("starts", script("system/start_test.py"), "bad starts and their words", 300,
             {"program", "kafka"}),
        Part("scripts", script("system/scripts_test.py"), "tools/start and its kin", 600,
             {"program", "page"}),
        Part("readme", script("system/readme_test.py"), "the README's commands, typed as they stand", 300,
             {"program", "page"}),
        Part("sim", script("sim/run.py"), "a cluster in one process, by seeds", 3600, {"tests"}),
        Part("races", script("crash/race_test.py"), "32 clients for one slot, one label, one tube", 120,
             {"program"}),
        Part("tail", script("system/tail_test.py"), "torn tails, flipped bits", 900, {"program"}),
        Part("disk", script("system/disk_test.py"), "fsync that fails, a disk that is full", 300,
             {"program"}),
        Part("crash", script("crash/crash_test.py"), "kill -9 under load, on both engines", 2400,
             {"program", "kafka"}),
        Part("import-crash", script("crash/import_test.py"), "kill -9 in imports, on both engines", 1800,
             {"program", "kafka"}),
        Part("bounce", script("crash/bounce_test.py"), "a broker that goes and comes under load", 900,
             {"program", "kafka"}),
        Part("cluster-faults", script("cluster/faults_test.py"), "nodes killed, cut off, paused and added under load", 1200,
             {"program", "kafka", "cluster"}),
        Part("cluster-roles", script("cluster/roles_test.py"), "nodes that do a part each, and who tells notifications", 400,
             {"program", "kafka", "cluster"}),
        Part("cluster-upgrade", script("cluster/upgrade_test.py"), "nodes upgraded one by one to a build that writes more", 1200,
             {"program", "kafka", "cluster", "next"}),
        Part("cluster-strangers", script("cluster/strangers_test.py"), "nodes that do not fit, and bytes of strangers", 400,
             {"program", "kafka", "cluster"}),
        Part("cluster-owners", script("cluster/owners_test.py"), "who may take partitions, and of two with one name who goes",
             600, {"program", "kafka", "cluster"}),
        Part("cluster-world", script("cluster/world_test.py"), "clocks, protocols, lines and brokers that are not as they should be",
             600, {"program", "kafka", "cluster"}),
        Part("brokers", script("system/brokers_test.py"), "several brokers, TLS, certificates", 600,
             {"program", "cluster"}),
        Part("cluster-tools", script("system/cluster_tools_test.py"), "tools/cluster: cut networks, proxies in front", 600,
             {"program", "cluster"}),
        # What crash, tail and sim do in full is left out; `tools/chaos pr` by itself does all of it.
        Part("chaos", [sys.executable, str(PROJECT / "tools" / "chaos.d" / "run.py"), "pr", "--no-build",
                       "--without", "T1-kill", "--without", "T4-tail", "--without", "T14-sim"],
             "the attacks of tools/chaos, a few rounds each", 1800, {"program", "kafka", "cluster"}),
        Part("ui", ["npm", "test"], "unit tests of the page", 300, {"page", "node"}, PROJECT / "ui"),
        Part("browser", ["node", str(PROJECT / "tests/browser/run.mjs")], "the page in Chromium", 1200,
             {"program", "page", "node", "lab", "kafka"}),
        Part("friday", ["node", str(PROJECT / "tests/browser/run.mjs"), "friday"],
             "an import on the page while nodes are killed, cut off and upgraded", 1200,
             {"program", "page", "node", "cluster", "next"}),
    ]
    return [part for part in found if exists(part)]


# Behind what CI asks for: they take long, or measure a machine more than a program. By name, or without CI=true.
# asan and tsan each build all of it once more, which takes longer than CI leaves them.
NOT_IN_CI = {"chaos", "asan", "tsan"}


def exists(part):
    """Parts whose sources are in the tree."""
    if part.name in UNITS:
        return any((PROJECT / "tests" / part.name).glob("*.cpp"))
    if part.name == "oracle":
        return (part.cwd / "go.mod").exists()
    if part.name == "ui":
        return (PROJECT / "ui" / "package.json").exists()
    return pathlib.Path(part.command[-1] if part.name == "browser" else part.command[1]).exists()


def say(*words):
    print(*words, flush=True)


def quiet_run(command, **how):
    return subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, **how)


# ---- what parts need

class Broker:
    """A real Kafka for the parts that ask for one, in a folder and on a port of its own."""

    def __init__(self):
        self.folder, self.port = PROJECT / "var" / "test-kafka", None

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.tool("reset", check=False)
        self.tool("start", "--port", str(self.port), "--quiet")
        return f"kafka://127.0.0.1:{self.port}"

    def tool(self, command, *arguments, check=True):
        done = quiet_run([PROJECT / "tools" / "kafka", command, "--dir", self.folder, *arguments],
                         capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"tools/kafka {command}: {done.stderr.strip()[-600:]}")

    def stop(self):
        if self.port:
            self.tool("stop", check=False)
            self.tool("reset", check=False)


class Lab:
    """A node with the demo laboratory, for the browser."""

    def __init__(self):
        self.process, self.data = None, PROJECT / "var" / "test-lab"

    def start(self):
        shutil.rmtree(self.data, ignore_errors=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with open(LOGS / "lab.log", "wb") as out:
            self.process = subprocess.Popen(
                [str(PROJECT / "tools" / "start"), "--no-build", "--data", str(self.data), "--port", str(port)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        url = f"http://127.0.0.1:{port}"
        for _ in range(1200):
            if "Ctrl-C stops it" in (LOGS / "lab.log").read_text(errors="replace"):
                return url, (self.data / "operator.token").read_text().strip()
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("the node for the browser did not start; see var/test/lab.log")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.data, ignore_errors=True)


def prepare(chosen, build):
    """Installs and builds; gives the environment of the parts."""
    needs = set().union(*(part.needs for part in chosen))
    groups = ["build"] + (["kafka"] if needs & {"kafka", "cluster"} else [])
    groups += (["cluster"] if "cluster" in needs else []) + ["test"]
    if quiet_run([PROJECT / "tools" / "install-packages", *groups]).returncode != 0:
        raise RuntimeError("packages are missing")
    if build and needs & {"program", "tests", "page"}:
        options = (["--tests"] if "tests" in needs else []) + ([] if "page" in needs else ["--no-page"])
        if quiet_run([PROJECT / "tools" / "build", *options]).returncode != 0:
            raise RuntimeError("the build failed")
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC")
    env.setdefault("TRACSEQ_KILLS", "20" if os.environ.get("CI") else "100")
    env.setdefault("TRACSEQ_BOUNCES", "4" if os.environ.get("CI") else "10")
    env.setdefault("TRACSEQ_SEEDS", "200" if os.environ.get("CI") else "2000")
    env.setdefault("TRACSEQ_TAIL_STEP", "7" if os.environ.get("CI") else "1")
    env.setdefault("TRACSEQ_SHARED", str(PROJECT.parent / "shared"))
    if "next" in needs and not env.get("TRACSEQ_NEXT"):
        done = quiet_run([sys.executable, PROJECT / "tests" / "cluster" / "next_build.py"], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError("the build of the newer program, for upgrades, failed")
        env["TRACSEQ_NEXT"] = done.stdout.strip()
    if "node" in needs:
        done = quiet_run([PROJECT / "tools" / "node"], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError("Node is missing")
        env["PATH"] = f"{done.stdout.strip()}:{env['PATH']}"
    return env, needs


# ---- running

def counts_of(text, status):
    """(passed, failed, skipped) by the last closing line; a runner that says nothing is one test."""
    closing = max((m for pattern in CLOSINGS for m in pattern.finditer(text)),
                  key=lambda m: m.start(), default=None)
    if closing is None:
        return (1, 0, 0) if status == 0 else (0, 1, 0)
    passed, failed, skipped = (int(closing.groupdict().get(k) or 0) for k in ("passed", "failed", "skipped"))
    return passed, failed if status == 0 else max(failed, 1), skipped


def run_part(part, env, extra):
    """Runs a part to its end; gives its counts, and the words to say."""
    log = LOGS / f"{part.name}.log"
    began = time.monotonic()
    with open(log, "wb") as out:
        try:
            child = subprocess.Popen(part.command + extra, cwd=part.cwd, env=env, stdout=out, stderr=out,
                                     stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                status = wait_for(child, part.timeout_s)
                wait_until_alone()
            except subprocess.TimeoutExpired:
                status = f"not done after {part.timeout_s} s"
        except OSError as problem:
            status = str(problem)
    left = end_descendants()
    text = PAINT.sub("", log.read_text(errors="replace"))
    passed, failed, skipped = counts_of(text, status)
    if left and status == 0:
        text += f"\nleft running: {left}"
        failed, status = failed + 1, "left processes behind"
    seconds = time.monotonic() - began
    word = "ok    " if failed == 0 else "FAILED"
    words = [f"{word}  {part.name:<12} {passed:5} passed, {failed} failed, {skipped} skipped   {seconds:6.1f} s"]
    if failed:
        words.append(f"        {part.about}: exit {status}. The end of var/test/{part.name}.log:")
        words += ["        | " + line for line in text.strip().splitlines()[-40:]]
    return (passed, failed, skipped), "\n".join(words)


def begin_part(part, env, extra):
    return begin(lambda: run_part(part, env, extra),
                 lambda problem: [(0, 1, 0), f"FAILED  {part.name:<12} {problem!r}"])


def end_of_one(running):
    """Waits until one of `running` has ended: its part, its counts and its words."""
    part, told = first_ended(running)
    return part, *(told or ((0, 1, 0), f"FAILED  {part.name:<12} its runner was killed"))


def next_part(waiting, running):
    """The first that may begin beside what runs, if any."""
    if not running:
        return waiting[0] if waiting else None
    if len(running) >= CORES or not all(part.name in BESIDE for part in running):
        return None
    return next((part for part in waiting if part.name in BESIDE), None)


def run_parts(chosen, env, extra, lab):
    """Runs the parts, some side by side; gives (passed, failed, skipped)."""
    waiting, running, totals = list(chosen), {}, [0, 0, 0]
    while waiting or running:
        if part := next_part(waiting, running):
            waiting.remove(part)
            if "lab" in part.needs:
                env["TRACSEQ_TEST_URL"], env["TRACSEQ_TEST_TOKEN"] = lab.start()
            running[part] = begin_part(part, env, extra)
        else:
            _, counts, words = end_of_one(running)
            say(words)
            totals = [total + count for total, count in zip(totals, counts)]
    return totals


def run_all(chosen, build, extra):
    LOGS.mkdir(parents=True, exist_ok=True)
    env, needs = prepare(chosen, build)
    broker, lab = Broker(), Lab()
    try:
        if "kafka" in needs:
            env["TRACSEQ_TEST_KAFKA"] = broker.start()
        return run_parts(chosen, env, extra, lab)
    finally:
        lab.stop()
        broker.stop()
        end_descendants()


def stop_by_signal(number, _frame):
    raise KeyboardInterrupt(f"signal {number}")


def main(arguments):
    if "--help" in arguments or "-h" in arguments:
        print(__doc__)
        return 0
    extra = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, extra = arguments[:at], arguments[at + 1:]
    known = parts()
    if "--list" in arguments:
        for part in known:
            print(f"{part.name:<12} {part.about}")
        return 0
    names = [a for a in arguments if not a.startswith("--")]
    unknown = [n for n in names if n not in {p.name for p in known}]
    odd = [a for a in arguments if a.startswith("--") and a != "--no-build"]
    if unknown or odd:
        print(f"tools/test: there is no {(unknown + odd)[0]}. The parts: "
              f"{', '.join(p.name for p in known)}", file=sys.stderr)
        return 2
    left_out = NOT_IN_CI if os.environ.get("CI") and not names else set()
    chosen = [p for p in known if (not names or p.name in names) and p.name not in left_out]
    if left_out:
        say(f"Not in CI: {', '.join(sorted(left_out))}")
    adopt_orphans()
    signal.signal(signal.SIGTERM, stop_by_signal)
    # Begun in the background by a script, all that it starts would be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    try:
        passed, failed, skipped = run_all(chosen, "--no-build" not in arguments, extra)
    except RuntimeError as problem:
        say(f"tools/test: {problem}")
        passed, failed, skipped = 0, 1, 0
    except KeyboardInterrupt:
        say("\ntools/test: stopped")
        return 130
    say(f"\n{int(time.monotonic() - began)} s in all")
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
