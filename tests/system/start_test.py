#!/usr/bin/env python3
"""Bad starts. Each is refused in a moment, with words that say what is wrong and what to do."""
import os
import pathlib
import pwd
import shutil
import socket
import stat
import struct
import subprocess
import time
import zlib

import support
from preload import slow_disk
from segments import HEADER, frames, segments
from support import Node, case, check, check_words

folder = support.new_folder("starts")


def refused(name, node, *words, within_s=30):
    began = time.monotonic()
    code, said = node.expect_refusal()
    check(f"{name}: it leaves with an exit code", code not in (0, None) and code > 0, f"{code}: {said[-400:]}")
    check(f"{name}: soon", time.monotonic() - began < within_s, time.monotonic() - began)
    check_words(f"{name}: its words", said, *words)
    check(f"{name}: no stack of words", len(said.strip().splitlines()) <= 8, said)


def a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused("port", Node(folder / "port", port=port), str(port), "in use")


def claims(node):
    """How often each partition was taken."""
    return [row["claim"] for row in node.api().must("GET", "/cluster")["partitions"]]


def a_start_that_is_refused_takes_no_partition():
    """In a cluster it would take them from a node that serves them."""
    node = Node(folder / "claims").start()
    before = claims(node)
    node.stop()
    (folder / "empty.pem").write_text("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for name, extra, port in (
                ("a certificate", ["--http-tls-certificate", str(folder / "empty.pem"), "--http-tls-key",
                                   str(folder / "empty.pem")], None),
                ("an address", ["--http-address", "localhost"], None),
                ("a port", [], taken.getsockname()[1])):
            code, said = Node(folder / "claims", port=port, extra=extra).expect_refusal()
            check(f"{name}: refused", code not in (0, None), f"{code}: {said[-400:]}")
    node.start()
    check("nothing was taken for them", claims(node) == [one + 1 for one in before], f"{before} {claims(node)}")
    node.stop()


class OnIpv6(Node):
    @property
    def url(self):
        return f"http://[::1]:{self.port}"


def an_ipv6_address_is_told_in_brackets():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return print("      this machine has no IPv6")
    node = OnIpv6(folder / "six", extra=["--http-address", "::1"]).start()
    seen = node.api().must("GET", "/cluster")["nodes"][0]["http"]
    check("in the view of the cluster", seen == f"[::1]:{node.port}", seen)
    support.eventually(lambda: "TracSeq is at" in node.words(), 5)  # a moment behind the first answer
    check_words("when it says where it is", node.words(), f"http://[::1]:{node.port}")
    node.stop()


def a_data_folder_in_use():
    first = Node(folder / "busy").start()
    refused("folder", Node(folder / "busy"), "in use", str(folder / "busy"))
    check("the first goes on", first.api().post("/samples", dict(name="B", type="DNA")).ok)
    first.stop()


def a_newer_version():
    node = Node(folder / "newer").start()
    node.stop()
    path = segments(node.data / "log")[0]
    with open(path, "r+b") as file:
        head = bytearray(file.read(HEADER))
        struct.pack_into("<I", head, 8, 99)
        struct.pack_into("<I", head, HEADER - 4, zlib.crc32(head[:HEADER - 4]))
        file.seek(0)
        file.write(head)
    refused("version", node, "newer", "99")


def no_permission():
    """As another user: root may do everything."""
    if os.geteuid() != 0:
        return check("this test runs as root", False)
    node = Node(folder / "mine").start()
    node.stop()
    os.chmod(folder, 0o755)
    shutil.chown(folder, "root")
    for part in ("mine", "mine/log", "mine/store"):
        os.chmod(folder / part, 0o700)
    nobody = pwd.getpwnam("nobody")
    # A binary that nobody may read would prove something else.
    program = folder / "tracseq"
    shutil.copy(support.PROGRAM, program)
    os.chmod(program, 0o755)

    def drop():
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    for name, data in (("a folder of another user", folder / "mine"),
                       ("a folder that cannot be made", folder / "cannot")):
        done = subprocess.run([str(program), "serve", "--data", str(data), "--port",
                               str(support.free_port())], capture_output=True, text=True, preexec_fn=drop,
                              timeout=60, stdin=subprocess.DEVNULL)
        check(f"{name}: refused", done.returncode not in (0, None) and done.returncode > 0, done.returncode)
        check_words(f"{name}: its words", done.stdout + done.stderr, "permission denied", str(data))


def a_read_only_folder():
    mount = folder / "ro"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(mount)],
                          capture_output=True, text=True)
    if not check("a small disk can be mounted (needs root)", made.returncode == 0, made.stderr):
        return
    try:
        subprocess.run(["mount", "-o", "remount,ro", str(mount)], check=True)
        refused("read-only disk", Node(mount / "data"), "read-only file system")
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def a_file_in_its_place():
    (folder / "file").write_text("not a folder")
    refused("a file where the folder should be", Node(folder / "file"), str(folder / "file"))


