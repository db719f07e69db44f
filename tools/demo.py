#!/usr/bin/env python3
"""Fills a new laboratory through TracSeq's own commands: freezers and boxes, 336 samples with a
history, two runs, three notification rules. Every command carries its own key, so a demo that was cut
off goes on where it stopped, and a finished one is not made twice.
"""
import argparse
import concurrent.futures
import datetime
import itertools
import pathlib
import random
import sys
import threading
import time

from client import Api, Refused

DAY = datetime.timedelta(days=1)
# code, what, type, taxon, organism, collected where, home (temperature, first box), samples
PROJECTS = [
    ("LEUK-WES", "L", "DNA", 9606, "Homo sapiens", "Berlin, Germany", "-80", 48),
    ("GUT-2026", "G", "other", 408170, "human gut metagenome", "Utrecht, Netherlands", "-80", 54),
    ("COVSURV", "C", "RNA", 2697049, "Severe acute respiratory syndrome coronavirus 2",
     "Vienna, Austria", "-80", 60),
    ("RICE-RNA", "R", "RNA", 4530, "Oryza sativa", "Los Baños, Philippines", "-80", 48),
    ("YEAST-EVO", "Y", "DNA", 4932, "Saccharomyces cerevisiae", "Lab 2.14", "-20", 48),
    ("SOIL-MG", "S", "environmental", 410658, "soil metagenome", "Wageningen, Netherlands", "-20", 42),
    ("ZFISH", "Z", "tissue", 7955, "Danio rerio", "Aquarium 3", "-80", 36),
]
PEOPLE = ["A. Moreau", "J. Okafor", "L. Nowak", "S. Tanaka"]
INDEX_I7 = ["ATTACTCG", "TCCGGAGA", "CGCTCATT", "GAGATTCC", "ATTCAGAA", "GAATTCGT", "CTGAAGCT",
            "TAATGCGC", "CGGCTATG", "TCCGCGAA", "TCTCGCGC", "AGCGATAG"]
INDEX_I5 = ["TATAGCCT", "ATAGAGGC", "CCTATCCT", "GGCTCTGA", "AGGCGAAG", "TAATCTTA", "CAGGACGT",
            "GTACTGAC", "GACCTGTC", "TTAGCATC", "ACGTCAGT", "CTTGAACG"]


class Progress:
    """One line that grows on a terminal; a few lines elsewhere."""

    def __init__(self, total):
        self.total, self.done, self.lock = total, 0, threading.Lock()
        self.live, self.shown, self.began = sys.stderr.isatty(), -1, time.monotonic()

    def step(self):
        with self.lock:
            self.done += 1
            tenth = 10 * self.done // self.total
            if self.live:
                bar = "█" * (3 * tenth) + "░" * (30 - 3 * tenth)
                print(f"\rMaking the demo laboratory {bar} {self.done}/{self.total}\033[K", end="",
                      file=sys.stderr, flush=True)
            elif tenth // 5 > self.shown:
                self.shown = tenth // 5
                print(f"Making the demo laboratory: {self.done} of {self.total}", file=sys.stderr)

    def end(self):
        if self.live:
            print("\r\033[K", end="", file=sys.stderr)
        print(f"The demo laboratory is made ({time.monotonic() - self.began:.0f} s).", file=sys.stderr)


class Lab:
    """`today` is the day the demo began: one that goes on later sends the same bodies again."""

    def __init__(self, url, token, today):
        self.url, self.token, self.local = url, token, threading.local()
        self.random = random.Random(2026)
        self.progress = None
        self.today = datetime.datetime.combine(today, datetime.time(), datetime.timezone.utc)

    def api(self):
        if not hasattr(self.local, "api"):
            self.local.api = Api(self.url, self.token)
        return self.local.api

    def command(self, key, path, body):
        """One command; repeated when the node is busy, accepted when it was done before."""
        for attempt in itertools.count():
            answer = self.api().post(path, body, key="demo/" + key)
            if answer.ok:
                break
            if answer.status not in (429, 503) or attempt == 20:
                raise Refused(f"{key}: POST {path}", answer)
            time.sleep(0.05 * 2 ** min(attempt, 5))
        self.progress.step()
        return answer.body

    def day(self, days_ago, hour=9, minute=0):
        at = self.today - days_ago * DAY + datetime.timedelta(hours=hour, minutes=minute)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Rehearsal(Lab):
    """Counts the commands instead of sending them."""

    def __init__(self, today):
        super().__init__("", "", today)
        self.keys = []

    def command(self, key, path, body):
        self.keys.append(key)
        return {"id": key}


