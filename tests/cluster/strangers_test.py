#!/usr/bin/env python3
"""Who does not belong to a cluster, or does not fit it: a clear word on the node, in its figures and in
`tracseq cluster status`; and the rest goes on."""
import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import time

from members import (STARTS_S, Member, folder, members, secret, status_of, support, takes_commands, wait_until,
                     why_not_ready)
from support import PROJECT, case, check, check_words

REFUSED = b"TSN1\x05"


def two_with_one_name():
    topic = support.fresh_topic("names")
    with members(Member("node-1", topic)) as (first,):
        second = Member("node-1", topic)
        code, words = second.expect_refusal(STARTS_S)
        check("the second of two with one name leaves", code not in (0, None), code)
        check_words("it says why", words, "another node is named node-1", "--node-name")
        check("the first goes on", takes_commands(first, "STILL-1"))
        check("and says what was there", wait_until(lambda: first.metric("tracseq_cluster_strangers_total") > 0))
        check("it is a warning", first.metric("tracseq_cluster_warnings") == 1)
        code, words = status_of(first, "--check")
        check("the command line finds it wrong", code == support.UNAVAILABLE, code)
        check_words("and says it", words, "to the port for nodes", "refused", "two nodes are named node-1", "--node-name")


def another_secret():
    topic = support.fresh_topic("secrets")
    with members(Member("node-1", topic), Member("node-2", topic)) as (first, second):
        stranger = Member("node-3", topic, secret_name="other")
        stranger.launch()
        try:
            # It reads the same log, so it finds the others there; none talks to it.
            check("the others refuse it",
                  wait_until(lambda: any("another cluster secret" in w for w in first.view()["warnings"])),
                  first.view()["warnings"])
            status = support.run("cluster", "status", "--url", first.url, "--data", first.data)
            check_words("so says the command line", status.stdout + status.stderr, "another cluster secret")
            check("it counts as a stranger", first.metric("tracseq_cluster_strangers_total") > 0)
            check("it is not ready", not stranger.is_ready())
        finally:
            stranger.kill()
        check("the two take commands, as soon as nobody takes partitions from them",
              wait_until(lambda: takes_commands(first, "SECRET-1") and takes_commands(second, "SECRET-2"), 40))


def other_partitions():
    topic = support.fresh_topic("partitions")
    with members(Member("node-1", topic)) as (first,):
        code, words = Member("node-2", topic, extra=["--log-partitions", "6"]).expect_refusal(STARTS_S)
        check("a node that counts other partitions leaves", code not in (0, None), code)
        check_words("it says how many there are", words, "12 partitions", "6 are set")
        check("the first goes on", takes_commands(first, "PARTS-1"))


def bad_settings():
    topic = support.fresh_topic("settings")
    for name, arguments, words in (
            ("an embedded log", ["--cluster-address", "127.0.0.1"], ("embedded log", "Kafka")),
            ("no secret", ["--log", topic, "--cluster-address", "127.0.0.1"], ("cluster.secret_file", "urandom")),
            ("a role that is none", ["--node-roles", "shards cooking"], ("shards, http and notifications", "cooking")),
            ("nothing to own", ["--node-roles", "http"], ("alone",)),
            ("half of the certificates", ["--log", topic, "--cluster-address", "127.0.0.1", "--cluster-secret-file",
                                          secret("secret"), "--cluster-tls-key", "x.pem"], ("all three",)),
            ("a name for an address", ["--log", topic, "--cluster-address", "localhost", "--cluster-secret-file",
                                       secret("secret")], ("IP address", "localhost"))):
        done = support.run("serve", "--data", folder / "bad", "--port", "0", *arguments, timeout_s=60)
        check(f"{name}: it does not start", done.returncode not in (0, 2 ** 31), done.returncode)
        check_words(f"{name}: it says why", done.stderr, *words)
    open_secret = secret("open")
    open_secret.chmod(0o644)
    done = support.run("serve", "--data", folder / "bad", "--port", "0", "--log", topic, "--cluster-address", "127.0.0.1",
                       "--cluster-secret-file", open_secret, timeout_s=60)
    check_words("a secret that others can read", done.stderr, "others can read", "chmod 600")
    handed = secret("handed")
    handed.chmod(0o440)
    done = support.run("serve", "--data", folder / "bad", "--port", "0", "--log", topic, "--cluster-address", "localhost",
                       "--cluster-secret-file", handed, timeout_s=60, env=dict(CREDENTIALS_DIRECTORY=str(folder)))
    check("one that systemd hands over by an access list is taken", "others can read" not in done.stderr, done.stderr)
    check_words("and what is wrong is said", done.stderr, "IP address")


