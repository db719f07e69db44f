#!/usr/bin/env python3
"""HTTPS from outside: protocol versions, keep-alive, streams, uploads, slow and broken handshakes, a certificate that
is replaced under load, refusals at start, and the command line."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import support
from support import Node, case, check, check_words, run

folder = support.new_folder("tls")


def openssl(*words, **how):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=True,
                          stdin=subprocess.DEVNULL, **how)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
            f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")


def certificate(name, by="ca", days=30, serial=1):
    key, request, out = (folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", key, "-out", request)
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", request, "-CA", folder / f"{by}.pem", "-CAkey", folder / f"{by}.key", "-days", days,
            "-set_serial", serial, "-extfile", folder / "names", "-out", out)
    return out, key


authority("ca")
authority("stranger")
certificate("first", serial=101)
certificate("second", serial=102)


def secure(name, cert="first", **how):
    """A node with copies of a certificate, to be replaced."""
    for end in ("pem", "key"):
        shutil.copy(folder / f"{cert}.{end}", folder / f"{name}-live.{end}")
    node = SecureNode(folder / name, **how)
    node.extra = ["--http-tls-certificate", str(folder / f"{name}-live.pem"), "--http-tls-key",
                  str(folder / f"{name}-live.key")]
    return node


class SecureNode(Node):
    def start(self, timeout_s=60):
        self.launch()
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the node left with {self.process.returncode}: {self.words()[-1500:]}")
            try:
                if self.ask("/readyz")[0] == 200:
                    return self
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        raise RuntimeError(f"the node is not ready: {self.words()[-1500:]}")

    def connect(self, ca="ca", timeout_s=20):
        trust = ssl.create_default_context(cafile=folder / f"{ca}.pem")
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout_s, context=trust)

    def ask(self, path, method="GET", body=None, on=None, headers=None):
        connection = on or self.connect()
        connection.request(method, path, body, {"Authorization": f"Bearer {self.token()}", **(headers or {})}
                           if (self.data / "operator.token").exists() else {})
        answer = connection.getresponse()
        return answer.status, answer.read()


node = secure("node")


def speaks_tls_alone():
    node.start()
    check_words("it says where it is", node.words(), f"https://127.0.0.1:{node.port}")
    for flag, good in (("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{node.port}", flag, "-CAfile",
                               folder / "ca.pem", "-cipher", "ALL:@SECLEVEL=0", "-brief"],
                              input="", capture_output=True, text=True, timeout=30)
        shaken = "CONNECTION ESTABLISHED" in done.stdout + done.stderr
        check(f"openssl s_client {flag}: {'taken' if good else 'refused'}", shaken == good, done.stdout + done.stderr)
    with socket.create_connection(("127.0.0.1", node.port), timeout=10) as plain:
        plain.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = plain.recv(4096).decode()
    check_words("who speaks plain HTTP is told", answer, "HTTP/1.1 400", "https://")
    try:
        node.connect(ca="stranger").request("GET", "/livez")
        check("a client that trusts another authority refuses it", False)
    except ssl.SSLCertVerificationError:
        check("a client that trusts another authority refuses it", True)


def keeps_connections():
    connection = node.connect()
    connection.connect()
    ours = connection.sock.getsockname()
    statuses = [node.ask("/api/v1/system", on=connection)[0] for _ in range(20)]
    check("twenty requests", statuses == [200] * 20, statuses)
    check("over one connection", connection.sock is not None and connection.sock.getsockname() == ours)
    status, _ = node.ask("/api/v1/system", on=connection, headers={"Connection": "close"})
    check("one that is to be the last is answered", status == 200 and connection.sock is None, status)
    twice = ["-o", "/dev/null", f"https://localhost:{node.port}/livez"] * 2
    done = subprocess.run(["curl", "-sS", "--cacert", folder / "ca.pem", "-w", "%{num_connects} %{http_version}\n", *twice],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check("curl keeps its connection", done.stdout.splitlines() == ["1 1.1", "0 1.1"], done.stdout + done.stderr)
    raw = ssl.create_default_context(cafile=folder / "ca.pem").wrap_socket(
        socket.create_connection(("127.0.0.1", node.port), timeout=10), server_hostname="localhost")
    raw.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    read = b""
    while part := raw.recv(4096):  # an end without the farewell of TLS would be an error
        read += part
    check("the end of a connection is said", read.startswith(b"HTTP/1.1 200"), read)


def big_uploads_and_answers():
    sheet = "Sample Name,Type,Notes\n" + "".join(f"Big {n},DNA,{'x' * 900}\n" for n in range(2000))
    status, body = node.ask("/api/v1/imports/preview", "POST", sheet.encode(), headers={"Content-Type": "text/csv"})
    check("a sheet of 2 MB arrives", status == 200, body[:300])
    status, body = node.ask("/api/v1/samples", "POST", b"x" * 3_000_000, headers={"Content-Type": "application/json"})
    check("a body over the limit is answered 413", status == 413, (status, body[:200]))
    (folder / "big.csv").write_text(sheet)
    done = run("import", folder / "big.csv", "--commit", "--url", f"https://localhost:{node.port}", "--token-file",
               node.data / "operator.token", "--ca", folder / "ca.pem", timeout_s=180)
    check("the command line uploads it", done.returncode == 0, done.stderr[-800:])
    status, body = node.ask("/api/v1/samples?limit=500")
    items = json.loads(body).get("items", [])
    check("a big answer is whole", status == 200 and len(items) == 500 and len(body) > 400_000, len(body))


def streams_events():
    connection = node.connect()
    connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {node.token()}",
                                                         "Accept": "text/event-stream"})
    answer = connection.getresponse()
    check("a stream opens", answer.status == 200, answer.status)
    node.ask("/api/v1/samples", "POST", json.dumps(dict(name="Streamed", type="DNA")).encode(),
             headers={"Content-Type": "application/json"})
    read, until = b"", time.monotonic() + 20
    while b"Streamed" not in read and time.monotonic() < until:
        read += answer.readline()
    check("an event comes over it", b"Streamed" in read, read[-300:])
    connection.close()
    streams, until = "?", time.monotonic() + 20
    while streams != "0" and time.monotonic() < until:
        streams = re.search(rb"^tracseq_sse_clients (\d+)", node.ask("/metrics")[1], re.M)[1].decode()
        time.sleep(0.1)
    check("its end is noticed", streams == "0", streams)


def broken_and_slow_handshakes_hold_nothing_up():
    slow = secure("slow")
    slow.extra += ["--http-head-timeout-s", "1", "--http-connections-max", "40"]
    slow.start()
    silent = [socket.create_connection(("127.0.0.1", slow.port), timeout=20) for _ in range(20)]
    for one in silent[:10]:
        one.sendall(b"\x16\x03\x01\x02\x00\x01")  # begins to shake hands, and waits
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", slow.port), timeout=20) as bad:
            bad.sendall(os.urandom(200))
    began = time.monotonic()
    check("others are answered meanwhile", slow.ask("/livez")[0] == 200)
    check("at once", time.monotonic() - began < 10, time.monotonic() - began)
    ended = 0
    for one in silent:
        try:
            ended += one.recv(100) == b""
        except ConnectionResetError:
            ended += 1
        except TimeoutError:
            pass
        one.close()
    check("who does not shake hands is let go", ended == 20, ended)
    failed = re.search(rb"^tracseq_tls_handshakes_failed_total (\d+)", slow.ask("/metrics")[1], re.M)
    check("failures are counted", failed and int(failed[1]) >= 10, failed)
    crowd = [socket.create_connection(("127.0.0.1", slow.port), timeout=20) for _ in range(60)]
    time.sleep(4)
    for one in crowd:
        one.close()
    check("nor does a crowd of them", slow.ask("/livez")[0] == 200)
    slow.stop()


def serial_of(at):
    der = ssl.create_default_context(cafile=folder / "ca.pem").wrap_socket(
        socket.create_connection(("127.0.0.1", at.port), timeout=10), server_hostname="localhost")
    serial = int(der.getpeercert()["serialNumber"], 16)
    der.close()
    return serial


def until_serial(at, serial):
    until = time.monotonic() + 20
    while (found := serial_of(at)) != serial and time.monotonic() < until:
        time.sleep(0.1)
    return found


def replace(name, cert):
    for end in ("pem", "key"):  # one after the other, as a person or a tool does
        shutil.copy(folder / f"{cert}.{end}", folder / "new")
        os.replace(folder / "new", folder / f"{name}-live.{end}")


def is_replaced_under_load():
    stop, counts, failures = threading.Event(), [0, 0], []

    def keep_asking(anew):
        connection = node.connect()
        while not stop.is_set():
            try:
                if anew:
                    connection = node.connect()
                status, _ = node.ask("/livez", on=connection)
                if status != 200:
                    failures.append(status)
                counts[anew] += 1
                if anew:
                    connection.close()
            except (OSError, http.client.HTTPException) as problem:
                failures.append(repr(problem))
                connection = node.connect()
    threads = [threading.Thread(target=keep_asking, args=(n % 2,)) for n in range(4)]
    for thread in threads:
        thread.start()
    check("it begins with the first", serial_of(node) == 101)
    replace("node", "second")
    check("new connections get the second", until_serial(node, 102) == 102)
    replace("node", "first")
    os.kill(node.process.pid, signal.SIGHUP)
    check("and the first again, behind SIGHUP", until_serial(node, 101) == 101)
    stop.set()
    for thread in threads:
        thread.join(30)
    check(f"none of {sum(counts)} requests failed", not failures and min(counts) > 20, (counts, failures[:3]))
    check_words("it is said", node.words(), "the certificate was read again")


def a_bad_replacement_is_not_used():
    shutil.copy(folder / "second.key", folder / "node-live.key")
    until = time.monotonic() + 20
    warnings = ""
    while "not used" not in warnings and time.monotonic() < until:
        warnings = " ".join(json.loads(node.ask("/api/v1/system")[1])["warnings"])
        time.sleep(0.2)
    check_words("it is said what is wrong", warnings, "new certificate is not used",
                "does not belong to the certificate", "The one before stays in use")
    check("and the old one serves", serial_of(node) == 101)
    shutil.copy(folder / "first.key", folder / "node-live.key")
    while "not used" in warnings and time.monotonic() < until + 20:
        warnings = " ".join(json.loads(node.ask("/api/v1/system")[1])["warnings"])
        time.sleep(0.2)
    check("mended, it is over", "not used" not in warnings, warnings)


def bad_starts_say_why():
    openssl("ec", "-in", folder / "first.key", "-aes256", "-passout", "pass:x", "-out", folder / "locked.key")
    (folder / "empty.pem").write_text("")
    cases = [
        ("a missing certificate", "nowhere.pem", "first.key", ["http.tls_certificate", "there is no file"]),
        ("a missing key", "first.pem", "nowhere.key", ["http.tls_key", "there is no file"]),
        ("a file without a certificate", "empty.pem", "first.key", ["http.tls_certificate", "holds no certificate"]),
        ("a file without a key", "first.pem", "empty.pem", ["http.tls_key", "holds no private key"]),
        ("another's key", "first.pem", "second.key", ["http.tls_key", "does not belong to the certificate"]),
        ("a locked key", "first.pem", "locked.key", ["http.tls_key", "passphrase"]),
        ("a folder", "", "first.key", ["http.tls_certificate"]),
    ]
    for name, cert, key, words in cases:
        bad = Node(folder / "bad", extra=["--http-tls-certificate", str(folder / cert),
                                          "--http-tls-key", str(folder / key)])
        code, said = bad.expect_refusal()
        check(f"{name}: it does not start", code not in (0, None), code)
        check_words(f"{name}: and says why", said, *words)
    code, said = Node(folder / "bad", extra=["--http-tls-certificate", str(folder / "first.pem")]).expect_refusal()
    check("a certificate without a key: it does not start", code not in (0, None), code)
    check_words("and says why", said, "http.tls_key is empty", "TLS needs both")
    certificate("old", days=0)
    time.sleep(1.1)
    old = secure("expired", "old")
    old.launch()
    until = time.monotonic() + 30
    while "expired at" not in old.words() and time.monotonic() < until:
        time.sleep(0.1)
    check_words("an expired one is warned about", old.words(), '"warn"', "expired at", "clients refuse it")
    check("and it runs", old.process.poll() is None)
    old.stop()
    open_one = Node(folder / "open", extra=["--http-address", "0.0.0.0"]).start()
    check_words("plain HTTP to other machines is warned about", open_one.words(), '"warn"',
                "plain HTTP to other machines", "http.tls_certificate")
    open_one.stop()
    secure_one = secure("open-secure")
    secure_one.extra += ["--http-address", "0.0.0.0"]
    secure_one.start()
    check("TLS is not", "plain HTTP to other machines" not in secure_one.words())
    secure_one.stop()


def the_command_line_checks_who_it_is():
    base = ["sample", "list", "--url", f"https://localhost:{node.port}", "--token-file", node.data / "operator.token"]
    done = run(*base, "--ca", folder / "ca.pem")
    check("with --ca it works", done.returncode == 0, done.stderr)
    done = run(*base, env=dict(TRACSEQ_CA=str(folder / "ca.pem")))
    check("with TRACSEQ_CA, too", done.returncode == 0, done.stderr)
    for name, more in (("a stranger's authority", ["--ca", folder / "stranger.pem"]), ("no authority", [])):
        done = run(*base, *more)
        check(f"{name}: refused", done.returncode == support.UNAVAILABLE, done.stdout)
        check_words(f"{name}: in words", done.stderr, "is not trusted", "--ca")
    done = run(*base, "--ca", folder / "nowhere.pem")
    check("a missing authority: refused", done.returncode != 0, done.stdout)
    check_words("in words", done.stderr, "--ca")


def stops_in_good_order():
    check("SIGTERM ends it with 0", node.stop() == 0)


for test in (speaks_tls_alone, keeps_connections, big_uploads_and_answers, streams_events,
             broken_and_slow_handshakes_hold_nothing_up, is_replaced_under_load, a_bad_replacement_is_not_used,
             bad_starts_say_why, the_command_line_checks_who_it_is, stops_in_good_order):
    case(test)
support.finish()
