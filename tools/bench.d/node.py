"""One `tracseq serve`, and requests to it."""
import http.client
import json
import os
import signal
import socket
import subprocess
import time

from common import Failed, free_port, say

READY = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Node:
    def __init__(self, place, name, log=""):
        self.place, self.name, self.log, self.port = place, name, log, free_port()
        self.data, self.process = place.path(name), None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self):
        return (self.data / "operator.token").read_text().strip()

    def start(self, timeout_s=600):
        """Starts it; gives the seconds until /readyz said 200."""
        command = [self.place.program("tracseq"), "serve", "--data", self.data, "--port", self.port]
        began = time.monotonic()
        self.process = self.place.start(command + (["--log", self.log] if self.log else []), self.name + ".out")
        while time.monotonic() - began < timeout_s:
            if self._ready():
                return time.monotonic() - began
            if self.process.poll() is not None:
                raise Failed(f"the node left with {self.process.returncode}: {self.words()}")
            time.sleep(0.005)
        raise Failed(f"the node was not ready after {timeout_s} s: {self.words()}")

    def _ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                line.sendall(READY)
                return b" 200 " in line.recv(64)
        except OSError:
            return False

    def words(self):
        text = self.place.path(self.name + ".out").read_text(errors="replace")
        return " | ".join(text.strip().splitlines()[-3:])[-600:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                say(f"  {self.name}: did not stop within 60 s of SIGTERM; killed")
                self.kill()

    def request(self, method, path, body=None, kind="application/json"):
        """JSON of the answer; Failed for anything but 2xx."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        line.request(method, "/api/v1" + path, raw,
                     {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        answer = line.getresponse()
        text = answer.read()
        line.close()
        if not 200 <= answer.status < 300:
            raise Failed(f"{method} {path}: {answer.status} {text[:300].decode(errors='replace')}")
        return json.loads(text)

    def sample_ids(self, wanted):
        ids, cursor = [], ""
        while len(ids) < wanted:
            page = self.request("GET", "/samples?limit=500" + (f"&cursor={cursor}" if cursor else ""))
            ids += [one["id"] for one in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
        return ids

    def cpu_s(self):
        """Processor time so far, of all its threads."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failed("the node is gone")
