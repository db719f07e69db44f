"""The report of a run: what was attacked how often, with which seeds, and what broke."""
import os
import pathlib
import platform
import subprocess
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent


def said(*command):
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def write(path, state, chosen, size, skipped):
    """A table of the attacks, then every violation with the command that repeats it."""
    finished = state["finished"]
    day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    hours = sum(f["seconds"] for f in finished) / 3600
    wrong = [f for f in finished if f["violations"]]
    lines = [
        "# Chaos", "",
        f"`tools/chaos {'nightly' if size == 'nightly' else 'pr'}` ({size}), finished {day}: commit "
        f"{said('git', 'describe', '--always', '--dirty')}, {processor()}, {len(os.sched_getaffinity(0))} cores, "
        f"{platform.platform()}. Seed {state['seed']}; {len(finished)} rounds in {hours:.2f} hours.", "",
        f"**{len(wrong)} rounds of {len(finished)} broke a promise.** Zero in N rounds means, at 95 %, a "
        "probability below 3/N.", "",
        "| attack | what it does | engine | counted | done | of | violated | slowest round |",
        "|---|---|---|---|---|---|---|---|"]
    for attack in chosen:
        for engine in attack.ENGINES:
            mine = [f for f in finished if (f["attack"], f["engine"]) == (attack.NAME, engine)]
            total, slowest = attack.ROUNDS[size] * attack.EACH, max((f["seconds"] for f in mine), default=0)
            lines.append(f"| {attack.NAME} | {attack.ABOUT} | {engine} | {attack.UNIT} | {len(mine) * attack.EACH} | "
                         f"{total} | {sum(bool(f['violations']) for f in mine)} | {slowest:.0f} s |")
    lines += figures(finished)
    lines += ["", "## Violations", ""]
    if not wrong:
        lines.append("None.")
    for f in wrong:
        lines += [f"### {f['attack']}, {f['engine']}, round {f['n']}", "",
                  f"`tools/chaos pr --only {f['attack']} --engine {f['engine']} --round {f['n']} "
                  f"--seed {f['seed']}`", ""]
        lines += ["```", *(words for words in f["violations"][:5]), "```", ""]
    if skipped:
        lines += ["", "## Not done", ""] + [f"* {name}: {why}." for name, why in skipped.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def figures(finished):
    """What rounds measured: the worst and the median of each figure."""
    values = {}
    for f in finished:
        for name, value in f.get("measured", {}).items():
            values.setdefault((f["attack"], f["engine"], name), []).append(value)
    if not values:
        return []
    lines = ["", "| attack | engine | figure | rounds | lowest | median | highest |", "|---|---|---|---|---|---|---|"]
    for (attack, engine, name), all_ in sorted(values.items()):
        all_.sort()
        lines.append(f"| {attack} | {engine} | {name} | {len(all_)} | {all_[0]:g} | {all_[len(all_) // 2]:g} | "
                     f"{all_[-1]:g} |")
    return lines
