#!/usr/bin/env python3
"""Three nodes on one topic: what a person does at one is there at the others. Donors' keys, through kills of the
node that sealed and of nodes that are away; previews of sheets; the stream of events, resumed elsewhere."""
import concurrent.futures
import http.client
import json
import re
import socket
import threading
import time

import support
from support import Node, case, check, check_words

PIECES = ("Ragnhild Bergqvist", "Torbjörn Ek", "Sigrid Undset")  # donors, in no byte of a disk, a log or a wire
RECORD = 128

folder = support.new_folder("shared")
secret = folder / "secret"
secret.write_text("of this test alone: 0123456789abcdef0123456789abcdef\n")
secret.chmod(0o600)
topic = support.fresh_topic("shared")
said_names = list(PIECES)


class Wire:
    """Between the nodes and one of them: passes everything on, and keeps it."""

    def __init__(self, to):
        self.to, self.seen, self.lock, self.delay_s = to, bytearray(), threading.Lock(), 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.door.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.to), 5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    def pass_on(self, one, other):
        try:
            while data := one.recv(65536):
                with self.lock:
                    self.seen += data
                if self.delay_s:
                    time.sleep(self.delay_s)
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


ports = [support.free_port() for _ in range(3)]
wire = Wire(ports[1])


def make_node(number):
    more = ["--node-name", f"node-{number}", "--cluster-address", "127.0.0.1", "--cluster-port", ports[number - 1],
            "--cluster-secret-file", secret]
    if number == 2:
        more += ["--cluster-advertise", f"127.0.0.1:{wire.port}"]
    return Node(folder / f"n{number}", log=topic, extra=[str(word) for word in more])


nodes = [make_node(number) for number in (1, 2, 3)]


def until(name, holds, seconds=25):
    """Waits for it; fails by name with what was seen last."""
    end, seen = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            seen = holds()
            if seen is True:
                return check(name, True)
        except (OSError, http.client.HTTPException, support.Refused) as problem:
            seen = problem
        time.sleep(0.05)
    return check(name, False, seen)


def all_see(expected):
    """Every running node reaches as many others, and all partitions are open."""
    def settled():
        for node in running():
            seen = node.api().must("GET", "/cluster")
            reached = [one["name"] for one in seen["nodes"] if one["state"] == "reachable"]
            states = {one["state"] for one in seen["partitions"]}
            if len(reached) != expected - 1 or states != {"open"}:
                return node.data.name, reached, states
        return True
    return until(f"{expected} nodes see each other", settled, 60)


def running():
    return [node for node in nodes if node.process and node.process.poll() is None]


def begin(*which):
    for node in which:
        node.launch()
    for node in which:
        until(f"{node.data.name} is ready", lambda: node.api().get("//readyz").status == 200, 60)


def register(node, name, donor, key=None):
    """Again, with the same key, where a partition moves just now."""
    key, last = key or f"{name}-{time.monotonic_ns()}", None
    for _ in range(40):
        last = node.api().post("/samples", dict(name=name, type="blood", donor=donor), key=key)
        if last.ok:
            return last.body
        time.sleep(0.25)
    raise support.Refused("register", last)


def donor_at(node, sample):
    seen = node.api().get(f"/samples/{sample['id']}")
    return seen.body.get("donor") or seen.body.get("donor_state") or "no donor" if seen.ok else seen.problem


def shown(sample, expected, where=None):
    for node in where or running():
        until(f"{node.data.name} shows {expected}", lambda: donor_at(node, sample) == expected or donor_at(node, sample))


def key_of(sample, node=None):
    end = time.monotonic() + 20
    while True:
        told = (node or running()[0]).api().get(f"/samples/{sample['id']}/history")
        found = re.findall(r'"sealed_with": ?"([0-9a-f-]{36})"', json.dumps(told.body))
        if found or time.monotonic() > end:
            return found[0] if found else told.problem
        time.sleep(0.05)


def records_of(node, key):
    data = (node.data / "keys" / "subjects").read_bytes()
    name = bytes.fromhex(key.replace("-", ""))
    return [data[at:at + RECORD] for at in range(0, len(data), RECORD) if data[at + 8:at + 24] == name]


def has_key(node, key):
    return any(record[4] == 1 for record in records_of(node, key))


def all_keys(node):
    data = (node.data / "keys" / "subjects").read_bytes()
    return {data[at + 8:at + 24].hex() for at in range(0, len(data), RECORD) if data[at + 4] < 3}


def is_erased(node, key):
    """Known as erased, and nothing of the key is left."""
    found = records_of(node, key)
    return bool(found) and all(record[4] == 2 and record[64:] == bytes(RECORD - 64) for record in found)


def erase(node, sample):
    for _ in range(40):
        done = node.api().post(f"/samples/{sample['id']}:erase-donor", dict(reason="The donor asked for it"))
        if done.ok or done.status not in (404, 503, 504):
            return check("the donor is erased", done.ok, done.problem)
        time.sleep(0.25)
    return check("the donor is erased", False, done.problem)


def erased_everywhere(*keys, where=None):
    for key in keys:
        for node in where or running():
            until(f"{node.data.name} has erased the key", lambda: is_erased(node, key))


