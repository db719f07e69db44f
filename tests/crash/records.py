"""What clients were told, written down while they are told it: one line of JSON for each request, for
tests/oracle. And the oracle itself: built with Go, and asked.

    records = Records(path)
    api = records.api(url, token, "client-3")      an Api that writes down what it asks and what it is told
    judge(export, records.path)                    (exit code, its words)
"""
import http.client
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
from programs import build
from support import PROJECT, Api


class Records:
    """One file of one history. All threads write here; times are of one clock."""

    def __init__(self, path):
        self.path, self.lock = pathlib.Path(path), threading.Lock()
        self.file, self.options = open(path, "a"), []  # options of the oracle

    def api(self, url, token="", client="main", timeout_s=30, position=None):
        return RecordingApi(self, client, url, token, timeout_s, position)

    def write(self, line):
        with self.lock:
            self.file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def flush(self):
        with self.lock:
            self.file.flush()


class RecordingApi(Api):
    """`position`, of clients that ask several nodes: its header() is sent, and it has seen() what was answered."""

    def __init__(self, records, client, url, token, timeout_s, position=None):
        super().__init__(url, token, timeout_s)
        self.records, self.client, self.position = records, client, position

    def request(self, method, path, body=None, key=None, headers=None, raw=None):
        if path.startswith(("//", "/imports/preview")):  # neither reads nor writes what is judged
            return super().request(method, path, body, key, headers, raw)
        if method != "GET" and key is None:
            key = str(uuid.uuid4())  # or nobody could tell who was behind it
        line = dict(client=self.client, method=method, path=path, call=time.monotonic_ns())
        if key is not None:
            line["key"] = key
        if isinstance(body, dict):
            line["body"] = body
        for header, name in (("If-Match", "if_match"), ("X-TracSeq-Position", "demanded")):
            if headers and header in headers:
                line[name] = headers[header]
        try:
            # Behind the time of the call, and the answer's before that of its return: whoever asks later demands it.
            if self.position:
                headers = {**(headers or {}), **self.position.header()}
            answer = super().request(method, path, body, key, headers, raw)
            if self.position:
                self.position.seen(answer.headers.get("X-TracSeq-Position", ""))
        except (OSError, http.client.HTTPException):
            self.records.write({**line, "return": None, "status": 0})
            raise
        line.update({"return": time.monotonic_ns(), "status": answer.status, "answer": told(path, answer)})
        if method == "GET" and answer.ok and isinstance(answer.body, dict) and "items" in answer.body:
            self.write_items(line, path, answer.body["items"])
        else:
            self.records.write(line)
        return answer

    def write_items(self, line, path, items):
        """A list of samples is a read of each."""
        if path.partition("?")[0] != "/samples":
            return
        for item in items:
            self.records.write({**line, "path": f"/samples/{item['id']}", "answer": shown(item)})


def told(path, answer):
    """What of an answer the oracle judges."""
    body, etag = answer.body, answer.headers.get("ETag", "").strip('"')
    if not isinstance(body, dict):
        return {}
    if not answer.ok:
        return dict(code=body.get("code", ""), detail=body.get("detail", ""))
    if path.endswith("/map") and "slots" in body:
        found = dict(id=body["unit"]["id"], slots={
            s["slot"]: [s["occupant"]["entity"], s["state"]] for s in body["slots"] if s.get("occupant")})
    else:
        found = shown(body)
    if etag.isdigit():
        found["version"] = int(etag)
    if position := answer.headers.get("X-TracSeq-Position"):
        found["position"] = position
    return found


def shown(body):
    found = {name: body[name] for name in ("id", "version", "state", "name", "barcode")
             if body.get(name) is not None}
    if "import_id" in found:
        found.pop("import_id")
    if place := body.get("place"):
        found["place"] = [place["unit_id"], place["slot"]]
    return found


def judge(export, records, *options):
    """The oracle's exit code and words."""
    done = subprocess.run([str(build()), "--formats", str(PROJECT / "docs" / "formats.md"), *options, str(export),
                           str(records)], capture_output=True, text=True, timeout=900)
    return done.returncode, done.stdout + done.stderr