def bytes_of_strangers():
    topic = support.fresh_topic("bytes")
    with members(Member("node-1", topic), Member("node-2", topic)) as (first, second):
        port = first.cluster_port
        for said in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"CAF\0" * 64, os.urandom(4096), b"TSN1\x01\xff\xff\xff\xff",
                     b"TSN1\x07\x10\0\0\0" + b"x" * 16, b"TSN1\x01\x04\0\0\0abcd"):
            with socket.create_connection(("127.0.0.1", port), 5) as line:
                line.settimeout(10)
                line.sendall(said)
                told = all_of(line)
                check("it is cut off", told is not None, said[:16])
                check("and is not greeted", told[:5] in (b"", REFUSED), told[:80])
        check("each is counted", wait_until(lambda: first.metric("tracseq_cluster_strangers_total") >= 6),
              first.metric("tracseq_cluster_strangers_total"))
        code, words = status_of(first, "--check")
        check("the command line finds it wrong", code == support.UNAVAILABLE, code)
        counted = re.search(r"(\d+) connections to the port for nodes were refused; the last one: 127\.0\.0\.1", words)
        check("and says how many came", counted and int(counted[1]) >= 6, words)
        check("it is a warning", first.metric("tracseq_cluster_warnings") == 1)
        # A silent one made CAF's own links turn a processor for nothing: docs/adr/0011.
        silent = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(20)]
        began, before = time.monotonic(), first.cpu_s()
        time.sleep(2)
        load = (first.cpu_s() - before) / (time.monotonic() - began)
        check("silent ones cost nothing", load < 0.5, f"{load:.2f} of a processor")
        check("and are cut off in time", all(closed_within(line, 10) for line in silent))
        flood = [socket.socket() for _ in range(300)]
        for line in flood:
            line.connect(("127.0.0.1", port))
        check("a flood does not part the nodes", takes_commands(first, "FLOOD-1") and takes_commands(second, "FLOOD-2"))
        for line in flood:
            line.close()
        check("the two still reach each other",
              all(n["state"] in ("here", "reachable") for n in first.view()["nodes"]), first.view()["nodes"])


def all_of(line):
    """What comes until the other side ends; None if it does not."""
    got = b""
    try:
        while part := line.recv(4096):
            got += part
    except ConnectionResetError:
        pass
    except TimeoutError:
        return None
    return got


def closed_within(line, seconds):
    line.settimeout(seconds)
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    finally:
        line.close()


def with_certificates():
    topic = support.fresh_topic("tls")
    for where, more in (("tls", []), ("theirs", ["--ca-name", "Strangers"])):
        make(folder / where, "node-1", "node-2", "node-3", *more)
    with members(Member("node-1", topic, tls=folder / "tls"), Member("node-2", topic, tls=folder / "tls")) as (first, second):
        check("commands travel over TLS", takes_commands(first, "TLS-1") and takes_commands(second, "TLS-2"))
        check("both are in reach", {n["state"] for n in first.view()["nodes"]} == {"here", "reachable"})
        strangers = first.metric("tracseq_cluster_strangers_total")
        with socket.create_connection(("127.0.0.1", first.cluster_port), 5) as line:
            line.settimeout(10)
            line.sendall(b"TSN1\x01\x04\0\0\0abcd")
            with contextlib.suppress(ConnectionResetError):
                check("who speaks no TLS gets no greeting", b"TSN1" not in line.recv(4096))
        for name, context in (("without a certificate", ssl.create_default_context(cafile=folder / "tls" / "ca.crt")),
                              ("with a stranger's certificate", with_theirs())):
            check(f"who comes {name} is cut off", not greeted(first.cluster_port, context))
        check("each is counted",
              wait_until(lambda: first.metric("tracseq_cluster_strangers_total") >= strangers + 3))
        third = Member("node-3", topic, tls=folder / "theirs")
        third.launch()
        try:
            check("a node of another authority gets nowhere",
                  wait_until(lambda: any("TLS failed" in w for w in first.view()["warnings"])), first.view()["warnings"])
        finally:
            third.kill()
        began, before = time.monotonic(), first.cpu_s()
        silent = [socket.create_connection(("127.0.0.1", first.cluster_port), 5) for _ in range(20)]
        time.sleep(2)
        load = (first.cpu_s() - before) / (time.monotonic() - began)
        check("silent ones cost nothing, with TLS either", load < 0.5, f"{load:.2f} of a processor")
        for line in silent:
            line.close()
        check("the two go on", wait_until(lambda: takes_commands(first, "TLS-3") and takes_commands(second, "TLS-4"), 40))


