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


def here():
    """Which program on which machine: a run that is taken up again may go on with others."""
    return dict(commit=said("git", "describe", "--always", "--dirty"),
                machine=f"{processor()}, {len(os.sched_getaffinity(0))} cores, {platform.platform()}")


def write(path, state, chosen, size, not_done, of_all):
    """A table of the attacks, what was measured, then every violation with the command that repeats it."""
    finished = state["finished"]
    hours, work = (sum(f[name] for f in finished) / 3600 for name in ("seconds", "cpu_s"))
    wrong = [f for f in finished if f["violations"]]
    lines = [
        "# Chaos", "",
        f"`tools/chaos {'nightly' if size == 'nightly' else 'pr'}` ({size}), written {moment(time.time())}. Seed "
        f"{state['seed']}; {len(finished)} rounds of {hours:.2f} hours, mostly two side by side, with "
        f"{work:.2f} hours of processor.", "",
        f"**{len(wrong)} rounds of {len(finished)} broke a promise.** Zero in N means, at 95 %, a probability below "
        "3/N.", "",
        "| attack | what it does | engine | counted | done | of | rounds violated | slowest round |",
        "|---|---|---|---|---|---|---|---|"]
    for attack in chosen:
        for engine in attack.ENGINES:
            mine = [f for f in finished if (f["attack"], f["engine"]) == (attack.NAME, engine)]
            total, slowest = attack.ROUNDS[size] * attack.EACH, max((f["seconds"] for f in mine), default=0)
            if total or mine:
                lines.append(f"| {attack.NAME} | {attack.ABOUT} | {engine} | {attack.UNIT} | "
                             f"{len(mine) * attack.EACH:,} | {total:,} | "
                             f"{sum(bool(f['violations']) for f in mine)} | {slowest:.0f} s |")
    lines += [""] * bool(of_all) + [f"{name}: {words}{'' if holds else ', which is **too little**'}."
                                    for name, (words, holds) in of_all.items()]
    lines += figures(finished) + parts(finished) + violations(wrong) + seeds(finished)
    if not_done:
        lines += ["", "## Not done", ""] + [f"* {words}." for words in not_done]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def moment(at):
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def figures(finished):
    """What rounds measured."""
    values = {}
    for f in finished:
        for name, some in f["measured"].items():
            values.setdefault((f["attack"], f["engine"], name), []).extend(some)
    if not values:
        return []
    lines = ["", "## Figures", "", "| attack | engine | figure | values | lowest | p50 | p99 | highest |",
             "|---|---|---|---|---|---|---|---|"]
    for (attack, engine, name), all_ in sorted(values.items()):
        all_.sort()
        lines.append(f"| {attack} | {engine} | {name} | {len(all_)} | {all_[0]:g} | {percentile(all_, 0.5):g} | "
                     f"{percentile(all_, 0.99):g} | {all_[-1]:g} |")
    return lines


def parts(finished):
    """Which commit ran on which machine, and when."""
    lines, found = ["", "## Parts", "", "| commit | machine | rounds | first | last |", "|---|---|---|---|---|"], {}
    for f in finished:
        found.setdefault((f["commit"], f["machine"]), []).append(f["at"])
    return lines + [f"| {commit} | {machine} | {len(at)} | {moment(min(at))} | {moment(max(at))} |"
                    for (commit, machine), at in found.items()]


def violations(wrong):
    lines = ["", "## Violations", ""] + ["None."] * (not wrong)
    for f in wrong:
        lines += [f"### {f['attack']}, {f['engine']}, round {f['n']}", "",
                  f"At {f['commit']}: `tools/chaos pr --only {f['attack']} --engine {f['engine']} --round {f['n']} "
                  f"--seed {f['seed']}`", "", "```", *f["violations"][:5], "```", ""]
    return lines


def seeds(finished):
    """Every round with its seed, for whoever repeats one."""
    lines = ["", "## Seeds", "",
             "What repeats a round: `tools/chaos pr --only ATTACK --engine ENGINE --round N --seed S`.", "",
             "| attack | engine | round:seed |", "|---|---|---|"]
    found = {}
    for f in finished:
        found.setdefault((f["attack"], f["engine"]), []).append((f["n"], f["seed"]))
    return lines + [f"| {attack} | {engine} | {' '.join(f'{n}:{seed}' for n, seed in sorted(some))} |"
                    for (attack, engine), some in sorted(found.items())]
