"""Reads a history from the bytes of its records, as docs/formats.md describes them, and nothing else.

The list of event payloads is taken from docs/formats.md itself: what that page says is what is
decoded here, so a page that is wrong or incomplete fails the tests.
"""
import base64
import datetime
import hashlib
import json
import pathlib
import re
import struct
import uuid

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
KEY_SPACE = uuid.UUID("6f2c1a52-7a0e-8d1c-9b53-547261635365")
NO_INSTANT = -2 ** 63


class Damaged(Exception):
    pass


class Formats:
    """The structs, enums and events that docs/formats.md lists."""

    def __init__(self, page=PROJECT / "docs" / "formats.md"):
        self.structs, self.enums, self.events = {}, {}, {}
        listing = page.read_text().split("<!-- events:", 1)[1].split("```")[1]
        fields = None
        for line in listing.splitlines()[1:]:
            if match := re.fullmatch(r"event (\d+) schema (\d+) (\w+)", line):
                fields = []
                self.events[int(match[1]), int(match[2])] = (match[3], fields)
            elif match := re.fullmatch(r"struct (\S+)", line):
                fields = self.structs[match[1]] = []
            elif match := re.fullmatch(r"enum (\S+)", line):
                fields, values = None, self.enums.setdefault(match[1], {})
            elif fields is None:
                values.update((int(n), word) for word, n in re.findall(r"(\w+)=(\d+)", line))
            else:
                name, kind = line.split(maxsplit=1)
                fields.append((name, kind))


class Reader:
    def __init__(self, data, formats=None):
        self.data, self.at, self.formats = data, 0, formats

    def take(self, size):
        if self.at + size > len(self.data):
            raise Damaged("the bytes end early")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize(code)))[0]

    def short_text(self):
        return self.take(self.number("H")).decode()

    def id(self):
        return uuid.UUID(bytes=self.take(16))

    def end(self):
        if self.at != len(self.data):
            raise Damaged(f"{len(self.data) - self.at} bytes too many")

    # ---- event payloads (section 5)

    NUMBERS = {"bool": "?", "u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i64": "q", "f64": "d"}

    def value(self, kind):
        if kind.endswith("?"):
            return self.value(kind[:-1]) if self.number("?") else None
        if kind.startswith("["):
            return [self.value(kind[1:-1]) for _ in range(self.number("I"))]
        if kind.startswith("{str: "):
            return {self.value("str"): self.value(kind[6:-1]) for _ in range(self.number("I"))}
        if kind in self.NUMBERS:
            return self.number(self.NUMBERS[kind])
        if kind == "str":
            return self.take(self.number("I")).decode("utf-8", "surrogateescape")
        if kind == "uuid":
            return str(self.id())
        if kind == "instant":
            return Instant(self.number("q"))
        if kind in self.formats.enums:
            return self.formats.enums[kind][self.number("i")]
        if kind == "sealed_text":
            return {"sealed_with": self.value("uuid"), "_box": self.value("str")}
        return self.struct(self.formats.structs[kind])

    def struct(self, fields):
        return {name: self.value(kind) for name, kind in fields}


class Instant(int):
    """Microseconds since 1970, UTC."""

    def text(self):
        at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(self))
        whole_ms = at.microsecond and at.microsecond % 1000 == 0
        return at.isoformat(timespec="milliseconds" if whole_ms else "auto") + "Z"


def read_record(data, formats):
    """A claim or a commit as a dictionary; Damaged if the bytes are neither."""
    reader = Reader(data, formats)
    if reader.take(4) != b"TSR1":
        raise Damaged("not a record")
    kind = reader.number("B")
    if kind == 2:
        record = dict(kind="claim", claim=reader.number("Q"), recorded_at=Instant(reader.number("q")),
                      node=reader.short_text(), boot_id=reader.id(), address=reader.short_text())
    elif kind == 1:
        record = dict(kind="commit", claim=reader.number("Q"), prev=reader.take(32),
                      stream=reader.short_text(), base_version=reader.number("Q"),
                      flags=reader.number("B"), command_id=reader.id(), fingerprint=reader.take(16),
                      recorded_at=Instant(reader.number("q")), occurred_at=Instant(reader.number("q")),
                      subject=reader.short_text(), name=reader.short_text(), role=reader.short_text(),
                      node=reader.short_text(), reason=reader.short_text(),
                      correlation_id=reader.id(), causation_id=reader.id(),
                      traceparent=reader.short_text())
        record["events"] = []
        for _ in range(reader.number("H")):
            type_id, schema, length = reader.number("I"), reader.number("H"), reader.number("I")
            payload = Reader(reader.take(length), formats)
            if (type_id, schema) not in formats.events:
                raise Damaged(f"event {type_id} schema {schema} is not in docs/formats.md")
            name, fields = formats.events[type_id, schema]
            data_fields = payload.struct(fields)
            payload.end()
            record["events"].append(dict(type=type_id, schema=schema, name=name, data=data_fields))
    else:
        raise Damaged(f"a record of unknown kind {kind}")
    reader.end()
    return record


def genesis(partition, partitions):
    return hashlib.sha256(f"TracSeq log 1, partition {partition} of {partitions}".encode()).digest()


def partition_of(stream, partitions):
    h = 14695981039346656037
    for byte in stream.encode():
        h = (h ^ byte) * 1099511628211 % 2 ** 64
    return h % partitions


def command_id(key, account="operator"):
    """The command id that an Idempotency-Key becomes (section 7)."""
    digest = bytearray(hashlib.sha256(KEY_SPACE.bytes + f"{account}\n{key}".encode()).digest()[:16])
    digest[6] = 0x80 | digest[6] & 0x0F
    digest[8] = 0x80 | digest[8] & 0x3F
    return uuid.UUID(bytes=bytes(digest))


def as_json(value):
    """As section 6 says that `data` looks."""
    if isinstance(value, Instant):
        return value.text()
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items() if v is not None and not k.startswith("_")}
    if isinstance(value, list):
        return [as_json(v) for v in value]
    return value


class History:
    """An export, read from its records' bytes. Keeps accepted commits by partition."""

    def __init__(self, lines, formats=None):
        self.formats = formats or Formats()
        self.partitions, self.commits, self.claims, self.skipped = 0, [], 0, 0
        self.heads, self.closed, self.exported = {}, False, []
        for number, line in enumerate(lines, 1):
            entry = json.loads(line)
            if number == 1:
                self.partitions = entry["partitions"]
                self.heads = {p: genesis(p, self.partitions) for p in range(self.partitions)}
                self.claim_of = dict.fromkeys(self.heads, 0)
            elif "end" in entry:
                self.closed = True
            else:
                self.take(entry)

    def take(self, entry):
        """Folds one record into the chain, by section 2."""
        data, p = base64.b64decode(entry["record"]), entry["partition"]
        try:
            record = read_record(data, self.formats)
        except Damaged:
            if entry["verdict"] != "skipped":
                raise
            self.skipped += 1
            return
        if record["kind"] == "claim":
            accepted = record["claim"] == self.claim_of[p] + 1
            self.claim_of[p] += accepted
            self.claims += accepted
        else:
            accepted = record["claim"] == self.claim_of[p] and record["prev"] == self.heads[p]
        if not accepted:
            self.skipped += 1
            return
        self.heads[p] = hashlib.sha256(self.heads[p] + data).digest()
        if record["kind"] == "commit":
            record.update(partition=p, offset=entry["offset"])
            self.commits.append(record)
            self.exported.append(entry.get("events", []))
