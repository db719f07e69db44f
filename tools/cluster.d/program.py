"""What one node is started with, as far as the program knows it."""
import functools
import os
import pathlib
import re
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("TRACSEQ_PROGRAM", PROJECT / "build" / "tracseq"))
PAGE = PROJECT / "ui" / "dist"


@functools.lru_cache(maxsize=None)
def _flags(program):
    """What `serve` says of its flags, and every setting with its section: a setting is a flag, too."""
    def words(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    flags, section = set(re.findall(r"--[a-z][\w-]*", words("serve", "--help"))), ""
    for line in words("config", "default").splitlines():
        if match := re.match(r"\[([\w.]+)\]", line):
            section = match[1]
        elif match := re.match(r"#?(\w+) = ", line):
            flags.add("--" + re.sub(r"[._]", "-", f"{section}-{match[1]}"))
    return flags


def supports(flag, program=PROGRAM):
    """Whether the program knows a flag of `serve`, as "--cluster-address"."""
    return flag in _flags(str(program))


def arguments(folder, state, n, log):
    """The command of node `n`. Flags that this program does not know are left out."""
    node, program = state["nodes"][str(n)], state.get("program_of", {}).get(str(n), state["program"])
    line = ["serve", "--data", folder / f"node-{n}", "--log", log, "--node-name", f"node-{n}",
            "--http-address", node["address"], "--http-port", node["port"]]
    line += ["--ui-directory", PAGE] if (PAGE / "index.html").exists() else []
    wishes = {"--cluster-address": node["address"], "--cluster-port": node["cluster_port"],
              "--cluster-secret-file": folder / "cluster.secret"}
    if state["tls"]:
        tls = folder / "tls"
        wishes |= {"--cluster-tls-certificate": tls / f"node-{n}.crt", "--cluster-tls-key": tls / f"node-{n}.key",
                   "--cluster-tls-ca": tls / "ca.crt"}
    for flag, value in wishes.items():
        line += [flag, value] if supports(flag, program) else []
    return [program, *line, *state["serve"], *state["serve_of"].get(str(n), [])]
