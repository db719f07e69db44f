"""What TracSeq is measured against: PostgreSQL, a bare HTTP server, a Kafka broker, floors."""
import os
import pathlib
import pwd
import re
import subprocess
import time

from common import PROJECT, Failed, free_port, json_line, run

SCHEMA = """
CREATE TABLE sample (id uuid PRIMARY KEY, name text NOT NULL, barcode text NOT NULL UNIQUE, project text,
  submission text, type text NOT NULL, organism text, taxon_id int, collected_at timestamptz,
  concentration_ng_per_ul float8, volume_ul float8, requires_temperature text[], custom jsonb,
  state text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE audit (id bigserial PRIMARY KEY, sample_id uuid NOT NULL, action text NOT NULL, who text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), data jsonb NOT NULL);
"""
# One transaction with the sample and its audit row, and nothing else.
TRANSACTION = r"""
\set n random(1, 9000000000000000)
BEGIN;
INSERT INTO sample (id, name, barcode, project, submission, type, organism, taxon_id, collected_at,
  concentration_ng_per_ul, volume_ul, requires_temperature, custom, state)
  VALUES (md5(:n::text)::uuid, 'S-' || :n, 'TS-' || :n, 'PRJ-BENCH', 'SUB-0001', 'DNA', 'Homo sapiens', 9606,
  '2026-01-20', 25.5, 50, '{-80}', '{"plate":"P1","well":"A1"}', 'registered');
INSERT INTO audit (sample_id, action, who, data) VALUES (md5(:n::text)::uuid, 'sample_registered', 'operator',
  json_build_object('name', 'S-' || :n, 'barcode', 'TS-' || :n, 'project', 'PRJ-BENCH', 'submission', 'SUB-0001',
  'type', 'DNA', 'organism', 'Homo sapiens', 'taxon_id', 9606, 'collected_at', '2026-01-20',
  'concentration_ng_per_ul', 25.5, 'volume_ul', 50, 'requires_temperature', '-80', 'plate', 'P1', 'well', 'A1'));
COMMIT;
"""


class Postgres:
    """A server of its own in the run's folder, with synchronous commits."""

    def __init__(self, place):
        self.place, self.port, self.folder = place, free_port(), place.path("postgres")
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            raise Failed("PostgreSQL is not installed: tools/install-packages bench")
        self.bin = found[-1].parent
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def start(self):
        self.folder.mkdir()
        if self.as_user:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        data = self.folder / "data"
        run([*self.as_user, self.bin / "initdb", "-D", data, "-U", "bench", "--auth=trust", "-E", "UTF8",
             "--locale=C"], cwd="/")
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "max_connections": 200,
                    "unix_socket_directories": self.folder, "synchronous_commit": "on", "fsync": "on",
                    "shared_buffers": "256MB", "max_wal_size": "4GB", "logging_collector": "off"}
        with open(data / "postgresql.conf", "a") as out:
            out.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.place.closers.append(self.stop)
        run([*self.as_user, self.bin / "pg_ctl", "-D", data, "-w", "-s", "-l", self.folder / "log", "start"], cwd="/")
        self._sql(SCHEMA)
        (self.place.path("pg.sql")).write_text(TRANSACTION)
        self.version = self._sql("SHOW server_version").split()[0]
        return self

    def _sql(self, text):
        return run([self.bin / "psql", *self._where(), "-qtA", "-v", "ON_ERROR_STOP=1", "-c", text])

    def _where(self):
        return ["-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-d", "postgres"]

    def transactions_per_s(self, seconds, clients=64):
        out = run([self.bin / "pgbench", "-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-n", "-M", "prepared",
                   "-c", clients, "-j", 2, "-T", seconds, "-f", self.place.path("pg.sql"), "postgres"],
                  timeout_s=seconds + 120)
        failed = re.search(r"number of failed transactions: (\d+)", out)
        if failed and int(failed.group(1)):
            raise Failed(f"PostgreSQL failed {failed.group(1)} transactions")
        seen = re.search(r"tps = ([\d.]+)", out)
        if not seen:
            raise Failed("PostgreSQL finished no transaction")
        return float(seen.group(1))

    def stop(self):
        if (self.folder / "data" / "postmaster.pid").exists():
            run([*self.as_user, self.bin / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "-s", "stop"],
                cwd="/")


class BareHttp:
    """A bare Beast server that answers `body` to everything."""

    def __init__(self, place, name, body, status):
        place.path(name).write_bytes(body)
        self.process = subprocess.Popen(
            [str(place.program("bench_bare_http")), "--body", str(place.path(name)), "--status", str(status)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        place.children.append(self.process)
        self.port = int(self.process.stdout.readline())


class Kafka:
    """A real broker that syncs before it acknowledges."""

    def __init__(self, place):
        self.port = free_port()
        self.place, self.folder = place, place.path(f"kafka-{self.port}")
        self.tool = PROJECT / "tools" / "kafka"
        self.topics = 0

    def start(self):
        self.place.closers.append(self.stop)
        run([self.tool, "start", "--dir", self.folder, "--port", self.port, "--durable", "--quiet", "--for",
             os.getpid()], timeout_s=300)
        return self

    def stop(self):
        run([self.tool, "stop", "--dir", self.folder, "--quiet"])

    def fresh_topic(self):
        self.topics += 1
        return f"kafka://127.0.0.1:{self.port}/bench-{self.topics}"

    def round_trip_us(self, record_bytes, count):
        self.topics += 1
        return json_line(run([self.place.program("bench_kafka_floor"), f"127.0.0.1:{self.port}",
                              f"floor-{self.topics}", "--bytes", record_bytes, "--count", count]))["p50_us"]


def synced_write_us(place, record_bytes, count):
    """Median of single synced RocksDB writes."""
    place.remove("rocksdb")
    return json_line(run([place.program("bench_rocksdb_floor"), place.path("rocksdb"), "--bytes", record_bytes,
                          "--count", count]))["p50_us"]


def log_totals(place, log):
    """Records, events and bytes that a log holds, by reading it."""
    return json_line(run([place.program("bench_raw_replay"), log, "-"]))


def pause(seconds=0.3):
    """Lets what the last measurement left behind (checkpoints, compactions) begin to settle."""
    time.sleep(seconds)
