"""Bodies and queries that are wrong: each is told what is wrong, where, and what would be right."""
import json

from support import quote

from contract.lab import check, check_problem, exchange, head, make_sample, make_unit, pointers

ABSENT = "01900000-0000-7000-8000-000000000000"


def post_text(node, text, *headers, path="/api/v1/samples", kind="application/json"):
    data = text if isinstance(text, bytes) else text.encode()
    headers = [*headers, f"Content-Length: {len(data)}"] + ([f"Content-Type: {kind}"] if kind else [])
    return exchange(node, head(node, f"POST {path} HTTP/1.1", *headers) + data)


def broken_json(node):
    deep = '{"name":' + "[" * 100 + "]" * 100 + "}"
    cases = [
        ("too deep", deep, ["nested deeper than 64"]),
        ("a million levels", '{"a":' * 150_000, ["nested deeper"]),
        ("empty text", " \n", ["empty", "JSON object"]),
        ("cut off", '{"name": "x"', ["line 1", "column 12"]),
        ("NaN", '{"name": "x", "volume_ul": NaN}', ["not JSON", "column"]),
        ("1e999", '{"name": "x", "volume_ul": 1e999}', ["too large"]),
        ("a comment", '{"name": "x" /* why */}', ["not JSON"]),
        ("a trailing comma", '{"name": "x",}', ["not JSON"]),
        ("single quotes", "{'name': 'x'}", ["double quotes"]),
        ("two values", '{"name": "x"} {}', ["nothing may follow"]),
        ("a key twice", '{"name": "x", "name": "y"}', ["/name", "given twice"]),
        ("a zero byte", b'{"name": "x\0y"}', ["not JSON"]),
        ("invalid UTF-8", b'{"name": "\xff\xfe"}', ["not JSON"]),
        ("a surrogate", b'{"name": "\xed\xa0\x80"}', ["not JSON"]),
        ("half a surrogate pair", '{"name": "\\ud800"}', ["not JSON"]),
        ("UTF-16", '{"name": "x"}'.encode("utf-16"), ["not JSON"]),
    ]
    for name, text, words in cases:
        check_problem(f"JSON: {name}", post_text(node, text), 400, "invalid_argument", *words,
                      instance="/api/v1/samples")
    empty = post_text(node, "")
    check_problem("JSON: no body at all", empty, 422, "invalid_argument", "name", "must be given")
    marked = post_text(node, b'\xef\xbb\xbf{"name": "BOM"}')
    check("a byte order mark is passed over or explained", marked.status in (201, 400), marked.problem)


def wrong_fields(node):
    cases = [
        ("a list", [1], "", "has to be an object"),
        ("unknown field", dict(name="x", colour="red"), "/colour", "not a field here"),
        ("missing", dict(type="DNA"), "/name", "must be given"),
        ("null", dict(name=None), "/name", "not null"),
        ("empty", dict(name=""), "/name", "must not be empty"),
        ("wrong type", dict(name=7), "/name", "has to be a text, not a number"),
        ("text for number", dict(name="x", volume_ul="12"), "/volume_ul", "a number, not a text"),
        ("half a taxon", dict(name="x", taxon_id=9606.5), "/taxon_id", "whole number"),
        ("huge taxon", dict(name="x", taxon_id=2**63), "/taxon_id", "between"),
        ("too long", dict(name="x" * 256), "/name", "at most 255"),
        ("unknown word", dict(name="x", type="dna"), "/type", "is not one of: DNA"),
        ("no date", dict(name="x", collected_at="last week"), "/collected_at", "2026-11-24"),
        ("impossible date", dict(name="x", collected_at="2026-02-30"), "/collected_at", "date"),
        ("list of words", dict(name="x", requires_temperature=["-80", "cold"]), "/requires_temperature/1",
         "is not one of"),
        ("nested", dict(name="x", custom={"a/b~c": 5}), "/custom/a~1b~0c", "has to be a text"),
        ("many keys", dict(name="x", custom={str(n): "" for n in range(201)}), "/custom", "200"),
        ("an escape sequence", dict(name="x", notes="a\x1b[2Jb"), "/notes", "control character"),
        ("an escape sequence in the reason", dict(name="x", reason="\x1b]0;x\x07"), "/reason", "control character"),
        ("a label that is none", dict(name="x", barcode="a\tb"), "/barcode", ""),
    ]
    api = node.api()
    for name, body, pointer, words in cases:
        answer = api.post("/samples", body)
        check_problem(f"field: {name}", answer, 422, "invalid_argument", words)
        check(f"field: {name}: names the place", pointer in pointers(answer), answer.raw[:500])
    both = api.post("/samples", dict(type="dna", colour=1, volume_ul="x"))
    check("all wrong fields are told at once",
          pointers(both) == {"/type", "/colour", "/volume_ul", "/name"}, both.raw[:500])
    odd = api.post("/samples", dict(name="<script>alert(1)</script> ‮ 𝔘 \u0001", type="DNA"))
    check("a text with markup is data, or refused in words",
          odd.ok and odd.headers["Content-Type"] == "application/json"
          and odd.headers["X-Content-Type-Options"] == "nosniff" or odd.status == 422, odd.problem)


