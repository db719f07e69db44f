#!/usr/bin/env python3
"""The command line, proved from outside: exit codes, help, output for programs and for people, settings,
and one flow through everything."""
import concurrent.futures
import functools
import json
import os
import re
import signal
import subprocess
import time
import urllib.request

import support
from support import Node, PROGRAM, case, check, check_words, run

OK, FAILED, USAGE, CONFLICT, NOT_FOUND, DENIED, UNAVAILABLE = range(7)
folder = support.new_folder("cli")
node = Node(folder / "data").start()
AT_HOME = {"TRACSEQ_DATA_DIRECTORY": str(node.data), "TRACSEQ_URL": node.url, "HOME": str(folder)}
ABSENT = "01900000-0000-7000-8000-000000000000"


def tell(*arguments, code=OK, stdin=None, env=None, name=""):
    """A command of which this exit code is expected."""
    done = run(*arguments, env={**AT_HOME, **(env or {})}, stdin=stdin)
    check(name or f"{' '.join(map(str, arguments))[:70]}: exit {code}", done.returncode == code,
          f"{done.returncode}: {done.stdout[-300:]} | {done.stderr[-500:]}")
    return done


def ask(*arguments, **how):
    """The JSON that a command answers."""
    done = tell("--json", *arguments, **how)
    return json.loads(done.stdout)


@functools.cache
def commands():
    """Every command with its help and the commands below it, from the help of the commands above it."""
    found, level = [], [()]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        while level:
            texts = list(pool.map(lambda path: run(*path, "--help", env=AT_HOME).stdout, level))
            following = []
            for path, text in zip(level, texts):
                listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
                below = re.findall(r"^  ([a-z][\w-]*)", listed[1], re.M) if listed else []
                following += [(*path, name) for name in below]
                found.append((path, text, below))
            level = following
    return found


def help_of_every_command():
    found = commands()
    check("there are many commands", len(found) > 80, len(found))
    for path, text, _ in found:
        words = " ".join(("tracseq", *path))
        lines = text.splitlines()
        options = next((n for n, line in enumerate(lines) if line.startswith(("Usage:", "Options:"))), 0)
        examples = [line for line in lines[:options] if line.startswith("  ") and "tracseq" in line]
        if not check(f"{words}: examples first", examples, text[:400]):
            continue
        if path:
            check(f"{words}: an example of its own", any(words in line for line in examples)
                  or path == ("completion",), examples)
            check(f"{words}: usage with its whole name", f"Usage: {words} " in text, text[:500])
        check(f"{words}: no line is endless", max(map(len, lines)) < 400, max(map(len, lines)))


def examples_are_right():
    """The options of every example are options of its command."""
    root = commands()[0][1]
    for path, text, below in commands():
        if below:
            continue
        examples, _, options = text.partition("Usage:")
        for option in set(re.findall(r" (--[a-z][\w-]+)", examples)):
            known = re.search(rf"{option}[ ,\n]", options + root)
            check(f"{' '.join(path)}: {option} of its example is there", known, examples)


def exit_codes():
    tell("sample", "list")
    missing = tell("sample", "show", "NOT-A-LABEL", code=NOT_FOUND)
    check_words("not found", missing.stderr, "NOT-A-LABEL", "no sample")
    check("nothing on stdout", missing.stdout == "", missing.stdout)
    sample = ask("sample", "register", "--name", "Codes", "--type", "DNA", "--barcode", "CODES-1")
    tell("sample", "register", "--name", "Codes", "--barcode", "CODES-1", code=CONFLICT)
    tell("sample", "receive", sample["id"], "--if-match", "7", code=CONFLICT)
    tell("sample", "register", "--name", "A", "--key", "cli-key")
    again = tell("sample", "register", "--name", "B", "--key", "cli-key", code=CONFLICT)
    check_words("a key with another body", again.stderr, "key")
    wrong = tell("sample", "register", "--name", "x" * 300, code=FAILED)
    check_words("what the node refuses", wrong.stderr, "name", "300", "255")
    tell("sample", "register", code=FAILED, name="a name is missing: the node says so")
    (folder / "wrong.token").write_text("wrong\n")
    denied = tell("sample", "list", "--token-file", folder / "wrong.token", code=DENIED)
    check_words("a wrong token", denied.stderr, "token")
    tell("sample", "list", "--token-file", folder / "absent.token", code=DENIED)
    gone = tell("sample", "list", "--url", f"http://127.0.0.1:{support.free_port()}", code=UNAVAILABLE)
    check_words("no node", gone.stderr, "no node answers", "tracseq serve")
    as_json = tell("--json", "sample", "show", "NOT-A-LABEL", code=NOT_FOUND)
    check("an error as JSON, on stderr", json.loads(as_json.stderr)["code"] == "not_found"
          and as_json.stdout == "", as_json.stderr)


