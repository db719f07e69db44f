#!/usr/bin/env python3
"""kill -9 at random moments of an import of 2,000 rows, on both engines: it completes once, or is as if
it had never been asked for, with nothing left reserved.

    tests/crash/import_test.py [--engine embedded|kafka|both] [--kills N] [--seed N]
"""
import hashlib
import http.client
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import support  # noqa: E402
from support import Node, check  # noqa: E402
from crash_test import examine, main_of  # noqa: E402
from records import Records  # noqa: E402

ROWS = 2_000
ENDS_S = 90  # a listing that nobody goes on with gives up by itself


def sheet(number):
    """Two thirds of the rows bring their label, the others get one."""
    lines = ["Sample name,Barcode,Type"]
    lines += [f"I{number}-{n},{f'IMP-{number}-{n:05d}' if n % 3 else ''},DNA" for n in range(ROWS)]
    return "\n".join(lines).encode()


class Asker(threading.Thread):
    """Sends one import and writes down what it was told, if anything."""

    def __init__(self, node, number, key, records):
        super().__init__(daemon=True)
        self.node, self.number, self.key, self.answer, self.asked = node, number, key, None, threading.Event()
        self.records = records
        api, data = self.api(), sheet(number)
        shown = api.request("POST", f"/imports/preview?filename=import-{number}.csv", raw=data,
                            headers={"Content-Type": "application/octet-stream"})
        if not shown.ok or not shown.body["can_commit"]:
            raise RuntimeError(f"the preview: {shown.problem}")
        self.body = dict(preview_id=shown.body["preview_id"], sha256=hashlib.sha256(data).hexdigest())

    def api(self):
        return self.records.api(self.node.url, self.node.token(), f"asker {self.number}")

    def run(self):
        api = self.api()
        self.asked.set()
        try:
            self.answer = api.post("/imports", self.body, key=self.key)
        except (OSError, http.client.HTTPException):
            pass


def kill_in(node, kills, draw, records):
    """One import after the other, each killed at its own moment; what became of each is asked later."""
    began = time.monotonic()
    asker = Asker(node, 0, "whole", records)
    asker.start()
    asker.join(60)
    check("an import that is left alone completes", asker.answer is not None and asker.answer.ok)
    support.wait_quiet(node.api())
    whole_s, asked = time.monotonic() - began, [asker]
    for number in range(1, kills + 1):
        asker = Asker(node, number, f"import-{number}", records)
        asker.start()
        asker.asked.wait(10)
        # Its rows are listed in the first moments.
        time.sleep(draw.uniform(0, 0.1 if number % 2 else whole_s))
        node.kill()
        asker.join(30)
        node.start(timeout_s=90)
        asked.append(asker)
        if draw.random() < 0.5:  # the same request again, as a careful client does
            again = asker.api().post("/imports", asker.body, key=asker.key)
            check("a repeat is answered by what the first one began, or knows of nothing",
                  again.ok or again.status == 404, again.problem)
    return asked


def judge(node, asked, state):
    """Each import, all of it or nothing."""
    imports = {i["file_name"]: i for i in node.api().everything("/imports")}
    check("no import was made twice", len(imports) == len(list(node.api().everything("/imports"))))
    ends, wrong = {}, []
    for asker in asked:
        mine = imports.get(f"import-{asker.number}.csv")
        end = mine["state"] if mine else "never asked"
        ends[end] = ends.get(end, 0) + 1
        samples = [s for s in state.samples.values() if s.details["name"].startswith(f"I{asker.number}-")]
        labels = [label for label in state.barcodes if label.startswith(f"IMP-{asker.number}-")]
        if end == "completed":
            whole = len(samples) == ROWS and len({s.details["name"] for s in samples}) == ROWS
            given = all(state.barcodes[s.details["barcode"]][1] == "assigned" for s in samples)
            if not whole or not given:
                wrong.append(f"import {asker.number} completed with {len(samples)} samples, labels {given}")
        elif end not in ("abandoned", "never asked") or samples or labels:
            wrong.append(f"import {asker.number} is {end}, {len(samples)} samples, {len(labels)} labels")
        if asker.answer is not None and asker.answer.status == 201 and end != "completed":
            wrong.append(f"import {asker.number} was acknowledged, and is {end}")
    print(f"        {ends}", flush=True)
    check("each import completed once, or is as if never asked for", not wrong, wrong[:3])
    return ends


def imports_killed(engine, kills, seed):
    """kills in imports"""
    draw = random.Random(seed)
    node = Node(support.new_folder() / "data", support.fresh_topic("import") if engine == "kafka" else "")
    node.start()
    records = Records(support.new_folder("records") / "clients.ndjson")
    asked = kill_in(node, kills, draw, records)
    check("every import comes to its end by itself", support.wait_quiet(node.api(), ENDS_S))
    _, state = examine(node, records=records)
    judge(node, asked, state)
    node.stop()


if __name__ == "__main__":
    main_of(__doc__, imports_killed, max(4, int(os.environ.get("TRACSEQ_KILLS", "100")) // 4))