def three_nodes_begin():
    begin(*nodes)
    all_see(3)


def a_donor_is_shown_at_every_node():
    first = register(nodes[0], "Shared 1", PIECES[0])
    shown(first, PIECES[0])
    check("every node has the key", all(has_key(node, key_of(first)) for node in nodes))
    second = register(nodes[1], "Shared 2", PIECES[0])
    check("the same donor has the same key at another node", key_of(second) == key_of(first))
    third = register(nodes[2], "Shared 3", PIECES[1])
    shown(third, PIECES[1])
    erase(nodes[2], second)
    erased_everywhere(key_of(first))
    shown(first, "erased")
    shown(second, "erased")
    shown(third, PIECES[1])
    again = register(nodes[0], "Shared 4", PIECES[0])
    check("the name has a new key later", key_of(again) != key_of(first))
    shown(again, PIECES[0])


def who_acknowledges_waits_for_another_disk():
    """The way to one node is slow: nothing is acknowledged before the key has come there."""
    wire.delay_s = 0.4
    try:
        for i in range(4):
            said_names.append(f"Slow way {i} Almqvist")
            register(nodes[0], f"Slow {i}", said_names[-1])
            missing = all_keys(nodes[0]) - all_keys(nodes[1])
            check("the key is there when the sample is acknowledged", not missing, missing)
    finally:
        wire.delay_s = 0


def one_donor_sealed_at_three_nodes_at_once():
    said_names.append("Gudrun Widerberg")
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda i: register(nodes[i % 3], f"At once {i}", said_names[-1]), range(12)))
    for sample in made:
        shown(sample, said_names[-1])
    keys = {key_of(sample) for sample in made}
    last = [key_of(register(node, f"Afterwards {node.data.name}", said_names[-1])) for node in nodes]
    check("all nodes go on with the eldest key", set(last) == {min(keys)}, (keys, last))
    erase(nodes[1], made[0])
    erased_everywhere(*keys)
    for sample in made:
        shown(sample, "erased")


def the_node_that_sealed_dies_at_once():
    for turn, node in enumerate((nodes[2], nodes[0])):
        said_names.append(f"Hjalmar Falk {turn}")
        samples = [register(node, f"Killed {turn}", said_names[-1])]
        node.kill()
        shown(samples[0], said_names[-1])
        begin(node)
        all_see(3)


def a_node_that_was_away_gets_what_it_missed():
    said_names.extend(("Elsa Beskow", "Karin Boye"))
    before = register(nodes[2], "Before", said_names[-2])
    shown(before, said_names[-2])
    old_keys = (nodes[2].data / "keys" / "subjects").read_bytes()
    nodes[2].kill()
    meanwhile = register(nodes[0], "Meanwhile", said_names[-1])
    erase(nodes[1], before)
    key = key_of(before, nodes[0])
    erased_everywhere(key, where=nodes[:2])
    check("the node that is away still has it", has_key(nodes[2], key))
    begin(nodes[2])
    shown(before, "erased")
    shown(meanwhile, said_names[-1])
    erased_everywhere(key)
    # Keys of before, from a backup, and the history read already.
    nodes[2].kill()
    (nodes[2].data / "keys" / "subjects").write_bytes(old_keys)
    check("the old key is back on the disk", has_key(nodes[2], key))
    begin(nodes[2])
    all_see(3)
    erased_everywhere(key)
    shown(before, "erased")
    shown(meanwhile, said_names[-1])


def two_keys_of_one_donor_are_erased_as_one():
    """Sealed at two nodes that never saw each other; one is erased before the other one is known."""
    said_names.append("Harry Martinson")
    for node in nodes[1:]:
        node.kill()
    one = register(nodes[0], "Apart 1", said_names[-1])
    nodes[0].kill()
    begin(nodes[1])
    other = register(nodes[1], "Apart 2", said_names[-1])
    key, second = key_of(one, nodes[1]), key_of(other, nodes[1])
    check("they made a key each", key != second)
    warned = json.dumps(nodes[1].api().must("GET", "/system"))
    check("an operator is told that nobody else has the key", "on this node alone" in warned, warned[-600:])
    nodes[1].kill()
    begin(nodes[0])
    erase(nodes[0], one)
    begin(nodes[1], nodes[2])
    all_see(3)
    erased_everywhere(key, second)
    shown(one, "erased")
    shown(other, "erased")


def a_new_node_gets_every_key():
    import shutil
    keep = register(nodes[0], "Kept", PIECES[2])
    nodes[2].kill()
    shutil.rmtree(nodes[2].data)
    begin(nodes[2])
    shown(keep, PIECES[2])
    gone = [row for row in nodes[2].api().everything("/samples") if row.get("donor_state") == "erased"]
    check("and knows who was erased", len(gone) >= 5, len(gone))
    all_see(3)