def wrong_usage():
    for arguments, words in (
            (["sampel", "list"], ['no command "sampel"', 'mean "sample"', "Usage: tracseq [", "tracseq --help"]),
            (["sample", "lsit"], ['no command "lsit" of tracseq sample', 'mean "list"', "Usage: tracseq sample [",
                                  "tracseq sample --help"]),
            (["sample", "list", "--limti", "3"], ["--limti", 'mean "--limit"', "Usage: tracseq sample list [",
                                                  "tracseq sample list --help"]),
            (["sample"], ["subcommand", "Usage: tracseq sample [", "tracseq sample --help"]),
            (["sample", "hold"], ["id is required", "Usage: tracseq sample hold [OPTIONS] id\n"]),
            ([], ["subcommand"]),
            (["history"], ["thing is required", "Usage: tracseq history [OPTIONS] thing\n"]),
            (["completion", "tcsh"], ["tcsh", "bash"]),
            (["sample", "register", "--name", "x", "--custom", "RIN"], ["RIN", "KEY=VALUE"]),
            (["import", "x.csv", "--column", "C"], ["COLUMN=FIELD"]),
            (["replay", "--until", "yesterday"], ["--into"])):
        done = tell(*arguments, code=USAGE)
        check_words(f"usage: {arguments}", done.stderr, *words)
        check(f"usage: {arguments}: nothing on stdout", done.stdout == "", done.stdout)


def wrong_settings():
    """Exit 2, with every mistake and its place, whatever the command."""
    file = folder / "wrong.toml"
    file.write_text('[http]\nport = "80"\nprot = 81\n[loging]\nlevel = "info"\n[engine]\nthreads = 0\n')
    for command in (["config", "check"], ["config", "show"], ["serve"], ["sample", "list"], ["audit", "verify"],
                    ["log", "info"], ["import", "x.csv"]):
        done = tell(*command, "--config", file, code=USAGE)
        check_words(f"{command[0]}: its words", done.stderr, f"{file} line 2", "must not stand in quotes",
                    'no setting "http.prot"', 'mean "http.port"', 'no setting "loging.level"', "logging.level",
                    f"{file} line 7", "not between")
        check(f"{command}: no word on stdout", done.stdout == "", done.stdout[:200])
    for arguments, env, words in (
            (["--port", "x"], {}, ["--port", "whole number"]),
            (["--http-port", "70000"], {}, ["--port", "not between 0 and 65535"]),
            ([], {"TRACSEQ_HTTP_PORT": "many"}, ["TRACSEQ_HTTP_PORT", "whole number"]),
            ([], {"TRACSEQ_HTTP_PROT": "80"}, ["TRACSEQ_HTTP_PROT", "Did you mean", "TRACSEQ_HTTP_PORT"]),
            ([], {"TRACSEQ_LOGGING_LEVEL": "loud"}, ["TRACSEQ_LOGGING_LEVEL", "debug"]),
            (["--config", folder / "absent.toml"], {}, ["absent.toml", "not there"])):
        check_words(f"settings: {arguments} {env}", tell("config", "check", *arguments, env=env, code=USAGE).stderr,
                    *words)
    (folder / "broken.toml").write_text("[http\n")
    check_words("a file that is no TOML", tell("config", "check", "--config", folder / "broken.toml",
                                               code=USAGE).stderr, "broken.toml line 1")