def storage_plan():
    """(key, body) of each unit, parents first."""
    units = [
        ("room", dict(kind="room", name="Room 2.14", barcode="ROOM-214")),
        ("aurora", dict(kind="freezer", name="Aurora", barcode="FRZ-AURORA", temperature="-80",
                        parent="ROOM-214")),
        ("boreas", dict(kind="freezer", name="Boreas", barcode="FRZ-BOREAS", temperature="-20",
                        parent="ROOM-214")),
        ("cygnus", dict(kind="freezer", name="Cygnus (liquid nitrogen)", barcode="FRZ-CYGNUS",
                        temperature="LN2", parent="ROOM-214")),
        ("fridge", dict(kind="shelf", name="Bench fridge", barcode="SHELF-FRIDGE", temperature="4",
                        parent="ROOM-214")),
        ("fridge-box", dict(kind="tube_rack", name="Fridge rack", barcode="RACK-FRIDGE",
                            temperature="4", parent="SHELF-FRIDGE")),
    ]
    for freezer, word, shelves in (("AURORA", "Aurora", 3), ("BOREAS", "Boreas", 2)):
        degrees = "-80" if freezer == "AURORA" else "-20"
        for shelf in range(1, shelves + 1):
            units.append((f"{freezer}-{shelf}", dict(
                kind="shelf", name=f"{word} shelf {shelf}", barcode=f"SHELF-{freezer}-{shelf}",
                temperature=degrees, parent=f"FRZ-{freezer}", slot=str(shelf))))
            units.append((f"{freezer}-{shelf}-rack", dict(
                kind="rack", name=f"{word} rack {shelf}", barcode=f"RACK-{freezer}-{shelf}",
                temperature=degrees, parent=f"SHELF-{freezer}-{shelf}")))
            for box in (1, 2):
                units.append((f"{freezer}-{shelf}-box-{box}", dict(
                    kind="box", name=f"{word} box {shelf}{'AB'[box - 1]}",
                    barcode=f"BOX-{freezer}-{shelf}{'AB'[box - 1]}", temperature=degrees,
                    layout=dict(rows=9, columns=9), parent=f"RACK-{freezer}-{shelf}", slot=str(box))))
    return units


def boxes(degrees):
    freezer, shelves = ("AURORA", 3) if degrees == "-80" else ("BOREAS", 2)
    return [f"BOX-{freezer}-{shelf}{side}" for shelf in range(1, shelves + 1) for side in "AB"]


def sample_plan(lab):
    """One entry per sample: what it is, and where it will stand."""
    places = {degrees: ((box, f"{row}{column}") for box in boxes(degrees) for row in "ABCDEFGHI"
                        for column in range(1, 10)) for degrees in ("-80", "-20")}
    plan = []
    for code, letter, kind, taxon, organism, where, degrees, count in PROJECTS:
        for n in range(1, count + 1):
            draw = lab.random
            ago = 60 - 8 * (n // 12) - PROJECTS.index((code, letter, kind, taxon, organism, where,
                                                       degrees, count))
            body = dict(
                name=f"{letter}{n:03d}", project=code, submission=f"{code}-{1 + (n - 1) // 24}", type=kind,
                taxon_id=taxon, organism=organism, collected_where=where,
                collected_by=draw.choice(PEOPLE), collected_at=lab.day(ago + 5),
                requires_temperature=[degrees], volume_ul=float(draw.randrange(20, 200)),
                occurred_at=lab.day(ago, 8, n % 60))
            if kind in ("DNA", "RNA"):
                body["concentration_ng_per_ul"] = round(draw.uniform(4, 120), 1)
            if kind == "RNA":
                body["custom"] = {"RIN": f"{draw.uniform(6.5, 9.8):.1f}"}
            plan.append(dict(key=f"sample-{letter}{n:03d}", ago=ago, body=body,
                             home=next(places[degrees])))
    return plan


def tell_story(lab, sample, n):
    """From the door to its place, for the n-th sample."""
    key, ago = sample["key"], sample["ago"]
    made = lab.command(key, "/samples", sample["body"])
    sample["id"] = made["id"]
    path = f"/samples/{made['id']}"
    if n % 40 == 39:  # announced, not here yet
        return
    lab.command(key + "/receive", path + ":receive",
                dict(condition="on dry ice", temperature_celsius=-71.5 + n % 5,
                     occurred_at=lab.day(ago - 1, 10, n % 60)))
    if n == 77:
        lab.command(key + "/reject", path + ":reject",
                    dict(reason="The tube arrived thawed and open", occurred_at=lab.day(ago - 1, 11)))
        return
    if n % 23 == 22:  # waits for its quality check
        return
    lab.command(key + "/accept", path + ":accept", dict(occurred_at=lab.day(ago - 1, 14, n % 60)))
    if n == 150:
        lab.command(key + "/hold", path + ":hold",
                    dict(reason="The submitter asks to wait for a consent form"))
        return
    box, slot = sample["home"]
    lab.command(key + "/place", path + ":place",
                dict(unit=box, slot=slot, occurred_at=lab.day(ago - 1, 15, n % 60)))


