#!/usr/bin/env python3
"""tools/start and its kin, as a newcomer meets them: twice in a row, from another folder, with a blank in
the path, with the port taken, stopped in the middle."""
import json
import os
import signal
import socket
import subprocess
import time

import support
from support import PROJECT, Api, case, check, check_words

folder = support.new_folder("scripts")
START = PROJECT / "tools" / "start"
CHEAPEST = "T2-syscall"  # of the attacks of tools/chaos: a round takes seconds


class Started:
    def __init__(self, *arguments, cwd=None, script=START, env=None):
        self.out = folder / f"start-{time.monotonic_ns()}.out"
        self.process = subprocess.Popen([str(script), "--no-build", *map(str, arguments)], cwd=cwd or folder,
                                        stdout=open(self.out, "wb"), stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
        support._children.append(self.process)

    def said(self):
        return self.out.read_text()

    def ready(self, timeout_s=120):
        until = time.monotonic() + timeout_s
        while "Ctrl-C stops it" not in self.said():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(self.said()[-1500:])
            time.sleep(0.05)
        return self

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(40)


def no_node_left(data):
    """No program of this data folder runs any more."""
    found = subprocess.run(["pgrep", "-f", f"tracseq serve --data {data}"], capture_output=True, text=True)
    return found.stdout.strip() == ""


def api(data, port):
    return Api(f"http://127.0.0.1:{port}", (data / "operator.token").read_text().strip())


def the_first_start_makes_a_laboratory():
    data, port = folder / "a data folder", support.free_port()
    first = Started("--data", data, "--port", port).ready()
    check_words("it says where it is", first.said(), f"http://127.0.0.1:{port}/#token=", str(data))
    lab = api(data, port)
    samples = list(lab.everything("/samples"))
    check("some hundred samples", len(samples) >= 300, len(samples))
    states = {s["state"] for s in samples}
    check("in many states", states >= {"registered", "received", "accepted", "in_storage", "rejected",
                                       "on_hold", "discarded"}, states)
    check("two runs", len(list(lab.everything("/runs"))) == 2)
    check("freezers and boxes", len(list(support.all_units(lab))) == 26)
    check("nothing is left open", support.wait_quiet(lab, 10))
    again = subprocess.run([str(START), "--no-build", "--data", str(data), "--port", str(port)],
                           capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check("a second one beside it shows the address of the first", again.returncode == 0
          and f"http://127.0.0.1:{port}/#token=" in again.stdout, again.stdout + again.stderr)
    check("Ctrl-C ends it", first.stop() == 0)
    check("and its node", no_node_left(data))
    began = time.monotonic()
    second = Started("--data", data, "--port", port).ready()
    check("a second start takes seconds", time.monotonic() - began < 8, time.monotonic() - began)
    check("it keeps the data", len(list(api(data, port).everything("/samples"))) == len(samples))
    check("it makes no second laboratory", "demo" not in second.said().lower(), second.said())
    check("SIGTERM ends it, too", second.stop(signal.SIGTERM) == 0)
    check("and its node (2)", no_node_left(data))


def empty_means_empty():
    data, port = folder / "empty", support.free_port()
    started = Started("--empty", "--data", data, "--port", port).ready()
    check("no samples", not list(api(data, port).everything("/samples")))
    started.stop()
    Started("--data", data, "--port", port).ready().stop()


def a_first_start_that_was_cut_off_goes_on():
    data, port = folder / "cut", support.free_port()
    first = Started("--data", data, "--port", port)
    until = time.monotonic() + 60
    while time.monotonic() < until and "demo laboratory" not in first.said():
        time.sleep(0.02)
    time.sleep(0.4)
    first.stop()
    check("stopped in the middle, nothing is left running", no_node_left(data))
    second = Started("--data", data, "--port", port).ready()
    samples = list(api(data, port).everything("/samples"))
    names = [s["name"] for s in samples]
    check("the next start finishes the laboratory", len(samples) == 336, len(samples))
    check("nothing is there twice", len(set(names)) == len(names))
    second.stop()


def a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([str(START), "--no-build", "--data", str(folder / "p"), "--port", str(port)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check("a taken port is refused", done.returncode == 1, done.returncode)
    check_words("with a way out", done.stderr, f"port {port} is in use", f"--port {port + 1}")


def bad_words():
    for arguments, words in ((["--port", "x"], "a port is a number"), (["--nope"], "unknown option --nope"),
                             (["--data"], "--data needs a value"), (["--log", "file"], "kafka://"),
                             (["--data", "/proc/nope"], "cannot make the folder")):
        done = subprocess.run([str(START), "--no-build", *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)
        check(f"start {arguments}: refused", done.returncode in (1, 2), done.returncode)
        check_words(f"start {arguments}: words", done.stderr, words)
    for script in ("start", "build", "test", "install-packages", "node", "kafka", "certificates", "cluster"):
        done = subprocess.run([str(PROJECT / "tools" / script), "--help"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)
        check(f"tools/{script} --help", done.returncode == 0 and script in done.stdout, done.stderr)


def from_another_place():
    """Through a link with a blank in its path, from the root folder."""
    place = folder / "with a blank"
    place.symlink_to(PROJECT)
    data, port = folder / "elsewhere", support.free_port()
    started = Started("--empty", "--data", data, "--port", port, cwd="/", script=place / "tools" / "start")
    started.ready()
    page = Api(f"http://127.0.0.1:{port}").request("GET", "//")
    check("the page is served", page.status == 200 and "<html" in str(page.body).lower(), page.status)
    started.stop()


def packages_are_quick_when_there():
    began = time.monotonic()
    done = subprocess.run([str(PROJECT / "tools" / "install-packages"), "build"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    check("nothing to install takes a moment", done.returncode == 0 and time.monotonic() - began < 2,
          done.stderr)
    check("and says nothing", done.stdout + done.stderr == "", done.stdout + done.stderr)


def chaos(*arguments, into):
    """tools/chaos with the cheapest of its attacks; its words go to a file beside the state that it keeps."""
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    process = subprocess.Popen(
        [str(PROJECT / "tools" / "chaos"), *arguments, "--no-build", "--only", CHEAPEST, "--engine", "embedded"],
        stdin=subprocess.DEVNULL, stdout=open(into / "words", "wb"), stderr=subprocess.STDOUT,
        env=dict(env, TRACSEQ_CHAOS_DIR=str(into)))
    support._children.append(process)
    return process


def rounds_in(state):
    """(number, seed) of the rounds that are finished, in the order in which they were."""
    return [(f["n"], f["seed"]) for f in json.loads(state.read_text())["finished"]] if state.exists() else []


def a_nightly_goes_on_where_it_was_stopped():
    into = support.new_folder("chaos")
    state, words = into / "state.json", into / "words"
    first = chaos("nightly", into=into)
    check("rounds are done", support.eventually(lambda: len(rounds_in(state)) >= 2, 300), words.read_text())
    first.send_signal(signal.SIGINT)
    check("it is stopped", first.wait(60) == 130, first.returncode)
    check_words("and says how it goes on", words.read_text(), "run it again to go on")
    before = rounds_in(state)
    second = chaos("nightly", "--hours", "0.003", into=into)
    code = second.wait(300)
    after, told = rounds_in(state), words.read_text()
    check("what was done stays", after[:len(before)] == before, (before, after))
    check("more is done", len(after) > len(before), told)
    check("nothing twice", len({n for n, _ in after}) == len(after), after)
    check("a time that was given and is over is no failure", code == 0, (code, told))
    check_words("it says what is left", told, f"{CHEAPEST} on embedded: {len(after)} of ", "the time was over")
    fresh = chaos("nightly", "--fresh", "--hours", "0.003", into=into)
    fresh.wait(300)
    anew = rounds_in(state)
    check("--fresh begins anew, with other seeds", anew and not set(anew) & set(after), (anew, after))


for test in (packages_are_quick_when_there, bad_words, a_taken_port, the_first_start_makes_a_laboratory,
             empty_means_empty, a_first_start_that_was_cut_off_goes_on, from_another_place,
             a_nightly_goes_on_where_it_was_stopped):
    case(test)
support.finish()