def openapi_document():
    """The page's types are made from this document, and programs from the one that a node serves."""
    nowhere = {"TRACSEQ_URL": "http://127.0.0.1:1", "TRACSEQ_DATA_DIRECTORY": str(folder / "absent")}
    printed = tell("openapi", env=nowhere, name="tracseq openapi needs no node").stdout
    with urllib.request.urlopen(node.url + "/openapi.json") as answer:
        served = answer.read().decode()
    check("it prints what a node serves, byte for byte", printed == served + "\n", (len(printed), len(served)))
    check("a document of the API", len(json.loads(printed)["paths"]) > 50)


def config_show():
    file = folder / "good.toml"
    file.write_text('[http]\nport = 8090\nidle_timeout_s = 33\n[node]\nname = "file"\n')
    shown = ask("config", "show", "--config", file, "--port", "8091", env={"TRACSEQ_NODE_NAME": "env"})
    check("a flag wins", shown["http.port"] == {"value": "8091", "source": "--port"}, shown["http.port"])
    check("then the environment", shown["node.name"] == {"value": "env", "source": "TRACSEQ_NODE_NAME"},
          shown["node.name"])
    check("then the file, with its line", shown["http.idle_timeout_s"] ==
          {"value": "33", "source": f"{file} line 3"}, shown["http.idle_timeout_s"])
    check("then the default", shown["http.threads"]["source"] == "default", shown["http.threads"])
    text = tell("config", "show").stdout
    check_words("as a table", text, "SETTING", "VALUE", "FROM", "http.port")
    check("no secret stands there", node.token() not in text + json.dumps(shown))
    (folder / "default.toml").write_text(tell("config", "default").stdout)
    tell("config", "check", "--config", folder / "default.toml", name="the example configuration is good")


def output_for_programs_and_people():
    tell("sample", "register", "--name", "Ünïcode 試料", "--barcode", "OUT-1")
    table = tell("sample", "list", "--q", "OUT-1")
    check_words("a table", table.stdout, "OUT-1", "Ünïcode 試料")
    check("no colour in a pipe", "\x1b" not in table.stdout + table.stderr)
    plain = tell("--plain", "sample", "list", "--q", "OUT-1").stdout
    check("--plain: a row, tabs, no header", len(plain.splitlines()) == 1 and "\t" in plain, plain)
    for arguments in (["sample", "list"], ["lab", "show"], ["storage", "list"], ["search", "OUT-1"], ["version"],
                      ["history", "OUT-1"], ["system", "show"], ["cluster", "status"], ["log", "info"],
                      ["inbox", "list"]):
        done = tell("--json", *arguments)
        check(f"{arguments}: one JSON value on stdout", isinstance(json.loads(done.stdout), dict), done.stdout[:200])
        check(f"{arguments}: nothing on stderr", done.stderr == "", done.stderr)
    coloured = on_terminal("sample", "list", "--q", "OUT-1")
    quiet = on_terminal("sample", "list", "--q", "OUT-1", env={"NO_COLOR": "1"})
    check("NO_COLOR on a terminal", "\x1b[" not in quiet and "OUT-1" in quiet, quiet)
    check("and the same words with and without", strip(coloured) == strip(quiet), (coloured, quiet))
    from_stdin = tell("sample", "register", "--body", "-", stdin='{"name": "From stdin", "barcode": "STDIN-1"}')
    check_words("- is standard input", from_stdin.stdout, "STDIN-1")
    check_words("a broken body", tell("sample", "register", "--body", "-", stdin="{", code=FAILED).stderr, "JSON",
                "line 1")
    head = subprocess.run(["bash", "-c", f"'{PROGRAM}' sample list --all --plain | head -n 1"], capture_output=True,
                          text=True, env={**os.environ, **AT_HOME})
    check("a pipe that closes is no crash", head.stdout and "core" not in head.stderr, head.stderr)