def wrong_content_type(node):
    body = json.dumps(dict(name="x", type="DNA"))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/json; charset=utf-8",
                 "multipart/form-data; boundary=x", "application/jsonx", "t\xe9xt"):
        check_problem(f"Content-Type {kind!r}",
                      exchange(node, head(node, "POST /api/v1/samples HTTP/1.1", f"Content-Length: {len(body)}")
                               [:-2] + f"Content-Type: {kind}\r\n\r\n".encode("latin-1") + body.encode()),
                      415, "unsupported_media_type", "application/json")
    for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON", "application/cloudevents+json"):
        answer = post_text(node, body, kind=kind)
        check(f"Content-Type {kind} is taken", answer.status == 201, answer.problem)


def too_large(node):
    limit = 1 << 20
    text = '{"name": "' + "x" * (limit + 100_000) + '"}'
    check_problem("a body over the limit", post_text(node, text), 413, "too_large", "1048576")
    chunked = head(node, "POST /api/v1/samples HTTP/1.1", "Content-Type: application/json",
                   "Transfer-Encoding: chunked") + b"".join(
                       b"10000\r\n" + b" " * 0x10000 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"
    check_problem("the same in chunks", exchange(node, chunked), 413, "too_large", "body")
    announced = head(node, "POST /api/v1/samples HTTP/1.1", "Content-Type: application/json",
                     "Content-Length: 99999999999")
    check_problem("announced and never sent", exchange(node, announced), 413, "too_large")
    sheet = head(node, "POST /api/v1/imports/preview HTTP/1.1", "Content-Type: application/octet-stream",
                 f"Content-Length: {(20 << 20) + 1}")
    check_problem("a sheet over its own limit", exchange(node, sheet), 413, "too_large", str(20 << 20))


def wrong_queries(node):
    api = node.api()
    cases = [
        ("/samples?limit=0", "/query/limit", "between 1 and 500"),
        ("/samples?limit=501", "/query/limit", "between 1 and 500"),
        ("/samples?limit=ten", "/query/limit", "whole number"),
        ("/samples?limit=1&limit=2", "/query/limit", "twice"),
        ("/samples?colour=red", "/query/colour", "not a field here"),
        ("/samples?state=lost", "/query/state/0", "is not one of"),
        ("/samples?sort=colour", "/query/sort", "is not one of"),
        ("/samples?cursor=AAAA", "/cursor", "cursor"),
        ("/samples?cursor=%00", "/query", "percent-encoded"),
        ("/samples?q=%ff", "/query", "UTF-8"),
        ("/samples?q=%ed%a0%80", "/query", "UTF-8"),
        ("/samples?q=%c0%af", "/query", "UTF-8"),
        ("/samples?as_of=yesterday", "/query/as_of", "date"),
        ("/samples?as_of=2999-01-01", "/query/as_of", "future"),
        ("/samples?as_of=2026-13-01", "/query/as_of", "date"),
        ("/search?q=", "/query/q", "must not be empty"),
        ("/search", "/query/q", "must be given"),
        ("/samples?type=" + quote("é" * 100), "/query/type", "is not one of"),
        ("/samples?type=" + quote("x" + "𝔘" * 100), "/query/type", "is not one of"),
    ]
    for path, pointer, words in cases:
        answer = api.get(path)
        check_problem(f"query: {path[:60]}", answer, 422, "invalid_argument", words,
                      instance="/api/v1" + path.split("?")[0])
        check(f"query: {path[:60]}: names the place", pointer in pointers(answer), answer.raw[:400])


def unknown_things(node):
    api = node.api()
    for path in (f"/samples/{ABSENT}", "/samples/NOT-A-LABEL", f"/storage-units/{ABSENT}/map",
                 f"/runs/{ABSENT}/history", f"/imports/{ABSENT}", "/imports/nothing", f"/processes/{ABSENT}",
                 f"/notification-rules/{ABSENT}", f"/deliveries/{ABSENT}", "/barcodes/NOT-A-LABEL",
                 "/streams/sample/nothing/history", f"/samples?unit={ABSENT[:-1]}x",
                 f"/samples/{quote('x' * 400)}", f"/samples/{quote('é' * 99)}"):
        check_problem(f"unknown: {path[:60]}", api.get(path), 404, "not_found", "no")
    for path, body in ((f"/samples/{ABSENT}:receive", {}), (f"/samples/{ABSENT}:place", dict(unit="x")),
                       (f"/storage-units/{ABSENT}:retire", dict(reason="r")), (f"/runs/{ABSENT}:start", {}),
                       (f"/notification-rules/{ABSENT}:pause", {}), (f"/inbox/{ABSENT}:read", {}),
                       (f"/deliveries/{ABSENT}:send-again", {}), (f"/processes/{ABSENT}:resume", {}),
                       ("/projections/parked/nothing:retry", {}),
                       ("/imports", dict(preview_id="gone", sha256="0" * 64))):
        check_problem(f"unknown: POST {path[:60]}", api.post(path, body), 404, "not_found", "no")
    box, sample = make_unit(api, barcode="BOX-NOT-A-TUBE"), make_sample(api)
    check_problem("a label of another kind", api.get(f"/samples/{box['barcode']}"), 404, "not_found",
                  "label of a storage unit", "not of a sample")
    check_problem("place into nothing", api.post(f"/samples/{sample['id']}:place", dict(unit="Nowhere")), 404,
                  "not_found", "Nowhere", "/unit")


def who_asks(node):
    paths = ["/api/v1/samples", "/api/v1/system", "/api/v1/events", "/api/v1/audit/verify"]
    for name, header in (("no token", []), ("a wrong token", ["Authorization: Bearer wrong"]),
                         ("half the token", [f"Authorization: Bearer {node.token()[:-1]}"]),
                         ("another scheme", [f"Authorization: Basic {node.token()}"]),
                         ("the token twice", [f"Authorization: Bearer {node.token()} {node.token()}"])):
        for path in paths:
            answer = exchange(node, head(node, f"GET {path} HTTP/1.1", *header, token=False))
            check_problem(f"{name}: GET {path}", answer, 401, "unauthenticated", "operator.token", "Bearer")
            check(f"{name}: says how to ask", "Bearer" in answer.headers.get("WWW-Authenticate", ""))
            check(f"{name}: the token is not in the answer", node.token() not in answer.raw.decode())
        refused = exchange(node, head(node, "POST /api/v1/samples HTTP/1.1", "Content-Length: 2", *header,
                                      token=False) + b"{}")
        check_problem(f"{name}: POST", refused, 401, "unauthenticated")
    for path in ("/livez", "/readyz", "/metrics", "/openapi.json"):
        answer = exchange(node, head(node, f"GET {path} HTTP/1.1", token=False))
        check(f"everybody may ask {path}", answer.status == 200, answer.status)
    check("the token is not in the node's log", node.token() not in node.words())


CASES = (broken_json, wrong_fields, wrong_content_type, too_large, wrong_queries, unknown_things, who_asks)
