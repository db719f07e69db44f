"""As much of Kafka's protocol as it takes to put any bytes into a topic: a topic is made, messages are appended."""
import socket
import struct
import time

SERVED_S = 20       # until a topic that was made is served
NOT_SERVED = 3, 5, 6  # unknown topic, no leader, not the leader


def _crc32c_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


_TABLE = list(_crc32c_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _text(text):
    return struct.pack(">h", len(text)) + text.encode()


def _varint(number):
    number = number << 1 ^ number >> 63  # zigzag
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def _message(index, value):
    body = b"\0" + _varint(0) + _varint(index) + _varint(-1)
    body += _varint(-1) if value is None else _varint(len(value)) + value
    body += _varint(0)
    return _varint(len(body)) + body


def batch(values):
    """A record batch (magic 2) of a producer without an id."""
    now_ms = int(time.time() * 1000)  # a topic that forgets goes by it
    behind_crc = struct.pack(">hiqqqhii", 0, len(values) - 1, now_ms, now_ms, -1, -1, -1, len(values))
    behind_crc += b"".join(_message(i, value) for i, value in enumerate(values))
    behind_length = struct.pack(">ibI", -1, 2, crc32c(behind_crc)) + behind_crc
    return struct.pack(">qi", 0, len(behind_length)) + behind_length


class Broker:
    """One broker that is the leader of everything. `address` as in kafka://HOST:PORT."""

    def __init__(self, address):
        host, port = address.removeprefix("kafka://").split("/")[0].rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)

    def _ask(self, api, version, body):
        request = struct.pack(">hhi", api, version, 7) + _text("test") + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        return self._exactly(struct.unpack(">i", self._exactly(4))[0])[4:]

    def _exactly(self, count):
        got = b""
        while len(got) < count:
            part = self.socket.recv(count - len(got))
            if not part:
                raise OSError("the broker closed the connection")
            got += part
        return got

    def make_topic(self, name, partitions, settings):
        """CreateTopics, version 2."""
        body = struct.pack(">i", 1) + _text(name) + struct.pack(">ihii", partitions, 1, 0, len(settings))
        body += b"".join(_text(key) + _text(value) for key, value in settings.items())
        answer = self._ask(19, 2, body + struct.pack(">ib", 20000, 0))
        code = struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name))[0]
        if code not in (0, 36):  # 36: it is there
            raise OSError(f"the topic {name} was not made: error {code}")

    def append(self, topic, partition, values):
        """Produce, version 3, acks=all: each value is one message of the partition."""
        records = batch(values)
        body = struct.pack(">hhii", -1, -1, 20000, 1) + _text(topic)
        body += struct.pack(">iii", 1, partition, len(records)) + records
        until = time.monotonic() + SERVED_S
        while True:
            answer = self._ask(0, 3, body)
            code = struct.unpack_from(">h", answer, 4 + 2 + len(topic) + 4 + 4)[0]
            if not code:
                return
            if code not in NOT_SERVED or time.monotonic() > until:
                raise OSError(f"partition {partition} of {topic} took nothing: error {code}")
            time.sleep(0.02)
