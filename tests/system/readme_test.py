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
    """Runs each line in one bash, as a person does, and gives its exit code and what it printed.
    What a line exports stays for the next."""

    def __init__(self, env):
        self.env = {**os.environ, **env}
        self.kept = folder / "environment"

    def type(self, line):
        line = line.replace("$PWD/var/data", str(data)).replace("history.ndjson", str(folder / "h.ndjson"))
        done = subprocess.run(["bash", "-c", f"{line}\nstatus=$?\nenv -0 >'{self.kept}'\nexit $status"],
                              cwd=PROJECT, env=self.env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120)
        self.env = dict(entry.split("=", 1) for entry in self.kept.read_text().split("\0") if entry)
        return done.returncode, done.stdout + done.stderr


shell = Shell({})


def start():
    process = subprocess.Popen([str(PROJECT / "tools" / "start"), "--no-build", "--data", str(data),
                                "--port", str(port)], stdout=open(folder / "start.out", "wb"),
                               stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    support._children.append(process)
    for _ in range(1200):
        said = (folder / "start.out").read_text()
        if "Ctrl-C stops it" in said:
            return process, said
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"tools/start did not come to its end: {(folder / 'start.out').read_text()[-1500:]}")


def the_tour():
    process, said = start()
    check_words("tools/start says what a person needs", said, f"http://127.0.0.1:{port}/#token=",
                str(data), "Ctrl-C")
    shell.env["TRACSEQ_URL"] = f"http://127.0.0.1:{port}"  # this test cannot have the usual port
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