def cluster_status():
    """Of a node that is alone; several nodes are in tests/browser/flows/cluster.mjs."""
    view = ask("cluster", "status")
    check("it is alone, and says when it looked", not view["clustered"] and len(view["nodes"]) == 1 and view["at"], view)
    count = len(view["partitions"])
    name = re.escape(view["node"])
    people = tell("cluster", "status", "--check").stdout
    check_words("for people", people, f"{view['node']} is one node, with {count} partitions", "WHAT IS WRONG",
                "cluster.address", "cluster.secret_file")
    check("the node and its partitions", re.search(rf"^{name} \* +ready +\S+ +0-{count - 1} +0", people, re.M), people)
    rows = re.findall(rf"^(\d+)(?:-(\d+))? +{name} +\d+ +\S+ \S+ +open +0$", people, re.M)
    shown = sum(int(last or first) - int(first) + 1 for first, last in rows)
    check("each partition once, neighbours in one row", shown == count, people)
    plain = tell("cluster", "status", "--plain").stdout.splitlines()
    check("plain: a row each, by their kind", [line.split("\t")[0] for line in plain[:1 + count]]
          == ["node"] + ["partition"] * count and all(line.startswith("warning\t") for line in plain[1 + count:]), plain)
    left = {}

    def interrupt(seen, child):
        left["child"] = child
        again = seen.count(b"again each second") > 2
        if again:
            child.send_signal(signal.SIGINT)
        return again
    watched = on_terminal("cluster", "status", "--watch", until=interrupt)
    check("--watch: again and again, until Ctrl-C", watched.count("is one node") > 2 and left["child"].returncode == 0,
          (left, watched[-500:]))
    gone = tell("cluster", "status", "--check", "--url", f"http://127.0.0.1:{support.free_port()}", code=UNAVAILABLE)
    check_words("no node answers", gone.stderr, "no node answers")


def strip(text):
    return re.sub(r"\x1b\[[\d;]*[A-Za-z]|\r", "", text)


