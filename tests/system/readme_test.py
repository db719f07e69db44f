#!/usr/bin/env python3
"""Types the README's commands as they stand there, in a laboratory that tools/start made."""
import os
import re
import signal
import subprocess
import time

import support
from support import PROJECT, case, check, check_words

folder = support.new_folder("readme")
data = folder / "data"
port = support.free_port()
readme = (PROJECT / "README.md").read_text()


def block(name):
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```\n<!-- end of {name} -->", readme, re.S)
    assert found, f"the README has no block '{name}'"
    return found[1]


def commands(text):
    """One command each, with the comment above it taken off."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


class Shell:
    """Runs each line in one bash, as a person does, and gives what it printed and its exit code."""

    def __init__(self, env):
        self.env = {**os.environ, **env}
        self.path = self.env["PATH"]

    def type(self, line):
        line = line.replace("var/data", str(data)).replace("history.ndjson", str(folder / "h.ndjson"))
        done = subprocess.run(["bash", "-c", f"{line}\nstatus=$?\nprintf '%s' \"$PATH\" >&9\nexit $status"],
                              cwd=PROJECT, env={**self.env, "PATH": self.path}, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, pass_fds=(9,), timeout=120)
        os.lseek(9, 0, os.SEEK_SET)
        self.path = os.read(9, 100_000).decode() or self.path
        os.ftruncate(9, 0)
        os.lseek(9, 0, os.SEEK_SET)
        return done.returncode, done.stdout + done.stderr


def start():
    process = subprocess.Popen([str(PROJECT / "tools" / "start"), "--no-build", "--data", str(data),
                                "--port", str(port)], stdout=open(folder / "start.out", "wb"),
                               stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    support._children.append(process)
    for _ in range(1200):
        said = (folder / "start.out").read_text()
        if "TracSeq is ready" in said:
            return process, said
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"tools/start did not come to its end: {(folder / 'start.out').read_text()[-1500:]}")


def the_tour():
    os.dup2(os.open(folder / "path", os.O_RDWR | os.O_CREAT), 9, inheritable=True)
    process, said = start()
    check_words("tools/start says what a person needs", said, f"http://127.0.0.1:{port}/#token=",
                str(data), "Ctrl-C")
    shell = Shell({"TRACSEQ_URL": f"http://127.0.0.1:{port}",
                   "TRACSEQ_TOKEN_FILE": str(data / "operator.token")})
    for line in commands(block("tour")):
        code, printed = shell.type(line)
        check(f"$ {line}", code == 0, printed)
        if line.startswith("tracseq history"):
            check_words("the history tells the story", printed, "Registered", "Received", "Accepted",
                        "Placed in My box at A1")
        if "--commit" in line:
            check_words("the import says what it did", printed, "4")
    process.send_signal(signal.SIGINT)
    check("Ctrl-C ends it with 0", process.wait(30) == 0)
    check_words("and says where the data stays", (folder / "start.out").read_text(), "Stopped", str(data))


def the_proof():
    shell = Shell({"PATH": f"{PROJECT}/build:{os.environ['PATH']}"})
    for line in commands(block("proof")):
        code, printed = shell.type(line)
        check(f"$ {line}", code == 0, printed)
    check_words("a stranger's script verifies it", printed, "verified:")


def the_two_commands_are_there():
    for word in ("tools/start", "tools/test"):
        check(f"{word} can be run", os.access(PROJECT / word, os.X_OK))
        check(f"the README shows {word}", f"```sh\n{word}\n```" in readme)


for test in (the_two_commands_are_there, the_tour, the_proof):
    case(test)
support.finish()
