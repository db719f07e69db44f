"""A small client of TracSeq's HTTP API, with the standard library alone. For the demo and the tests.

    api = Api("http://127.0.0.1:8089", token)
    answer = api.post("/samples", {"name": "S-1", "type": "DNA"}, key="my-key")
    answer.status, answer.body, answer.headers["ETag"]

One Api is for one thread; it keeps its connection.
"""
import http.client
import json
import urllib.parse

BASE = "/api/v1"


class Answer:
    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw
        kind = headers.get("Content-Type", "")
        self.body = json.loads(raw) if raw and "json" in kind else raw.decode("utf-8", "replace")

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def problem(self):
        """What was wrong, in the server's words."""
        if not isinstance(self.body, dict):
            return f"{self.status} {self.body[:200]}"
        words = [self.body.get("title", ""), self.body.get("detail", "")]
        words += [f"{e.get('pointer', '')} {e.get('detail', '')}" for e in self.body.get("errors", [])]
        return f"{self.status} " + " ".join(w for w in words if w)


class Refused(Exception):
    def __init__(self, what, answer):
        super().__init__(f"{what}: {answer.problem}")
        self.answer = answer


class Api:
    def __init__(self, url, token="", timeout_s=30):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port or 80
        self.token, self.timeout_s, self.connection = token, timeout_s, None

    def request(self, method, path, body=None, key=None, headers=None, raw=None):
        """One request, one Answer. OSError or http.client.HTTPException if there was none."""
        sent = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        data = raw
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        if key is not None:
            sent["Idempotency-Key"] = key
        sent.update(headers or {})
        path = path if path.startswith(BASE) or path.startswith("//") else BASE + path
        if path.startswith("//"):  # outside the API: "//readyz"
            path = path[1:]
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port,
                                                             timeout=self.timeout_s)
            self.connection.request(method, path, data, sent)
            got = self.connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
            if got.will_close:
                self.close()
            return answer
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, key=None, headers=None):
        return self.request("POST", path, {} if body is None else body, key, headers)

    def must(self, method, path, body=None, key=None):
        """The body of a successful answer; Refused otherwise."""
        answer = self.request(method, path, body, key)
        if not answer.ok:
            raise Refused(f"{method} {path}", answer)
        return answer.body

    def everything(self, path):
        """All items of a list, page by page."""
        joint = "&" if "?" in path else "?"
        cursor = ""
        while True:
            page = self.must("GET", f"{path}{joint}limit=500{cursor}")
            yield from page["items"]
            if not page.get("next"):
                return
            cursor = "&cursor=" + urllib.parse.quote(page["next"], safe="")


def quote(text):
    return urllib.parse.quote(text, safe="")