def a_certificate_is_renewed():
    topic, place = support.fresh_topic("renewed"), folder / "renewed"
    make(place, "node-1", "node-2", "--days", "5")
    with members(Member("node-1", topic, tls=place), Member("node-2", topic, tls=place)) as (first, second):
        both = first, second
        left_days = (first.metric("tracseq_cluster_certificate_expires_seconds") - time.time()) / 86_400
        check("when it expires is a figure", 4 < left_days < 6, left_days)
        soon = [f"node-{n}: The certificate in {place}/node-{n}.crt expires at" for n in (1, 2)]
        for node in both:
            check(f"{node.name} says that they expire soon",
                  wait_until(lambda: all(words in status_of(node)[1] for words in soon)), status_of(node)[1])
        before = certificate_of(first, place)
        check("all is well", takes_commands(first, "RENEW-1") and takes_commands(second, "RENEW-2"))
        make(place, "node-1", "--renew", "--days", "100")
        check("a new connection gets the new one", wait_until(lambda: certificate_of(first, place) not in ("", before)))
        renewed = certificate_of(first, place)
        left_days = (first.metric("tracseq_cluster_certificate_expires_seconds") - time.time()) / 86_400
        check("the figure follows", 99 < left_days < 101, left_days)
        check("what was said of it is over", wait_until(lambda: "node-1.crt expires" not in status_of(second)[1]),
              status_of(second)[1])
        check("the connections that were open go on", not any("lost a node" in node.words() for node in both))
        (place / "node-1.key").write_text("no key")
        check("what cannot be used is said",
              wait_until(lambda: "cluster.tls_key" in status_of(second)[1] and "is not used" in status_of(second)[1]),
              status_of(second)[1])
        check("and the one before stays", certificate_of(first, place) == renewed)
        check("nobody was restarted, and commands go both ways",
              takes_commands(first, "RENEW-3") and takes_commands(second, "RENEW-4"))
        make(place, "node-2", "--renew", "--days", "100")
        second.stop()
        second.start()
        check("who comes anew with a new one meets the other", wait_until(
            lambda: {n["state"] for n in first.view()["nodes"]} == {"here", "reachable"}), first.view()["nodes"])
        check("and commands go both ways", wait_until(
            lambda: takes_commands(first, "RENEW-5") and takes_commands(second, "RENEW-6"), 40))


def make(place, *words):
    made = subprocess.run([PROJECT / "tools" / "certificates", place, *words], capture_output=True, text=True)
    check("certificates are made", made.returncode == 0, made.stderr)


def certificate_of(node, place):
    """What a node shows who dials its port for nodes; empty where the dialling fails."""
    context = ssl.create_default_context(cafile=place / "ca.crt")
    context.load_cert_chain(place / "node-2.crt", place / "node-2.key")
    try:
        with socket.create_connection(("127.0.0.1", node.cluster_port), 5) as line, context.wrap_socket(
                line, server_hostname="localhost") as wrapped:
            return wrapped.getpeercert(binary_form=True)
    except (OSError, ssl.SSLError):
        return ""


def with_theirs():
    context = ssl.create_default_context(cafile=folder / "tls" / "ca.crt")
    context.load_cert_chain(folder / "theirs" / "node-3.crt", folder / "theirs" / "node-3.key")
    return context


def greeted(port, context):
    """Whether a node answers a greeting. With TLS 1.3 a client learns only now that it was refused."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as line, context.wrap_socket(
                line, server_hostname="localhost") as wrapped:
            wrapped.settimeout(10)
            wrapped.sendall(b"TSN1\x01\x04\0\0\0abcd")
            return wrapped.recv(4096) != b""
    except (ssl.SSLError, ConnectionError, TimeoutError):
        return False


def address_out_of_reach():
    topic = support.fresh_topic("address")
    nowhere = f"127.0.0.1:{support.free_port()}"
    with members(Member("node-1", topic)) as (first,):
        second = Member("node-2", topic, extra=["--cluster-advertise", nowhere])
        second.launch()
        try:
            check("the others say that it is not reached",
                  wait_until(lambda: any(nowhere in w and "not reached" in w for w in first.view()["warnings"])),
                  first.view()["warnings"])
            time.sleep(10)  # longer than any line is waited for, and than the group waits
            owners = {row["owner"] for row in first.view()["partitions"]}
            check("it gets no partitions", owners == {"node-1"}, owners)
            check("the rest goes on", wait_until(lambda: takes_commands(first, "ADDRESS-0"), 40))
            wrong = f"cannot reach this node at {nowhere}; set cluster.advertise"
            check("it says so itself", wait_until(lambda: wrong in why_not_ready(second)), why_not_ready(second))
            check("and in figures", second.metric("tracseq_ready") == 0)
            code, words = status_of(second, "--check")
            check("its command line finds it wrong", code == support.UNAVAILABLE, code)
            check_words("and says it", words, "node-2 is not ready", wrong)
            code, words = status_of(first, "--check")
            check("so does that of the others", code == support.UNAVAILABLE, code)
            check_words("which say what they see", words, nowhere, "node-2 is unreachable")
            check("and count it", first.metric("tracseq_cluster_warnings") >= 1)
        finally:
            second.stop()
        check("what it had is served again", wait_until(lambda: takes_commands(first, "ADDRESS-1"), 40))


for test in (bad_settings, two_with_one_name, other_partitions, another_secret, bytes_of_strangers, with_certificates,
             a_certificate_is_renewed, address_out_of_reach):
    if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
        case(test)
support.finish()
