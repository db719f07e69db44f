"""The Go programs of this directory, built when they are asked for."""
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BUILT = HERE.parent.parent / "var" / "oracle"


def go():
    """Debian's Go, or another that is there."""
    found = shutil.which("go") or next((p for p in ("/usr/lib/go/bin/go", "/usr/lib/go-1.19/bin/go")
                                        if os.access(p, os.X_OK)), None)
    if not found:
        raise RuntimeError("Go is missing; tools/install-packages test installs it (golang-go)")
    return found


def build(package=".", name="oracle"):
    """Builds a program of tests/oracle; its path. What is built already is found in Go's own cache."""
    BUILT.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false", "GOTOOLCHAIN": "local"}
    done = subprocess.run([go(), "build", "-o", str(BUILT / name), package], cwd=HERE,
                          env=env, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"tests/oracle cannot be built: {done.stderr.strip()[-1500:]}")
    return BUILT / name