def damaged_history():
    node = Node(folder / "damaged").start()
    for n in range(5):
        node.api().post("/samples", dict(name=f"D{n}", type="DNA"))
    node.kill()
    path = segments(node.data / "log")[0]
    middle = frames(path)[len(frames(path)) // 2]
    with open(path, "r+b") as file:
        file.seek(middle.at + 40)
        byte = file.read(1)
        file.seek(middle.at + 40)
        file.write(bytes([byte[0] ^ 1]))
    refused("damage", node, "damaged", f"byte {middle.at}", path.name)


def a_missing_segment():
    node = Node(folder / "hole").start()
    node.stop()
    path = segments(node.data / "log")[0]
    path.rename(path.with_name("segment-00000002.tslog"))
    refused("a missing segment", node, "segment-00000001.tslog", "missing")


def an_absent_broker():
    port = support.free_port()
    refused("no broker", Node(folder / "absent", f"kafka://127.0.0.1:{port}"), "kafka", str(port),
            within_s=45)


def a_wrong_broker():
    """Something answers there, but it is no Kafka."""
    node = Node(folder / "http").start()
    refused("not a broker", Node(folder / "wrong", f"kafka://127.0.0.1:{node.port}"), "kafka",
            str(node.port), within_s=45)
    node.stop()


def a_bad_address():
    refused("bad address", Node(folder / "address", "postgres://localhost/x"), "kafka://host:port")


def kafka(*arguments):
    """One of Kafka's own tools, against the broker of the tests."""
    return subprocess.run([str(support.PROJECT / "tools" / "kafka"), "--dir",
                           str(support.PROJECT / "var" / "test-kafka"), "tool", *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


def a_topic_that_forgets():
    if not check("a Kafka broker is there (TRACSEQ_TEST_KAFKA)", support.KAFKA != ""):
        return
    for name, setting, word in (("finite", "retention.ms=3600000", "retention"),
                                ("compacted", "cleanup.policy=compact", "compact")):
        topic = support.fresh_topic(name).rsplit("/", 1)[1]
        made = kafka("topics", "--create", "--topic", topic, "--partitions", "12", "--config", setting)
        check(f"{name}: the topic is made", made.returncode == 0, made.stderr + made.stdout)
        refused(f"a topic with {setting}", Node(folder / name, f"{support.KAFKA.rstrip('/')}/{topic}"),
                word, topic)


def settings_that_are_wrong():
    for arguments, words in (
            (["--no-such-flag"], ["no-such-flag"]),
            (["--port", "abc"], ["port"]),
            (["--port", "99999"], ["port"])):
        done = support.run("serve", "--data", folder / "settings", *arguments)
        check(f"{arguments}: refused", done.returncode in (1, 2), f"{done.returncode} {done.stderr}")
        check_words(f"{arguments}: its words", done.stdout + done.stderr, *words)
    config = folder / "wrong.toml"
    config.write_text('[http]\nport = 8089\nprot = 1\n')
    done = support.run("serve", "--config", config, "--data", folder / "settings")
    check("an unknown key in the configuration is an error", done.returncode in (1, 2), done.returncode)
    check_words("unknown key: its words", done.stdout + done.stderr, "prot", str(config))


def secrets_are_private():
    node = Node(folder / "secret").start()
    mode = stat.S_IMODE((node.data / "operator.token").stat().st_mode)
    check("the token is for its owner alone", mode == 0o600, oct(mode))
    check("the token is in no log", node.token() not in node.words())
    node.stop()


def it_ends_in_good_order():
    node = Node(folder / "end").start()
    began = time.monotonic()
    check("SIGTERM ends it with 0", node.stop() == 0)
    check("within ten seconds", time.monotonic() - began < 10, time.monotonic() - began)
    check("nothing of it stays", not pathlib.Path(f"/proc/{node.process.pid}").exists())


def it_can_be_stopped_while_it_starts():
    node = Node(folder / "early").start()
    node.api().must("POST", "/samples", dict(name="Kept", type="DNA"))
    node.stop()
    before = len(node.words())
    node.env = slow_disk(folder, 3_000_000)  # each of its claims takes so long
    node.launch()
    time.sleep(1.5)
    code, words = node.stop(), node.words()[before:]
    check("SIGTERM ends it with 0", code == 0, f"{code}: {words}")
    check_words("and it says why", words, "stopped while it started")
    check("it never served", '"serving"' not in words and "TracSeq is at" not in words, words)
    node.env = {}
    rows = node.start().api().everything("/samples")
    check("and starts again with all that it had", [row["name"] for row in rows] == ["Kept"], rows)
    node.stop()


for test in (a_port_in_use, a_start_that_is_refused_takes_no_partition, an_ipv6_address_is_told_in_brackets,
             a_data_folder_in_use, a_newer_version, no_permission, a_read_only_folder,
             a_file_in_its_place, damaged_history, a_missing_segment, an_absent_broker, a_wrong_broker,
             a_bad_address, a_topic_that_forgets, settings_that_are_wrong, secrets_are_private,
             it_ends_in_good_order, it_can_be_stopped_while_it_starts):
    case(test)
support.finish()
