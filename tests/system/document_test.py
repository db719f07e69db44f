#!/usr/bin/env python3
"""The OpenAPI document: right under a linter, and true: requests that are generated from it never meet an
error of the server or a status that it does not name.

    TRACSEQ_DOCUMENT_SECONDS   how long requests are generated (60)
    TRACSEQ_SEED               of the generator
"""
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import support
from support import Node, PROJECT, case, check, check_words

HERE = pathlib.Path(__file__).parent / "document"
TOOLS = PROJECT / "var" / "document"
SECONDS = int(os.environ.get("TRACSEQ_DOCUMENT_SECONDS", "60"))
SEED = os.environ.get("TRACSEQ_SEED") or str(random.randrange(1 << 30))
PYTHON = "/usr/bin/python3" if pathlib.Path("/usr/bin/pip3").exists() else sys.executable
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
STATUSES = ("400", "401", "403", "404", "408", "409", "412", "413", "414", "415", "422", "431", "500", "503", "507")

folder = support.new_folder("document")
node = Node(folder / "data").start()
document = node.api().get("//openapi.json").body
(folder / "openapi.json").write_text(json.dumps(document))


def installed(name, files, command):
    """A folder of var/ with what `command` brings; made anew when the pinned versions change."""
    stamp = hashlib.sha256(b"".join((HERE / f).read_bytes() for f in files) + PYTHON.encode()).hexdigest()
    home = TOOLS / name
    if not (home / ".stamp").exists() or (home / ".stamp").read_text() != stamp:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for file in files:
            shutil.copy(HERE / file, home)
        done = subprocess.run(command(home), cwd=home, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{name} could not be fetched: {(done.stdout + done.stderr)[-800:]}")
        (home / ".stamp").write_text(stamp)
    return home


def linted():
    home = installed("redocly", ["package.json", "package-lock.json"],
                     lambda _: ["npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts"])
    program = home / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
    done = subprocess.run(["node", str(program), "lint", str(folder / "openapi.json"), "--extends", "recommended",
                           "--format", "json"], capture_output=True, text=True, cwd=folder,
                          env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})
    found = json.loads(done.stdout[done.stdout.index("{"):])
    problems = [f"{p['ruleId']}: {p['message']} {p['location'][0].get('pointer', '')}" for p in found["problems"]]
    check("the linter finds no error", found["totals"]["errors"] == 0 and done.returncode == 0, problems[:10])
    check("and nothing to warn of", found["totals"]["warnings"] == 0, problems[:10])


def complete():
    """What no linter asks for."""
    check("OpenAPI 3.1", document["openapi"].startswith("3.1."), document["openapi"])
    operations = [(path, verb, what) for path, verbs in document["paths"].items() for verb, what in verbs.items()]
    names = [what["operationId"] for _, _, what in operations]
    check("each operation has a name of its own", len(set(names)) == len(names) and len(names) > 70, len(names))
    for path, verb, what in operations:
        where = f"{verb.upper()} {path}"
        answers = what["responses"]
        check(f"{where}: a summary", what["summary"] and what["summary"][0].isupper(), what)
        check(f"{where}: a way to succeed", any(status[0] == "2" for status in answers), list(answers))
        problems = [s for s in answers if s[0] in "45" and s != "503" or s == "503" and path != "/readyz"]
        check(f"{where}: problems are problems", all(
            "application/problem+json" in answers[s]["content"] for s in problems), problems)
        check(f"{where}: every status has words", all(a.get("description") for a in answers.values()))
        undescribed = [p.get("name") for p in what.get("parameters", [])
                       if "$ref" not in p and not p.get("description")]
        check(f"{where}: parameters are described", not undescribed, undescribed)
        if path.startswith("/api/"):
            check(f"{where}: who may ask", "401" in answers, list(answers))
        if verb == "post" and path != "/api/v1/imports/preview" and path.startswith("/api/"):
            refs = {p["$ref"].rsplit("/", 1)[1] for p in what["parameters"] if "$ref" in p}
            check(f"{where}: a key, and an ETag where there is one thing",
                  refs == ({"idempotency_key", "if_match"} if "{id}" in path else {"idempotency_key"}), refs)
    unknown = {s for _, _, what in operations for s in what["responses"] if s[0] in "45"} - set(STATUSES)
    check("no status that nobody expects", not unknown, unknown)
    nameless = [name for name, schema in document["components"]["schemas"].items()
                if schema.get("type") == "object" and "properties" not in schema]
    check("every schema says its members", not nameless, nameless)
    text = subprocess.run([support.PROGRAM, "--help"], capture_output=True, text=True).stdout
    spoken = {what["x-cli"].split()[1] for _, _, what in operations if "x-cli" in what}
    check_words("its commands are commands", text, *spoken)


def generated_requests(home, seed):
    """Schemathesis: examples, edges of every field, then chance; right and wrong values. One worker: with two
    it stumbles over itself now and then."""
    return subprocess.run(
        [PYTHON, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", node.url + "/openapi.json",
         "-H", f"Authorization: Bearer {node.token()}", "--phases", "examples,coverage,fuzzing", "-n", "5", "-c",
         CHECKS, "-w", "1", "--seed", seed, "--no-shrink", "--continue-on-failure", "--max-time", str(SECONDS),
         "--warnings", "off"],
        capture_output=True, text=True, cwd=folder, timeout=SECONDS + 60,
        env={**os.environ, "PYTHONPATH": str(home / "lib"), "NO_COLOR": "1"})


def true():
    home = installed("schemathesis", ["requirements.txt"], lambda here: [
        PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(here / "lib"),
        "-r", str(here / "requirements.txt")])
    began = node.api().must("GET", "/system")["uptime_seconds"]
    done = generated_requests(home, SEED)
    if done.returncode != 0 and "= FAILURES =" not in done.stdout:
        print(f"        the generator itself failed, and is begun again: {done.stdout[-1500:]}{done.stderr[-500:]}")
        done = generated_requests(home, str(int(SEED) + 1))
    shown = done.stdout.partition("= FAILURES =")[2] or done.stdout[-1400:] + done.stderr
    check(f"no server error, no status that is not documented (seed {SEED})", done.returncode == 0, shown[:1400])
    tried = re.search(r"^ *(\d+) generated", done.stdout, re.M)
    check("hundreds were tried", tried and int(tried[1]) > 500, done.stdout[-300:])
    print(f"        {tried[1] if tried else 0} requests")
    check("the node is the same, and ready", node.process.poll() is None
          and node.api().must("GET", "/system")["uptime_seconds"] > began
          and node.api().get("//readyz").status == 200)
    errors = [line for line in node.words().splitlines() if '"level":"error"' in line]
    check("the node's log holds no error", not errors, errors[:3])


for test in (complete, linted, true):
    case(test)
node.stop()
support.finish()
