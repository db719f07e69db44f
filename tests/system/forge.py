"""What somebody with the disk and docs/formats.md can write into an embedded log: the tests' attacker, and
their way to a record that this build cannot make."""
import struct
import sys
import uuid
import zlib

from segments import HEADER, frames, segments
from support import PROJECT

sys.path.insert(0, str(PROJECT / "tests" / "verify"))
from history import NO_INSTANT, genesis, partition_of  # noqa: E402
import hashlib  # noqa: E402

PREV = slice(13, 45)  # of a commit


def partitions_of(log):
    return struct.unpack_from("<H", segments(log)[0].read_bytes(), 12)[0]


def records(log):
    """(path, frame, record) of the whole log, in order."""
    for path in segments(log):
        data = path.read_bytes()
        for frame in frames(path):
            if frame.partition != 0xffff:
                length = struct.unpack_from("<I", data, frame.at + 8)[0]
                yield path, frame, data[frame.at + 32:frame.at + 32 + length]


def frame_bytes(partition, flags, batch, offset, record):
    body = struct.pack("<IHHQQ", len(record), partition, flags, batch, offset) + record
    body += bytes(-(len(body) + 8) % 8)
    return b"TSF1" + struct.pack("<I", zlib.crc32(body)) + body


def rewrite(log, change):
    """Changes records (to others of the same length) and makes a fresh, valid chain of them all."""
    total = partitions_of(log)
    heads = {p: genesis(p, total) for p in range(total)}
    for path, frame, record in list(records(log)):
        record = bytearray(change(frame.partition, frame.offset, record))
        if record[4] == 1:
            record[PREV] = heads[frame.partition]
        heads[frame.partition] = hashlib.sha256(heads[frame.partition] + record).digest()
        with open(path, "r+b") as file:
            file.seek(frame.at)
            file.write(frame_bytes(frame.partition, frame.flags, frame.batch, frame.offset, bytes(record)))


def cut_tail(log, count):
    """Takes the last `count` records away; gives them as (partition, offset)."""
    last = list(records(log))[-count:]
    path, first = last[0][0], last[0][1]
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        file.seek(first.at)
        file.write(bytes(size - first.at))
    return [(frame.partition, frame.offset) for _, frame, _ in last]


def short(text):
    return struct.pack("<H", len(text.encode())) + text.encode()


def commit(claim, prev, stream, base_version, events, recorded_at):
    """Events are (type, schema, payload)."""
    no_id = bytes(16)
    return (b"TSR1\x01" + struct.pack("<Q", claim) + prev + short(stream) + struct.pack("<QB", base_version, 0)
            + uuid.uuid4().bytes + no_id + struct.pack("<qq", recorded_at, NO_INSTANT)
            + short("operator") + short("Operator") + short("operator") + short("node-1") + short("")
            + no_id + no_id + short("") + struct.pack("<H", len(events))
            + b"".join(struct.pack("<IHI", t, s, len(p)) + p for t, s, p in events))


def append_commit(log, stream, base_version, events, recorded_at):
    """Appends an accepted commit to a log that no node has open."""
    total = partitions_of(log)
    partition = partition_of(stream, total)
    head, claim, offset, batch, end = genesis(partition, total), 0, 0, 0, HEADER
    for path, frame, record in records(log):
        if frame.partition == partition:
            number = struct.unpack_from("<Q", record, 5)[0]
            if record[4] == 2 and number == claim + 1:
                claim = number
            elif record[4] != 1 or number != claim or record[PREV] != head:
                continue
            head, offset = hashlib.sha256(head + record).digest(), frame.offset + 1
    for frame in frames(path):
        batch, end = frame.batch, frame.end
    with open(path, "r+b") as file:
        file.seek(end)
        file.write(frame_bytes(partition, 1, batch + 1, offset,
                               commit(claim, head, stream, base_version, events, recorded_at)))
