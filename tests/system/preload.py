"""Libraries that change what a process sees of its machine: the wall clock, the disk, memory. Their sources are in tools/chaos.d."""
import struct
import subprocess

import support


def library(name, folder):
    """Compiles tools/chaos.d/<name>.c or .cpp into `folder`: the path for LD_PRELOAD."""
    made = folder / f"{name}.so"
    source = next((support.PROJECT / "tools" / "chaos.d").glob(f"{name}.c*"))
    subprocess.run(["c++" if source.suffix == ".cpp" else "cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(source)], check=True)
    return str(made)


class Clock:
    """A wall clock that steps beneath the processes which are started with `env`."""

    def __init__(self, folder, seconds=0):
        self.at = folder / "step"
        self.at.write_bytes(bytes(8))
        self.env = dict(LD_PRELOAD=library("clock", folder), TRACSEQ_CLOCK=str(self.at))
        self.step(seconds)

    def step(self, seconds):
        """From now on it is so far ahead of the machine's."""
        with open(self.at, "r+b") as file:  # in place: it is mapped
            file.write(struct.pack("<q", seconds))


def slow_disk(folder, us):
    """The environment of a process in which each fdatasync takes so much longer."""
    return dict(LD_PRELOAD=library("slow_sync", folder), TRACSEQ_SYNC_US=str(us))
