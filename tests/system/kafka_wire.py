"""As much of Kafka's protocol as it takes to put any bytes into a topic: a topic is made, messages are appended."""
import socket
import struct
import time

SERVED_S = 20       # until a topic that was made is served
# Unknown topic, no leader, not the leader; a coordinator that loads, is not there or another; busy.
NOT_SERVED = 3, 5, 6, 14, 15, 16, 51


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


def batch(values, producer=None):
    """A record batch (magic 2); of a transaction, if `producer` (its id and epoch) is given."""
    attributes, sequence = (0x10, 0) if producer else (0, -1)
    now_ms = int(time.time() * 1000)  # a topic that forgets goes by it
    behind_crc = struct.pack(">hiqqqhii", attributes, len(values) - 1, now_ms, now_ms,
                             *(producer or (-1, -1)), sequence, len(values))
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
        self._produce(topic, partition, batch(values), struct.pack(">h", -1))

    def append_in_transaction(self, topic, partition, values):
        """The same in a transaction, whose end takes an offset of its own, at which nothing lies."""
        name = _text(f"transaction-{topic}")
        self._ask(10, 1, name + b"\1")  # makes the broker ready for transactions
        answer = self._until_served(22, 0, name + struct.pack(">i", 60000), 4, "no producer id")
        producer = struct.unpack_from(">qh", answer, 6)
        who = name + struct.pack(">qh", *producer)
        self._until_served(24, 0, who + struct.pack(">i", 1) + _text(topic) + struct.pack(">ii", 1, partition),
                           4 + 4 + 2 + len(topic) + 4 + 4, "not in the transaction")
        self._produce(topic, partition, batch(values, producer), name)
        self._until_served(26, 0, who + b"\1", 4, "the transaction does not end")

    def _produce(self, topic, partition, records, transaction):
        body = transaction + struct.pack(">hii", -1, 20000, 1) + _text(topic)
        body += struct.pack(">iii", 1, partition, len(records)) + records
        self._until_served(0, 3, body, 4 + 2 + len(topic) + 4 + 4, f"partition {partition} took nothing")

    def _until_served(self, api, version, body, code_at, complaint):
        """Asks until the error code at `code_at` of the answer is 0."""
        until = time.monotonic() + SERVED_S
        while True:
            answer = self._ask(api, version, body)
            code = struct.unpack_from(">h", answer, code_at)[0]
            if not code:
                return answer
            if code not in NOT_SERVED or time.monotonic() > until:
                raise OSError(f"{complaint}: error {code}")
            time.sleep(0.02)