def many_keys_come_in_pages():
    names = "".join(f"Bulk {i},Patient number {i}\n" for i in range(5_000))
    text = ("Sample name,Donor\n" + names).encode()
    seen = nodes[0].api(60).request("POST", "/imports/preview?filename=bulk.csv", raw=text,
                                    headers={"Content-Type": "application/octet-stream"})
    check("a sheet with many donors is previewed", seen.ok, seen.problem)
    begun = nodes[0].api(60).post("/imports", dict(preview_id=seen.body["preview_id"], sha256=seen.body["sha256"]))
    check("its import began", begun.ok, begun.problem)
    count = (nodes[0].data / "keys" / "subjects").stat().st_size
    until("every node has all keys", lambda: all((node.data / "keys" / "subjects").stat().st_size > 5_000 * RECORD
                                                 for node in nodes) or count, 30)


def preview(node, name, text, mapping=None):
    sent = {"Content-Type": "application/octet-stream"}
    if mapping:
        sent["X-TracSeq-Mapping"] = json.dumps(mapping)
    seen = node.api(60).request("POST", f"/imports/preview?filename={name}", raw=text, headers=sent)
    check(f"{name} is previewed", seen.ok, seen.problem)
    return seen.body


def start(node, seen, **more):
    return node.api(60).post("/imports", dict(preview_id=seen["preview_id"], sha256=seen["sha256"], **more))


def a_preview_is_imported_at_another_node():
    said_names.append("Verner von Heidenstam")
    text = f"Sample name,Patient ID,Something\nPassed on 1,{said_names[-1]},a\nPassed on 2,{said_names[-1]},b\n".encode()
    seen = preview(nodes[1], "passed.csv", text)
    corrected = preview(nodes[1], "passed.csv", text, dict(columns={"Patient ID": "donor", "Something": "notes"}))
    check("a correction is a preview of its own", corrected["preview_id"] != seen["preview_id"])
    begun = start(nodes[0], corrected)
    check("another node imports it", begun.status in (201, 202), begun.problem)
    until("the rows are there", lambda: {row["name"] for row in nodes[2].api().everything("/samples")}
          >= {"Passed on 1", "Passed on 2"})
    rows = [row for row in nodes[2].api().everything("/samples") if row["name"].startswith("Passed on")]
    check("with what was corrected", {row.get("notes") for row in rows} == {"a", "b"}, rows)
    for row in rows:
        shown(row, said_names[-1])
    again = start(nodes[2], corrected)
    check_words("a third node knows that it was imported", again.problem, "409", "import")
    until("from every node", lambda: start(nodes[1], corrected).status == 409)
    nobody = start(nodes[0], dict(preview_id="00000000-0000-7000-8000-000000000000", sha256="0" * 64))
    check_words("a preview that nobody has", nobody.problem, "404", "no such preview")
    large = b"Sample name,Notes\n" + b"".join(b"Large %d,%s\n" % (i, b"x" * 1500) for i in range(8_000))
    check("it is more than a frame", len(large) > 8 << 20)
    seen = preview(nodes[0], "large.csv", large)
    got = start(nodes[2], dict(seen, sha256="0" * 64))
    check_words("a large sheet is found, too", got.problem, "not that of the file")


def the_stream_goes_on_at_another_node():
    def listen(node, wanted, after=None):
        """(ids, names of samples) of events, until `wanted` samples were told."""
        line = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
        sent = {"Authorization": f"Bearer {node.token()}", "Accept": "text/event-stream"}
        if after:
            sent["Last-Event-ID"] = after
        line.request("GET", "/api/v1/events?types=sample_registered", headers=sent)
        answer, last, told = line.getresponse(), after, []
        ready.set()
        while len(told) < wanted:
            text = answer.readline().decode().strip()
            if text.startswith("id: "):
                last = text[4:]
            if text.startswith("data: "):
                told.append(json.loads(text[6:])["data"]["details"]["name"])
        line.close()
        return last, told

    ready = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(listen, nodes[0], 3)
        ready.wait(10)
        time.sleep(0.5)
        for i in range(6):
            register(nodes[i % 3], f"Told {i}", "")
        last, told = first.result(30)
        rest = listen(nodes[1], 3, last)[1]
    check("each event was told once, at one of two nodes", sorted(told + rest) == [f"Told {i}" for i in range(6)],
          (told, rest))


def no_name_lies_in_the_open():
    for node in running():
        node.kill()
    for name in said_names:
        found = [str(path) for node in nodes for path in node.data.rglob("*")
                 if path.is_file() and name.encode() in path.read_bytes()]
        check("a donor is in no file", not found, found)
        check("nor in what a node said", not any(name in node.words() for node in nodes))
        check("nor on the wire", name.encode() not in wire.seen)
    check("the wire was watched", b"donor-keys/take" in wire.seen and b"preview" in wire.seen and len(wire.seen) > 100_000)


for test in (three_nodes_begin, a_donor_is_shown_at_every_node, who_acknowledges_waits_for_another_disk,
             one_donor_sealed_at_three_nodes_at_once,
             a_preview_is_imported_at_another_node, the_stream_goes_on_at_another_node,
             the_node_that_sealed_dies_at_once, a_node_that_was_away_gets_what_it_missed,
             two_keys_of_one_donor_are_erased_as_one, a_new_node_gets_every_key, many_keys_come_in_pages,
             no_name_lies_in_the_open):
    case(test)
support.finish()
