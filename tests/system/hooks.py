"""A receiver of webhooks that the tests command."""
import http.server
import threading
import time

import support


class Receiver:
    """An HTTP server that answers what it is told and remembers what it got."""

    def __init__(self):
        self.port, self.got, self.answers, self.server = support.free_port(), [], [], None

    def open(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body, time.time()))
                status = outer.answers.pop(0) if outer.answers else 204
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count, timeout_s=60):
        until = time.monotonic() + timeout_s
        while len(self.got) < count and time.monotonic() < until:
            time.sleep(0.05)
        return len(self.got) >= count

    def header(self, index, name):
        return {k.lower(): v for k, v in self.got[index][0].items()}.get(name, "")
