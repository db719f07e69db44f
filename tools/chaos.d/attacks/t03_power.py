"""The power goes: what was not synced is gone from the disk, then the machine comes back."""
import fcntl
import os
import struct
import subprocess
import time

import support
from scene import START_S, Scene, mount, needs_root, unmount
from support import check

NAME, UNIT, EACH = "T3-power", "power losses", 5
ABOUT = "power loss: an ext4 of its own is shut down under load, with and without its journal, and mounted again"
ROUNDS, ENGINES, MAX_S, USUAL_S = dict(ci=1, pr=3, nightly=200), ("embedded",), 600, 25

EXT4_IOC_SHUTDOWN = 0x8004587d  # _IOR('X', 125, u32)
JOURNAL_KEPT, JOURNAL_DROPPED = 1, 2


def why_not():
    if words := needs_root():
        return words
    return "" if os.path.exists("/dev/loop-control") else "there are no loop devices"


class Disk:
    """An ext4 in a file."""

    def __init__(self, mode):
        folder = support.new_folder("power")
        self.image, self.path, self.mode = folder / "image", folder / "disk", mode
        self.path.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(1 << 30)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], check=True, stdin=subprocess.DEVNULL)
        self.mount()

    def mount(self):
        mount("-o", f"loop,data={self.mode}", self.image, self.path)

    def lose_power(self, flag):
        file = os.open(self.path, os.O_RDONLY)
        fcntl.ioctl(file, EXT4_IOC_SHUTDOWN, struct.pack("I", flag))
        os.close(file)

    def come_back(self):
        # The program is dead by now, and its last file closed.
        for _ in range(200):
            if subprocess.run(["umount", str(self.path)], capture_output=True).returncode == 0:
                break
            time.sleep(0.05)
        self.mount()


def attack(seed, engine, number):
    disk = Disk("ordered" if number % 2 == 0 else "writeback")
    try:
        # Small files, so that the power goes behind the beginning of a new one, too.
        with Scene(seed, engine, data=disk.path / "data", env=dict(TRACSEQ_LOG_SEGMENT_MIB="1"), varied=True) as scene:
            # A new laboratory's folder is known to be on the disk once the first command is acknowledged.
            for _ in range(EACH):
                flag = scene.draw.choice([JOURNAL_KEPT, JOURNAL_DROPPED])
                with scene.load(going_down=True):
                    time.sleep(scene.draw.uniform(0.1, 1.0))
                    disk.lose_power(flag)
                    time.sleep(scene.draw.uniform(0, 0.3))
                    scene.book.down.set()
                    scene.node.kill()
                disk.come_back()
                scene.node.start(timeout_s=START_S)
                print(f"        back after {scene.node.ready_s:.1f} s", flush=True)
            check("the token of before still opens", scene.node.token() == scene.book.token)
            scene.was_loaded(5 * EACH)
            scene.judge()
    finally:
        unmount(disk.path)
