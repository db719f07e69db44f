"""HTTP/1.1 as bytes: smuggling, framing, lengths, slowness, methods, paths of files."""
import socket
import threading
import time

import support
from support import Node

from contract.lab import check, check_problem, exchange, head, read_answer

SECOND = b"GET /api/v1/never HTTP/1.1\r\nHost: x\r\n\r\n"


def answers(node, data, timeout_s=5):
    """All answers that come to these bytes, until the server closes."""
    found = []
    with socket.create_connection(("127.0.0.1", node.port), timeout=timeout_s) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        stream = sock.makefile("rb")
        text = stream.read()
    while text.startswith(b"HTTP/1.1 "):
        status, rest = int(text[9:12]), text.partition(b"\r\n\r\n")
        length = [int(line.split(b":")[1]) for line in rest[0].split(b"\r\n")
                  if line.lower().startswith(b"content-length:")]
        found.append(status)
        text = rest[2][length[0] if length else 0:]
    return found, text


def smuggling(node):
    """What proxies and servers understand differently is refused, and nothing behind it is read."""
    begin = "POST /api/v1/samples HTTP/1.1\r\nHost: x\r\n"
    cases = [
        ("length and chunked", begin + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
         "exclude each other"),
        ("two lengths", begin + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400, "twice"),
        ("two lengths in one", begin + "Content-Length: 5, 5\r\n\r\nhello", 400, "one decimal number"),
        ("a signed length", begin + "Content-Length: +5\r\n\r\nhello", 400, "one decimal number"),
        ("a hex length", begin + "Content-Length: 0x5\r\n\r\nhello", 400, "one decimal number"),
        ("two encodings", begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 501,
         "chunked"),
        ("chunked, then more", begin + "Transfer-Encoding: chunked, identity\r\n\r\n", 501, "chunked"),
        ("a blank before the colon", begin + "Content-Length : 5\r\n\r\nhello", 400, "before the colon"),
        ("folding", begin + "X-Long: a\r\n b\r\nContent-Length: 0\r\n\r\n", 400, "folding"),
        ("bare LF", "GET /livez HTTP/1.1\nHost: x\n\n", 400, "CR LF"),
        ("bare LF in the middle", "GET /livez HTTP/1.1\r\nHost: x\nX: y\r\n\r\n", 400, "CR LF"),
        ("bare CR", "GET /livez HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400, "carriage return"),
        ("a zero byte", "GET /livez HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400, "zero byte"),
        ("no Host", "GET /livez HTTP/1.1\r\n\r\n", 400, "Host"),
        ("two Hosts", "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host"),
        ("no version", "GET /livez\r\nHost: x\r\n\r\n", 400, "request line"),
        ("HTTP/2.0", "GET /livez HTTP/2.0\r\nHost: x\r\n\r\n", 505, "HTTP/1.1"),
        ("a blank in the target", "GET /live z HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent-encoded"),
        ("no slash", "GET livez HTTP/1.1\r\nHost: x\r\n\r\n", 400, "begin with /"),
        ("a method that is none", "GE{T /livez HTTP/1.1\r\nHost: x\r\n\r\n", 400, "method"),
        ("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, ""),
    ]
    codes = {400: "bad_request", 501: "unsupported", 505: "unsupported"}
    for name, text, status, words in cases:
        data = text.encode("latin-1")
        check_problem(f"smuggling: {name}", exchange(node, data), status, codes[status], words, instance="/")
        seen, rest = answers(node, data + SECOND)
        check(f"smuggling: {name}: nothing behind it is read", seen == [status] and not rest, (seen, rest[:80]))
    chunks = head(node, "POST /api/v1/samples HTTP/1.1", "Transfer-Encoding: chunked",
                  "Content-Type: application/json")
    for name, body in (("a chunk's length", b"zz\r\n{}\r\n0\r\n\r\n"), ("a chunk that is longer", b"1\r\n{}\r\n0\r\n\r\n"),
                       ("a huge length", b"fffffffffffffffff\r\n{}"), ("bare LF in chunks", b"2\n{}\n0\n\n")):
        seen, _ = answers(node, chunks + body + SECOND)
        check(f"chunks: {name}: refused, and the connection ends", seen == [400] or seen == [413], seen)


def lengths(node):
    check_problem("an address over the limit", exchange(node, head(node, "GET /" + "a" * 9000 + " HTTP/1.1")), 414,
                  "target_too_long", "address")
    check_problem("a header over the limit", exchange(node, head(node, "GET /livez HTTP/1.1", "X: " + "a" * 9000)),
                  431, "head_too_large", "head")
    many = [f"X-{n}: y" for n in range(101)]
    check_problem("more than 100 headers", exchange(node, head(node, "GET /livez HTTP/1.1", *many)), 431,
                  "head_too_large", "100 headers")


def slowness(node):
    """A head or a body that does not come is given up, with an answer; another client is served meanwhile."""
    slow = Node(node.data.parent / "slow", extra=["--http-head-timeout-s", "1", "--http-idle-timeout-s", "1"]).start()
    body = head(slow, "POST /api/v1/samples HTTP/1.1", "Content-Length: 5000", "Content-Type: application/json")
    found = {}

    def trickle(name, data):
        with socket.create_connection(("127.0.0.1", slow.port), timeout=10) as sock:
            began = time.monotonic()
            sock.sendall(data)
            found[name] = read_answer(sock), time.monotonic() - began
    threads = [threading.Thread(target=trickle, args=pair) for pair in (
        ("head", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slo"), ("body", body + b'{"na'), ("nothing", b""))]
    for thread in threads:
        thread.start()
    check("others are served meanwhile", slow.api(2).get("//livez").status == 200)
    for thread in threads:
        thread.join()
    for name in ("head", "body"):
        answer, seconds = found[name]
        check_problem(f"a slow {name}", answer, 408, "timed_out", "in time")
        check(f"a slow {name} is given up soon", 0.9 < seconds < 8, seconds)
    check("a connection without a request is closed without words", found["nothing"][0] is None)
    slow.stop()


def methods(node):
    cases = [("DELETE", "/api/v1/samples", "POST, GET, HEAD, OPTIONS"), ("PUT", "/livez", "GET, HEAD, OPTIONS"),
             ("GET", "/api/v1/barcodes:reserve", "POST, OPTIONS"), ("PATCH", "/api/v1/samples/x", "GET, HEAD, OPTIONS"),
             ("BREW", "/api/v1/samples", "POST, GET, HEAD, OPTIONS"), ("TRACE", "/livez", "GET, HEAD, OPTIONS")]
    for method, path, allow in cases:
        answer = exchange(node, head(node, f"{method} {path} HTTP/1.1"))
        check_problem(f"{method} {path}", answer, 405, "method_not_allowed", "not taken here", allow.split(",")[0],
                      instance=path)
        check(f"{method} {path}: Allow", sorted(answer.headers["Allow"].split(", ")) == sorted(allow.split(", ")),
              answer.headers["Allow"])
        options = exchange(node, head(node, f"OPTIONS {path} HTTP/1.1"))
        check(f"OPTIONS {path}", options.status == 204 and options.headers["Allow"] == answer.headers["Allow"]
              and not options.raw, options.problem)
    check("OPTIONS *", exchange(node, head(node, "OPTIONS * HTTP/1.1")).status == 204)
    for path in ("/livez", "/api/v1/samples", "/openapi.json"):
        get = exchange(node, head(node, f"GET {path} HTTP/1.1"))
        only = exchange(node, head(node, f"HEAD {path} HTTP/1.1"), method="HEAD")
        check(f"HEAD {path}: the head of GET, no body", only.status == 200 and not only.raw
              and only.headers["Content-Length"] == get.headers["Content-Length"]
              and only.headers["Content-Type"] == get.headers["Content-Type"], only.headers.items())
    both = answers(node, head(node, "HEAD /livez HTTP/1.1") + head(node, "GET /livez HTTP/1.1", "Connection: close"))
    check("HEAD leaves no body on the connection", both[0] == [200, 200] or both[0] == [200], both)
    ranged = exchange(node, head(node, "GET /openapi.json HTTP/1.1", "Range: bytes=0-9"))
    check("Range is passed over: the whole document", ranged.status == 200 and len(ranged.raw) > 1000)
    for bad in ("bytes=9-0", "bytes=", "lines=1-2", "bytes=0-1,2-3,4-99999999999999999999"):
        odd = exchange(node, head(node, "GET /openapi.json HTTP/1.1", f"Range: {bad}"))
        check(f"Range: {bad}", odd.status == 200 and len(odd.raw) > 1000, odd.status)


def pipelining(node):
    text = b"".join(head(node, "GET /livez HTTP/1.1") for _ in range(20))
    text += head(node, "GET /livez HTTP/1.1", "Connection: close")
    check("21 requests in one write get 21 answers", answers(node, text)[0] == [200] * 21)
    old = exchange(node, b"GET /livez HTTP/1.0\r\n\r\n")
    check("HTTP/1.0 without Host is served, and closed", old.status == 200 and old.headers["Connection"] == "close")


def paths_of_files(node):
    """A page of its own, beside a secret."""
    page = support.new_folder("page")
    (page / "ui" / "assets").mkdir(parents=True)
    (page / "ui" / "index.html").write_text("<!doctype html><title>page</title>")
    (page / "ui" / "assets" / "a.js").write_text("1")
    (page / "secret.txt").write_text("the secret")
    (page / "ui" / "link.txt").symlink_to(page / "secret.txt")
    other = Node(node.data.parent / "files", extra=["--ui-directory", str(page / "ui")]).start()
    home = exchange(other, head(other, "GET / HTTP/1.1", token=False))
    check("the page is served to everybody", home.status == 200 and b"<title>page" in home.raw)
    check("with a strict policy", "script-src 'self'" in home.headers["Content-Security-Policy"]
          and "unsafe" not in home.headers["Content-Security-Policy"])
    for path in ("/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
                 "/assets/%2e%2e%2f%2e%2e%2fsecret.txt", "/..\\secret.txt", "/%2e%2e%5csecret.txt", "//etc/passwd",
                 "/assets/....//....//secret.txt", "/%252e%252e/secret.txt", "http://x/../secret.txt",
                 "/ui/../../secret.txt", "/assets/%00/secret.txt", "/secret.txt\x7f", "/%c0%ae%c0%ae/secret.txt"):
        answer = exchange(other, head(other, f"GET {path} HTTP/1.1", token=False))
        check(f"traversal: {path!r}", (answer.status in (400, 404) or b"<title>page" in answer.raw) and b"the secret" not in answer.raw
              and b"root:" not in answer.raw, f"{answer.status} {answer.raw[:80]}")
    check_problem("a file that is not there", exchange(other, head(other, "GET /nothing.js HTTP/1.1")), 404,
                  "not_found", "/nothing.js", instance="/nothing.js")
    check_problem("an address of the API that is not there",
                  exchange(other, head(other, "GET /api/v1/nothing HTTP/1.1")), 404, "not_found", "nothing at")
    check_problem("an address that is not UTF-8", exchange(other, head(other, "GET /api/v1/%ff HTTP/1.1")), 400,
                  "invalid_argument", "UTF-8")
    for path in ("/samples/x", "/storage"):  # the page's own addresses
        deep = exchange(other, head(other, f"GET {path} HTTP/1.1", token=False))
        check(f"the page answers for {path}", deep.status == 200 and b"<title>page" in deep.raw, deep.status)
    other.stop()


CASES = (smuggling, lengths, slowness, methods, pipelining, paths_of_files)