def later_days(lab, samples):
    """What happened to some of them afterwards."""
    of = {s["body"]["name"]: s for s in samples}
    jobs = []
    for n, name in enumerate(("L001", "L002", "L003", "L004", "R010", "R011", "C020", "Z005")):
        jobs.append((f"move-{name}", f"/samples/{of[name]['id']}:place",
                     dict(unit="RACK-FRIDGE", override_reason="Thawing for library preparation",
                          occurred_at=lab.day(3, 8, n))))
    for n, name in enumerate(("Y001", "Y002", "Y003", "S001", "S002", "G007")):
        jobs.append((f"out-{name}", f"/samples/{of[name]['id']}:take-out",
                     dict(purpose="Library preparation", due_at=lab.day(-2, 17),
                          occurred_at=lab.day(1, 9, n))))
    jobs.append(("correct-R002", f"/samples/{of['R002']['id']}:correct",
                 dict(organism="Oryza sativa Indica Group", taxon_id=39946,
                      reason="The submitter named the subspecies later")))
    jobs.append(("relabel-C003", f"/samples/{of['C003']['id']}:relabel",
                 dict(reason="The first label came off in the freezer")))
    jobs.append(("discard-S042", f"/samples/{of['S042']['id']}:discard",
                 dict(reason="Used up in the pilot", how="Biohazard waste")))
    return jobs


def runs(lab, samples):
    of = {s["body"]["name"]: s for s in samples}
    plans = [
        ("run-1", dict(name="Rice transcriptomes, batch 1", instrument="Iris",
                       instrument_model="Illumina NextSeq 500", lanes=4, project="RICE-RNA",
                       flow_cell="HVG5KBGXK", read_structure="76T8B8B76T"), "R", 12,
         [("validate", {}), ("queue", {}), ("start", dict(occurred_at=lab.day(6, 17))),
          ("complete", dict(yield_gbases=118.4, q30_percent=87.2, occurred_at=lab.day(5, 23)))]),
        ("run-2", dict(name="SARS-CoV-2 week 47", instrument="Otto", instrument_model="Illumina MiSeq",
                       lanes=1, project="COVSURV", flow_cell="000000000-KTB5N",
                       read_structure="151T8B8B151T"), "C", 10,
         [("validate", {}), ("queue", {}), ("start", dict(occurred_at=lab.day(1, 6)))]),
    ]
    for key, body, letter, count, steps in plans:
        run = lab.command(key, "/runs", body)
        chosen = [f"{letter}{n:03d}" for n in range(24, 60)
                  if of.get(f"{letter}{n:03d}", {}).get("body")][:count]
        for n, name in enumerate(chosen):
            lab.command(f"{key}/{name}", f"/runs/{run['id']}:assign",
                        dict(sample=of[name]["id"], lane=1 + n % body["lanes"], index_i7=INDEX_I7[n],
                             index_i5=INDEX_I5[n], override_reason="Demo laboratory"))
        for verb, extra in steps:
            lab.command(f"{key}/{verb}", f"/runs/{run['id']}:{verb}", extra)


RULES = [
    ("rule-1", dict(name="A sample is rejected", event_types=["sample_rejected"], channel="inbox",
                    recipient="operator", urgency="high")),
    ("rule-2", dict(name="A run ends", event_types=["run_completed", "run_failed", "run_aborted"],
                    channel="inbox", recipient="operator", urgency="normal")),
    ("rule-3", dict(name="A tube leaves storage", event_types=["tube_taken_out"], channel="inbox",
                    recipient="operator", urgency="low")),
]


def make(lab):
    units, samples = storage_plan(), sample_plan(lab)
    for key, body in units:
        lab.command("unit-" + key, "/storage-units", body)
    for key, body in RULES:
        lab.command(key, "/notification-rules", body)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(tell_story, lab, s, n) for n, s in enumerate(samples)]:
            done.result()
        for done in [pool.submit(lab.command, *job) for job in later_days(lab, samples)]:
            done.result()
    runs(lab, samples)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", default="http://127.0.0.1:8089")
    options.add_argument("--token-file", type=pathlib.Path, help="holds the operator's token")
    options.add_argument("--today", type=datetime.date.fromisoformat,
                         default=datetime.datetime.now(datetime.timezone.utc).date(),
                         help="the day the demo was begun, where it goes on")
    given = options.parse_args()
    token = given.token_file.read_text().strip() if given.token_file else ""
    lab = Lab(given.url, token, given.today)
    try:
        strangers = lab.api().must("GET", "/samples?limit=1")["items"]
        if strangers and lab.api().get("/barcodes/FRZ-AURORA").status == 404:
            print("This laboratory has samples of its own; no demo is added.", file=sys.stderr)
            return 0
        rehearsal = Rehearsal(given.today)
        make(rehearsal)
        lab.progress = Progress(len(rehearsal.keys))
        make(lab)
        lab.progress.end()
    except Refused as refused:
        print(f"\ntools/demo.py: {refused}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"\ntools/demo.py: no answer from {given.url}: {problem}", file=sys.stderr)
        return 6
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
