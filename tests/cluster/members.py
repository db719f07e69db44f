"""Nodes of a cluster on 127.0.0.1, by hand: for tests that need few of them, each with settings of its own."""
import contextlib
import os
import pathlib
import re
import secrets
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system")]
import support  # noqa: E402
from support import Api, Node  # noqa: E402

STARTS_S = 90
folder = support.new_folder("members")


def secret(name):
    path = folder / name
    if not path.exists():
        path.write_text(secrets.token_urlsafe(32) + "\n")
        path.chmod(0o600)
    return path


class Member(Node):
    """`tls`: the folder of its certificate. What else is given goes to support.Node."""

    def __init__(self, name, topic, secret_name="secret", tls="", **how):
        self.name, self.cluster_port = name, support.free_port()
        extra = ["--node-name", name, "--cluster-address", "127.0.0.1", "--cluster-port", str(self.cluster_port),
                 "--cluster-secret-file", str(secret(secret_name)), *map(str, how.pop("extra", []))]
        if tls:
            extra += ["--cluster-tls-certificate", f"{tls}/{name}.crt", "--cluster-tls-key", f"{tls}/{name}.key",
                      "--cluster-tls-ca", f"{tls}/ca.crt"]
        super().__init__(folder / f"{name}-{secrets.token_hex(3)}", topic, extra=extra, **how)

    def view(self):
        return self.api().must("GET", "/cluster")

    def metric(self, name):
        """None while it does not answer."""
        with contextlib.suppress(OSError):
            return self._metric(name)

    def _metric(self, name):
        found = re.search(rf"^{name} (\S+)$", Api(self.url, timeout_s=10).get("//metrics").body, re.M)
        return float(found[1]) if found else None

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} left with {self.process.returncode}: {self.words()[-800:]}")
        with contextlib.suppress(OSError):
            return Api(self.url, timeout_s=5).get("//readyz").status == 200
        return False


@contextlib.contextmanager
def members(*nodes):
    """They run, and are ready; they are killed behind the block."""
    try:
        for one in nodes:
            one.launch()
        for one in nodes:
            if not wait_until(one.is_ready, STARTS_S):
                raise RuntimeError(f"{one.name} is not ready: {one.words()[-800:]}")
        yield nodes
    finally:
        for one in nodes:
            if one.process and one.process.poll() is None:
                one.kill()


def status_of(node, *more):
    """(exit code, words) of `tracseq cluster status` at a node."""
    done = support.run("cluster", "status", *more, "--url", node.url, "--data", node.data)
    return done.returncode, done.stdout + done.stderr


def why_not_ready(node):
    """What /readyz says; empty while it says 200, or nothing."""
    with contextlib.suppress(OSError):
        answer = Api(node.url, timeout_s=10).get("//readyz")
        return "" if answer.status == 200 else str(answer.body)
    return ""


def wait_until(holds, seconds=30):
    return support.eventually(holds, seconds)


def takes_commands(node, name):
    return node.api().post("/samples", dict(name=name, type="DNA"), key=secrets.token_hex(8)).status == 201