def on_terminal(*arguments, env=None, until=None, timeout_s=30):
    """What a person sees: the program on a terminal of its own. `until`: called while it runs."""
    import pty
    master, slave = pty.openpty()
    child = subprocess.Popen([str(PROGRAM), *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave,
                             env={**os.environ, "TERM": "xterm", **AT_HOME, **(env or {})})
    os.close(slave)
    seen, end = b"", time.monotonic() + timeout_s
    while time.monotonic() < end:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
        if until and until(seen, child):
            until = None
    child.wait(10)
    os.close(master)
    return seen.decode(errors="replace")


def completion():
    for shell, parse in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
        script = folder / f"completion.{shell}"
        script.write_text(tell("completion", shell).stdout)
        done = subprocess.run([*parse, str(script)], capture_output=True, text=True)
        check(f"{shell}: its completion parses", done.returncode == 0, done.stderr)
        check_words(f"{shell}: it knows commands and options", script.read_text(), "register", "take-out",
                    "organism", "config")
    asked = f"""source '{folder}/completion.bash'
complete_line() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _tracseq; echo "${{COMPREPLY[*]}}"; }}
complete_line tracseq samp
complete_line tracseq sample reg
complete_line tracseq sample register --org
complete_line tracseq --json storage mo
"""
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True)
    check("bash: Tab gives what is meant", done.stdout.split("\n")[:4] ==
          ["sample", "register", "--organism", "move"], done.stdout + done.stderr)
    asked = f"""source '{folder}/completion.fish'
for line in 'tracseq ' 'tracseq sample reg' 'tracseq sample register --org' 'tracseq --json storage mo'
  complete -C $line
  echo -
end
"""
    done = subprocess.run(["fish", "--no-config", "-c", asked], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    given = [part.split()[:1] for part in done.stdout.split("\n-\n")]
    check("fish: Tab gives what is meant", "\nsample\t" in done.stdout.split("\n-\n")[0]
          and given[1:4] == [["register"], ["--organism"], ["move"]] and not done.stderr, done.stdout + done.stderr)
    asked = f"""compdef() {{ :; }}
_describe() {{ whence -p ls >/dev/null && print -l -- $found; }}
source '{folder}/completion.zsh'
complete_line() {{ words=("$@"); CURRENT=$#; _tracseq; print -- -; }}
complete_line tracseq ''
complete_line tracseq sample reg
complete_line tracseq --json storage mo
"""
    done = subprocess.run(["zsh", "-f", "-c", asked], capture_output=True, text=True)
    offered = [{line.split(":")[0] for line in part.split("\n")} for part in done.stdout.split("\n-\n")]
    check("zsh: Tab gives what is meant, and commands are found meanwhile", not done.stderr and len(offered) == 4
          and "sample" in offered[0] and "register" in offered[1] and "move" in offered[2], done.stdout + done.stderr)


def exports():
    """What says "exported" has written all of it, and an export that cannot be made leaves the last one alone."""
    log, into = node.data / "log", folder / "history.ndjson"
    tell("log", "export", "--log", log, "--into", into)
    before = into.read_bytes()
    check("an export has lines", before.startswith(b"{") and before.endswith(b"}\n"), before[:200])
    full = tell("log", "export", "--log", log, "--into", "/dev/full", code=UNAVAILABLE)
    check_words("a full disk is told", full.stderr, "cannot write to /dev/full", "disk full")
    check("and nothing is called exported", "exported" not in full.stderr, full.stderr)
    with open("/dev/full", "wb") as out:
        done = subprocess.run([str(PROGRAM), "log", "export", "--log", str(log)], stdout=out, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True, env={**os.environ, **AT_HOME})
    check("nor behind a full standard output", done.returncode == UNAVAILABLE and "exported" not in done.stderr,
          (done.returncode, done.stderr))
    absent = run("log", "export", "--log", folder / "no-log", "--into", into, env=AT_HOME)
    check("a log that is not there cannot be exported", absent.returncode != OK, absent.stderr)
    check("and the export of before is still whole", into.read_bytes() == before)


def sheet(path, rows, word):
    path.write_text("name,type,barcode\n" + "".join(f"{word} {n},DNA,{word}-{n:05d}\n" for n in range(rows)))
    return path


def imports():
    file = sheet(folder / "small.csv", 20, "IMP")
    preview = tell("import", file)
    check_words("a preview", preview.stdout, "20 samples: 20 good, 0 with errors", "IMP-00000", "barcode")
    check_words("and the way on", preview.stderr, "Nothing was changed", "--commit")
    check("nothing is there yet", not ask("sample", "list", "--q", "IMP-00001")["items"])
    done = tell("import", file, "--commit")
    check_words("committed", done.stdout, "20 samples registered")
    check("no bar in a pipe", "\r" not in done.stderr + done.stdout and "#" not in done.stderr, done.stderr)
    second = tell("import", file, "--commit", code=CONFLICT, name="the same file again is refused")
    check_words("it is recognised", second.stdout + second.stderr, "imported before")
    through = tell("import", "-", "--filename", "in.csv", "--commit",
                   stdin="name,type,barcode\nThrough a pipe,DNA,PIPE-1\n")
    check_words("- is standard input", through.stdout, "in.csv", "1 samples registered")
    bad = tell("import", "-", "--filename", "bad.csv", stdin="name,type\n,DNA\nB,xyzzy\n", code=FAILED)
    check_words("a sheet with mistakes", bad.stdout, "2 with errors", "xyzzy")
    for name, words in (("absent.csv", "cannot read"), (".", "directory")):
        wrong = tell("import", folder / name, code=NOT_FOUND if name != "." else FAILED)
        check_words(f"import {name}", wrong.stderr, words)


def stopped_import():
    """Ctrl-C leaves the import to the node: it is whole, or was never begun."""
    file = sheet(folder / "long.csv", 50_000, "LONG")  # more than a node imports while it is asked
    def stop(seen, child):
        if b"Registering" in seen:
            child.send_signal(signal.SIGINT)
            return True
        return False
    seen = on_terminal("import", file, "--commit", until=stop, timeout_s=60)
    check("a bar on a terminal", "Registering [" in seen, seen[-300:])
    check_words("it says that the import goes on", seen, "The import goes on in the node; `tracseq imports show ")
    made = [i for i in ask("imports", "list")["items"] if i["file_name"] == "long.csv"]
    if not check("the import is in the history", len(made) == 1, made):
        return
    until = time.monotonic() + 60
    while time.monotonic() < until:
        one = ask("imports", "show", made[0]["id"], name="imports show")
        if one["state"] == "completed":
            break
        time.sleep(0.2)
    check("it was finished without its client", one["state"] == "completed" and one["registered"] == 50_000, one)
    again = tell("import", file, "--commit", code=CONFLICT)
    check_words("asked again, it is recognised", again.stdout + again.stderr, "imported before")


def one_flow():
    """From the door to the sequencer, by command line alone."""
    for kind, name, parent in (("freezer", "Flow freezer", ""), ("shelf", "Flow shelf", "Flow freezer"),
                               ("rack", "Flow rack", "Flow shelf"), ("box", "Flow box", "Flow rack"),
                               ("box", "Other box", "Flow rack")):
        tell("storage", "add", "--kind", kind, "--name", name, *(["--parent", parent] if parent else []))
    for n in (1, 2):
        tell("sample", "register", "--name", f"Flow {n}", "--type", "DNA", "--barcode", f"FLOW-{n}",
             "--organism", "Homo sapiens", "--custom", "RIN=8.5")
        tell("sample", "receive", f"FLOW-{n}", "--condition", "frozen")
        tell("sample", "accept", f"FLOW-{n}")
        tell("sample", "place", f"FLOW-{n}", "--unit", "Flow box", "--slot", f"A{n}")
    taken = tell("sample", "place", "FLOW-2", "--unit", "Flow box", "--slot", "A1", code=CONFLICT)
    check_words("a taken slot says who holds it", taken.stderr, "A1", "Flow 1")
    now = time.time_ns()
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 1_000_000_000)) + f".{now // 1000 % 1_000_000:06d}Z"
    time.sleep(0.01)
    tell("sample", "place", "FLOW-1", "--unit", "Other box")
    tell("sample", "take-out", "FLOW-2", "--purpose", "library preparation")
    check("moved", ask("sample", "show", "FLOW-1")["place"]["unit_label"] == "Other box")
    past = ask("sample", "show", "FLOW-1", "--as-of", moment)
    check("--as-of shows where it was", past["place"]["unit_label"] == "Flow box", past["place"])
    slots = ask("storage", "map", "Flow box", "--as-of", moment)["slots"]
    check("and what the box held", [s["slot"] for s in slots] == ["A1", "A2"], slots)
    check_words("a moment that is none", tell("sample", "list", "--as-of", "yesterday", code=FAILED).stderr,
                "as_of", "yesterday")
    run_id = ask("run", "plan", "--name", "Flow run", "--instrument-model", "Illumina MiSeq", "--flow-cell",
                 "000000000-FLOW1")["id"]
    for n, index in ((1, "ATTACTCG"), (2, "TCCGGAGA")):
        tell("run", "assign", run_id, "--sample", f"FLOW-{n}", "--lane", 1, "--index-i7", index)
    for verb in ("validate", "queue", "start"):
        tell("run", verb, run_id)
    tell("run", "complete", run_id, "--yield-gbases", "7.5", "--q30-percent", "92.1")
    early = tell("run", "start", run_id, code=CONFLICT)
    check_words("a finished run", early.stderr, "Flow run", "completed")
    other = ask("run", "plan", "--name", "Flow run 2", "--instrument-model", "Illumina MiSeq", "--flow-cell",
                "000000000-FLOW2")["id"]
    tell("run", "assign", other, "--sample", "FLOW-1", "--lane", 1, "--index-i7", "ATTACTCG")
    for verb in ("validate", "queue", "start"):
        tell("run", verb, other)
    tell("run", "fail", other, "--reason", "The flow cell leaked")
    history = tell("history", "FLOW-1").stdout
    check_words("a history in plain words", history, "Operator", "registered", "received", "accepted", "Flow box",
                "Other box")
    reason = "The label had come off, and the tube was known again by the position that the sheet of the courier gave"
    tell("sample", "hold", "FLOW-2", "--reason", reason)
    check_words("a sentence is never cut", tell("history", "FLOW-2").stdout, reason)
    tell("sample", "end-hold", "FLOW-2")
    check_words("of a run", tell("history", other).stdout, "failed", "leaked")
    check_words("oldest first", tell("history", "FLOW-1", "--oldest-first").stdout.splitlines()[1], "registered")
    found = ask("search", "FLOW-1")["items"]
    check("search finds it", found[0]["barcode"] == "FLOW-1", found)
    check("every page, one after the other", len(ask("sample", "list", "--all", "--limit", "1", "--q", "flow")["items"])
          == 2)
    check_words("the history verifies", tell("audit", "verify").stdout, "The history verifies")


for test in (help_of_every_command, examples_are_right, exit_codes, wrong_usage, wrong_settings, config_show,
             openapi_document, output_for_programs_and_people, cluster_status, completion, imports, one_flow, stopped_import, exports):
    case(test)
node.stop()
support.finish()
