"""What the checks of the HTTP contract share: problems that are judged word by word, raw bytes on a
socket, and a small laboratory to ask about."""
import http.client
import itertools
import json
import socket
import time

from client import Answer
from support import check, check_words

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id", "retryable"}
_numbers = itertools.count(1)


def fresh(word="x"):
    """A text that nothing had before."""
    return f"{word}-{next(_numbers)}"


def fault_of(answer, status, code, words, instance=None):
    """What is wrong with a problem (RFC 9457) that was expected; empty where nothing is."""
    if answer.status != status:
        return f"{answer.status}, not {status}: {answer.raw[:400]!r}"
    if answer.headers.get("Content-Type") != "application/problem+json":
        return f"Content-Type {answer.headers.get('Content-Type')}"
    body = answer.body
    if MEMBERS - body.keys():
        return f"no {sorted(MEMBERS - body.keys())} in {body}"
    if body["status"] != status or body["code"] != code or body["type"] != f"/problems/{code}":
        return f"status, code or type: {body}"
    if not body["title"] or not body["detail"] or not body["instance"].startswith("/"):
        return f"title, detail or instance: {body}"
    if instance and body["instance"] != instance:
        return f"instance {body['instance']}, not {instance}"
    if not body["request_id"] or body["request_id"] != answer.headers.get("X-Request-Id"):
        return f"request_id {body['request_id']!r}, X-Request-Id {answer.headers.get('X-Request-Id')!r}"
    if any({"pointer", "code", "detail"} - error.keys() for error in body["errors"]):
        return f"errors: {body['errors']}"
    if status in (429, 503) and not 1 <= int(answer.headers.get("Retry-After", 0)) <= 60:
        return f"Retry-After {answer.headers.get('Retry-After')}"
    text = json.dumps(body, ensure_ascii=False).lower()
    missing = [word for word in words if word.lower() not in text]
    return f"missing {missing} in {text}" if missing else ""


def check_problem(name, answer, status, code, *words, instance=None):
    """The answer is this problem, whole, in these words."""
    fault = fault_of(answer, status, code, words, instance)
    return check(name, not fault, fault)


def pointers(answer):
    return {error["pointer"] for error in answer.body.get("errors", [])}


# ---- raw bytes

def read_answer(sock, method="GET"):
    """One answer from a socket; None where the server closed without one."""
    got = http.client.HTTPResponse(sock, method=method)
    try:
        got.begin()
    except (http.client.BadStatusLine, ConnectionError):
        return None
    return Answer(got.status, got.headers, got.read())


def exchange(node, data, timeout_s=10, method="GET"):
    """Sends bytes as they are; the first answer."""
    with socket.create_connection(("127.0.0.1", node.port), timeout=timeout_s) as sock:
        sock.sendall(data)
        return read_answer(sock, method)


def head(node, line, *headers, token=True):
    """A request's head, with what each needs."""
    lines = [line, "Host: 127.0.0.1", *headers]
    if token:
        lines.append(f"Authorization: Bearer {node.token()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


# ---- things to ask about

def make_sample(api, state="accepted", **fields):
    sample = api.must("POST", "/samples", dict(name=fresh("Sample"), type="DNA", **fields))
    for verb in {"registered": (), "received": ("receive",), "accepted": ("receive", "accept")}[state]:
        sample = api.must("POST", f"/samples/{sample['id']}:{verb}", {})
    return sample


def make_unit(api, kind="box", **fields):
    return api.must("POST", "/storage-units", dict(kind=kind, name=fresh(kind.capitalize()), **fields))


def place(api, sample, unit, slot=""):
    return api.must("POST", f"/samples/{sample['id']}:place",
                    dict(unit=unit["id"], **({"slot": slot} if slot else {})))


def make_run(api, upto="draft", **fields):
    """A run on its way: draft, validated, queued, running."""
    run = api.must("POST", "/runs", dict(name=fresh("Run"), instrument_model="Illumina MiSeq", lanes=1,
                                         flow_cell=fresh("FC"), **fields))
    steps = ["draft", "validated", "queued", "running"]
    for verb in ["validate", "queue", "start"][:steps.index(upto)]:
        if verb == "validate":
            api.must("POST", f"/runs/{run['id']}:assign",
                     dict(sample=make_sample(api)["id"], lane=1, index_i7="ATTACTCG"))
        run = api.must("POST", f"/runs/{run['id']}:{verb}", {})
    return run


def wait_for(what, timeout_s=10):
    """The first true value of `what()`; None after the time."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if value := what():
            return value
        time.sleep(0.03)
    return None


__all__ = ["check", "check_words", "check_problem", "fault_of", "pointers", "read_answer", "exchange", "head",
           "fresh", "make_sample", "make_unit", "make_run", "place", "wait_for"]
