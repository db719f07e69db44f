"""The embedded log's files, read by docs/formats.md section 3."""
import struct
import zlib

HEADER = 4096


class Frame:
    def __init__(self, at, size, partition, flags, batch, offset):
        self.at, self.size, self.partition = at, size, partition
        self.flags, self.batch, self.offset = flags, batch, offset

    @property
    def end(self):
        return self.at + self.size


def segments(folder):
    return sorted(folder.glob("segment-*.tslog"))


def frames(path):
    """The good frames of a segment, in order, up to the first that is none."""
    data = path.read_bytes()
    assert data[:8] == b"TSSEG001" and zlib.crc32(data[:HEADER - 4]) == struct.unpack_from(
        "<I", data, HEADER - 4)[0], "the header does not match docs/formats.md"
    at, found = HEADER, []
    while at + 32 <= len(data) and data[at:at + 4] == b"TSF1":
        crc, length, partition, flags, batch, offset = struct.unpack_from("<IIHHQQ", data, at + 4)
        size = (32 + length + 7) // 8 * 8
        if zlib.crc32(data[at + 8:at + size]) != crc:
            break
        found.append(Frame(at, size, partition, flags, batch, offset))
        at += size
    return found
