#!/usr/bin/env python3
"""Rules of the source that no compiler checks: who may include whom, how long a file may grow, what
the documents promise."""
import re
import subprocess
import sys

import support
from support import PROJECT, case, check

CODE = ("events", "actors", "projections", "node")
LINES_MAX = 480  # it only ever shrinks
COLUMNS_MAX = 120  # the rule is 100; a long sentence may hang over a little
# A header of these libraries is seen only by the files that match.
HEAVY = {
    r"caf/": r"^actors/runtime/|^tests/runtime/",
    r"librdkafka/": r"^events/log/kafka_",
    r"rocksdb/": r"^projections/store|^tools/bench|^tests/projections/",
    r"boost/(beast|asio)": r"^node/http/(server|client)|^node/channels/|^node/cli/|^node/cluster/(connection|links|name_lookup)|^node/tls_certificate\.cpp|^tools/bench|^tests/|^node/http/",
    r"cereal/": r"^events/codec\.hpp$",
}
# Folder → folders it may include from.
MAY = {
    "events": {"events"},
    "actors": {"actors", "events"},
    "projections": {"projections", "events"},
    "node": {"node", "actors", "projections", "events"},
}


def sources(*folders):
    for folder in folders:
        for path in sorted((PROJECT / folder).rglob("*.?pp")):
            yield path, str(path.relative_to(PROJECT))


def includes_follow_the_rules():
    wrong = []
    for path, name in sources(*CODE):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := re.match(r'#include "(\w+)/', line):
                if match[1] not in MAY[name.split("/")[0]]:
                    wrong.append(f"{name}:{number} includes {match[1]}/")
            for library, allowed in HEAVY.items():
                if re.match(rf"#include <{library}", line) and not re.search(allowed, name):
                    wrong.append(f"{name}:{number} includes {line.split()[1]}")
    check("no forbidden include", not wrong, wrong[:5])


def headers_are_light():
    """What many files include must not pull in a heavy library."""
    wrong = []
    for path, name in sources(*CODE):
        if path.suffix == ".hpp":
            for library, private in (("caf/", "actors/runtime/"), ("boost/beast", "node/http/server"),
                                     ("rocksdb/", "projections/store_core"), ("nlohmann/json.hpp", "-"),
                                     ("librdkafka/", "events/log/kafka_client"), ("spdlog/", "-")):
                if f"#include <{library}" in path.read_text() and not name.startswith(private):
                    wrong.append(f"{name} includes {library}")
    check("no heavy library in a header", not wrong, wrong[:5])


def files_stay_small():
    long_files = [f"{name}: {count} lines" for path, name in sources(*CODE)
                  if (count := len(path.read_text().splitlines())) > LINES_MAX]
    check(f"no source file over {LINES_MAX} lines", not long_files, long_files)
    wide = [f"{name}:{n}" for path, name in sources(*CODE)
            for n, line in enumerate(path.read_text().splitlines(), 1) if len(line) > COLUMNS_MAX and '"' not in line]
    check(f"no line over {COLUMNS_MAX} columns", not wide, wide[:5])


def headers_guard_and_explain():
    wrong = [name for path, name in sources(*CODE) if path.suffix == ".hpp"
             and not re.match(r"#pragma once\n(//|\n//|\n*namespace|\n*#include|///)", path.read_text())]
    check("every header begins with #pragma once", not wrong, wrong[:5])


def described_structs_name_every_member():
    """A member that BOOST_DESCRIBE_STRUCT leaves out is in no bytes, no row and no answer: it is lost, silently."""
    wrong, seen = [], 0
    for path, name in sources(*CODE):
        text = re.sub(r"//[^\n]*", "", path.read_text())
        for said in re.finditer(r"BOOST_DESCRIBE_STRUCT\(\s*([\w:]+),\s*\([^)]*\),\s*\(([^)]*)\)\)", text):
            struct = re.escape(said[1].split("::")[-1])
            bodies = re.findall(rf"^( *)struct {struct}(?: : [^{{]*)? \{{$(.*?)^\1\}};$", text[:said.start()], re.M | re.S)
            if not bodies:
                continue  # has no members, or is written in one line
            seen += 1
            indent, body = bodies[-1]
            members = re.findall(
                rf"^{indent}  (?!static|using|friend|return)[\w:]+(?:<[^;()]*>)? (\w+)(?:\s*=[^;]*|\{{[^;]*\}})?;", body, re.M)
            listed = [one.strip() for one in said[2].split(",")]
            wrong += [f"{name}: {said[1]} does not describe {one}" for one in members if one not in listed]
    check("every member of a described struct is described", seen > 200 and not wrong, wrong[:5] or f"only {seen} seen")


def formats_are_documented():
    done = subprocess.run([sys.executable, PROJECT / "tools" / "event-formats", "--check"],
                          capture_output=True, text=True)
    check("docs/formats.md lists today's events", done.returncode == 0, done.stderr)


def documents_point_at_what_is_there():
    wrong = []
    pages = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
    for page in pages:
        text = page.read_text()
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not (page.parent / target).exists():
                wrong.append(f"{page.name} → {target}")
        plain = re.sub(r"```.*?```", "", text, flags=re.S)
        for target in re.findall(r"`((?:events|actors|projections|node|tests|tools|ui|config|docs)/[\w./-]+)`",
                                 plain):
            if re.search(r"/x\.|check_outs|instrument|routes_x", target):
                continue  # the how-tos' example
            if not (PROJECT / target).exists() and not list(PROJECT.glob(target + ".*")):
                wrong.append(f"{page.name} → {target}")
    check("every file that a document names is there", not wrong, wrong[:8])


def shell_scripts_parse():
    wrong = []
    for path in sorted((PROJECT / "tools").iterdir()):
        if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash"):
            done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
            if done.returncode:
                wrong.append(done.stderr)
    check("every script parses", not wrong, wrong)


for test in (includes_follow_the_rules, headers_are_light, files_stay_small, headers_guard_and_explain,
             described_structs_name_every_member, formats_are_documented, documents_point_at_what_is_there, shell_scripts_parse):
    case(test)
support.finish()
