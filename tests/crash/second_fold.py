#!/usr/bin/env python3
"""The laboratory computed a second time, by other people's hands: from an export, in Python, by the
words of docs/formats.md. Knows the rules that must hold at every prefix of the history, too.

    tests/crash/second_fold.py EXPORT      says what it found; exit code 1 if a rule is broken
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "verify"))
from history import History, as_json, command_id, partition_of  # noqa: E402,F401

FINAL = {"rejected", "archived", "discarded"}


class Sample:
    def __init__(self, details, import_id):
        self.details, self.import_id = details, import_id
        self.stage, self.stage_before, self.held = "registered", "registered", False
        self.place, self.aliases, self.out, self.version = None, [], False, 0

    @property
    def state(self):
        if self.held:
            return "on_hold"
        if self.stage == "accepted" and self.place:
            return "in_storage"
        return self.stage


class Unit:
    def __init__(self, data):
        self.kind, self.name, self.barcode = data["unit"], data["name"], data["barcode"]
        self.layout, self.slots, self.parent = data["layout"], {}, None
        self.state, self.version = "available", 0


class Fold:
    """Takes accepted commits in the order of their partition; other partitions may come between."""

    def __init__(self):
        self.samples, self.units, self.barcodes, self.runs = {}, {}, {}, {}
        self.versions, self.commands, self.broken = {}, {}, []
        self.open_processes, self.ended = set(), {}
        self.groups, self.torn = {}, set()

    def rule(self, holds, commit, words):
        if not holds:
            self.broken.append(f"partition {commit['partition']}, offset {commit['offset']}, "
                               f"{commit['stream']}: {words}")

    def take(self, commit, partitions):
        stream = commit["stream"]
        kind, key = stream.split("/", 1)
        self.rule(partition_of(stream, partitions) == commit["partition"], commit, "wrong partition")
        version = self.versions.get(stream, 0)
        self.rule(commit["base_version"] == version, commit,
                  f"version {commit['base_version']} follows {version}")
        self.follow_group(commit)
        earlier = self.commands.setdefault((commit["command_id"], stream), commit)
        self.rule(earlier is commit, commit, f"command {commit['command_id']} acted twice")
        for event in commit["events"]:
            version += 1
            step = getattr(self, f"{kind}__{event['name']}", None)
            if step:
                step(key, event["data"], commit)
            if entity := self.samples.get(key) or self.units.get(key):
                entity.version = version
            if kind in ("move", "discard", "import"):
                ended = event["name"].split("_", 1)[1] in (
                    "completed", "ended_refused", "reservations_released", "abandoned")
                if kind == "discard" and event["name"] == "discard_refused":
                    ended = True
                (self.open_processes.discard if ended else self.open_processes.add)(stream)
                if ended:
                    self.ended[stream] = event["name"]
        self.versions[stream] = version

    def follow_group(self, commit):
        """A group whose last commit never came was cut off: its command was not done, and may be later."""
        open_group = self.groups.pop(commit["partition"], [])
        if open_group and open_group[0]["command_id"] != commit["command_id"]:
            for part in open_group:
                self.torn.add((part["partition"], part["offset"]))
                self.commands.pop((part["command_id"], part["stream"]), None)
            open_group = []
        if commit["flags"]:
            self.groups[commit["partition"]] = open_group + [commit]

    # ---- samples

    def sample__sample_registered(self, key, data, commit):
        self.rule(key not in self.samples, commit, "registered twice")
        self.samples[key] = Sample(data["details"], data["import_id"])

    def sample__sample_received(self, key, data, commit):
        self.stage(key, commit, {"registered"}, "received")

    def sample__sample_accepted(self, key, data, commit):
        self.stage(key, commit, {"received"}, "accepted")

    def sample__sample_rejected(self, key, data, commit):
        self.final(key, commit, {"received"}, "rejected")

    def sample__sample_corrected(self, key, data, commit):
        self.samples[key].details = data["details"]

    def sample__sample_relabelled(self, key, data, commit):
        sample = self.samples[key]
        self.rule(sample.details["barcode"] == data["old_barcode"], commit, "another label came off")
        if data["new_barcode"] in sample.aliases:
            sample.aliases.remove(data["new_barcode"])
        if data["old_barcode"]:
            sample.aliases.append(data["old_barcode"])
        sample.details = {**sample.details, "barcode": data["new_barcode"]}

    def sample__tube_placed(self, key, data, commit):
        sample = self.samples[key]
        came_from = (data["from_unit_id"], data["from_slot"]) if data["from_unit_id"] else None
        self.rule(sample.place == came_from, commit, f"stood in {sample.place}, moved from {came_from}")
        sample.place, sample.out = (data["unit_id"], data["slot"]), False

    def sample__tube_taken_out(self, key, data, commit):
        sample = self.samples[key]
        self.rule(sample.place == (data["from_unit_id"], data["from_slot"]), commit,
                  f"stood in {sample.place}")
        sample.place, sample.out = None, True

    def sample__sample_held(self, key, data, commit):
        self.rule(not self.samples[key].held, commit, "held twice")
        self.samples[key].held = True

    def sample__sample_hold_ended(self, key, data, commit):
        self.rule(self.samples[key].held, commit, "was not on hold")
        self.samples[key].held = False

    def sample__sample_discarded(self, key, data, commit):
        self.final(key, commit, {"registered", "received", "accepted"}, "discarded")
        self.samples[key].place, self.samples[key].out = None, False

    def sample__sample_archived(self, key, data, commit):
        self.final(key, commit, {"accepted"}, "archived")

    def sample__sample_reinstated(self, key, data, commit):
        sample = self.samples[key]
        self.rule(sample.stage in FINAL, commit, f"reinstated while {sample.stage}")
        sample.stage = sample.stage_before

    def sample__sample_donor_erased(self, key, data, commit):
        donor = self.samples[key].details["donor"]
        self.rule(donor is not None and donor["sealed_with"] == data["key_id"], commit,
                  "the key of another donor was erased")

    def stage(self, key, commit, before, after):
        sample = self.samples[key]
        self.rule(sample.stage in before and not sample.held, commit, f"{after} while {sample.state}")
        sample.stage = after

    def final(self, key, commit, before, after):
        self.samples[key].stage_before = self.samples[key].stage
        self.stage(key, commit, before, after)

    # ---- storage

    def storage_unit__storage_unit_added(self, key, data, commit):
        self.units[key] = Unit(data)

    def storage_unit__storage_unit_renamed(self, key, data, commit):
        self.units[key].name = data["new_name"]

    def storage_unit__storage_unit_placed(self, key, data, commit):
        unit = self.units[key]
        came_from = (data["from_unit_id"], data["from_slot"]) if data["from_unit_id"] else None
        self.rule(unit.parent == came_from, commit, f"stood in {unit.parent}, moved from {came_from}")
        unit.parent = (data["unit_id"], data["slot"])

    def storage_unit__storage_unit_taken_out(self, key, data, commit):
        self.units[key].parent = None

    def storage_unit__slot_reserved(self, key, data, commit):
        slots = self.units[key].slots
        self.rule(data["slot"] not in slots, commit,
                  f"slot {data['slot']} is held by {slots.get(data['slot'])}")
        slots[data["slot"]] = (data["occupant"], "reserved")

    def storage_unit__slot_released(self, key, data, commit):
        self.rule(self.units[key].slots.pop(data["slot"], None) == (data["occupant"], "reserved"),
                  commit, f"slot {data['slot']} was not reserved for {data['occupant']}")

    def storage_unit__slot_filled(self, key, data, commit):
        slots = self.units[key].slots
        self.rule(slots.get(data["slot"]) == (data["occupant"], "reserved"), commit,
                  f"slot {data['slot']} filled by {data['occupant']}, held by {slots.get(data['slot'])}")
        slots[data["slot"]] = (data["occupant"], "filled")

    def storage_unit__slot_vacated(self, key, data, commit):
        # A later move of the same thing may come by before the slot is filled; a stranger never.
        held = self.units[key].slots.pop(data["slot"], None)
        self.rule(held is not None and held[0] == data["occupant"], commit,
                  f"slot {data['slot']} was vacated by {data['occupant']}, held by {held}")

    def storage_unit__maintenance_started(self, key, data, commit):
        self.units[key].state = "maintenance"

    def storage_unit__maintenance_ended(self, key, data, commit):
        self.units[key].state = "available"

    def storage_unit__storage_unit_retired(self, key, data, commit):
        self.rule(not self.units[key].slots, commit, "retired while something stood in it")
        self.units[key].state = "retired"

    # ---- labels

    def barcode__barcode_reserved(self, key, data, commit):
        self.rule(key not in self.barcodes, commit, f"reserved, held by {self.barcodes.get(key)}")
        self.barcodes[key] = (data["entity"], "reserved", data["holder"])

    def barcode__barcode_assigned(self, key, data, commit):
        held = self.barcodes.get(key)
        free = held is None or (held[1] == "reserved" and (
            held[2] == data["holder"] or held[0] in ("", data["entity"])))
        self.rule(free, commit, f"assigned to {data['entity']}, held by {held}")
        self.barcodes[key] = (data["entity"], "assigned", data["holder"])

    def barcode__barcode_released(self, key, data, commit):
        self.rule(key in self.barcodes, commit, "released, though nobody held it")
        self.barcodes.pop(key, None)

    # ---- when everything is quiet

    def at_rest(self):
        """Rules over several streams; they hold when no process is open."""
        if self.open_processes:
            return [f"{stream} is still open" for stream in sorted(self.open_processes)]
        broken, places = [], {}
        for group in self.groups.values():
            broken.append(f"{group[0]['stream']}: a group was cut off, and nobody took it back")
        for stream, place in [(f"sample/{k}", s.place) for k, s in self.samples.items()] + [
                (f"storage_unit/{k}", u.parent) for k, u in self.units.items()]:
            if place:
                if place in places:
                    broken.append(f"{place} holds {places[place]} and {stream}")
                places[place] = stream
        slots = {(unit, slot): held for unit, u in self.units.items() for slot, held in u.slots.items()}
        for place, stream in places.items():
            if slots.get(place) != (stream, "filled"):
                broken.append(f"{stream} stands in {place}, which holds {slots.get(place)}")
        for place, held in slots.items():
            if places.get(place) != held[0]:
                broken.append(f"{place} is {held[1]} for {held[0]}, which stands elsewhere")
        for key, sample in self.samples.items():
            for label in [sample.details["barcode"]] + sample.aliases:
                if label and self.barcodes.get(label, ("", "", ""))[:2] != (f"sample/{key}", "assigned"):
                    broken.append(f"sample {key} wears {label}, which names {self.barcodes.get(label)}")
        for label, (entity, state, _) in self.barcodes.items():
            kind, _, key = entity.partition("/")
            if state == "assigned" and kind == "sample" and key not in self.samples:
                broken.append(f"{label} names {entity}, which was never registered")
            if state == "reserved":
                broken.append(f"{label} is still reserved for {entity}")
        return broken


def fold(history):
    result = Fold()
    for commit in history.commits:
        result.take(commit, history.partitions)
    return result


def check_export(history):
    """What the export says in JSON has to agree with the bytes."""
    wrong = []
    for commit, exported in zip(history.commits, history.exported):
        place = f"partition {commit['partition']}, offset {commit['offset']}"
        if len(exported) != len(commit["events"]):
            wrong.append(f"{place}: {len(exported)} events exported of {len(commit['events'])}")
            continue
        for index, (ours, theirs) in enumerate(zip(commit["events"], exported)):
            if theirs["id"] != f"{commit['partition']}-{commit['offset']}-{index}":
                wrong.append(f"{place}: id {theirs['id']}")
            if theirs["subject"] != commit["stream"]:
                wrong.append(f"{place}: subject {theirs['subject']}")
            if theirs["type"].split(".")[1] != ours["name"]:
                wrong.append(f"{place}: {theirs['type']} for {ours['name']}")
            newest = not any(t == ours["type"] and s > ours["schema"] for t, s in history.formats.events)
            if newest and theirs["data"] != as_json(ours["data"]):
                wrong.append(f"{place}: data {theirs['data']} for {as_json(ours['data'])}")
    return wrong


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    with open(sys.argv[1]) as lines:
        history = History(lines)
    result = fold(history)
    wrong = result.broken + check_export(history)
    for words in wrong[:20]:
        print(words)
    print(f"{len(history.commits)} commits, {len(result.samples)} samples, {len(result.units)} storage "
          f"units, {len(result.barcodes)} labels, {len(wrong)} broken rules, "
          f"{len(result.open_processes)} open processes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
