"""What is known of a cluster, as JSON in its folder, for every process that looks or acts."""
import contextlib
import fcntl
import json
import pathlib


class State:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.path = self.folder / "state.json"

    def read(self):
        """Empty before the first `up` and after all was deleted."""
        try:
            return json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}

    def write(self, values):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(values, indent=1))
        fresh.rename(self.path)

    @contextlib.contextmanager
    def changing(self):
        """The values, for one process or thread at a time; written at the end, also if something failed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            values = self.read()
            try:
                yield values
            finally:
                if values:
                    self.write(values)
