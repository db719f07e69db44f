"""One import of 10,000 rows: preview, commit, until every row is registered."""
import time

from common import Failed, median
from node import Node

FIGURES = ("import_rows",)
ROWS = 10_000
HEADER = ("Sample Name,Tube Barcode,Project,Sample Type,Organism,Taxon ID,Concentration (ng/ul),Volume (ul),"
          "Collection Date,Notes")


def sheet(number):
    """A customer's sheet; no two share a label."""
    rows = [f"IMP-{number}-{row:05d},TUBE-{number}-{row:05d},PRJ-{number},DNA,Homo sapiens,9606,"
            f"{20 + row % 400 / 4:.2f},50,2026-01-{row % 28 + 1:02d},plate {row // 96 + 1}" for row in range(ROWS)]
    return ("\r\n".join([HEADER, *rows]) + "\r\n").encode()


def import_once(node, number):
    """Seconds of the preview and of all."""
    file = sheet(number)
    began = time.monotonic()
    preview = node.request("POST", f"/imports/preview?filename=bench-{number}.csv", file, "application/octet-stream")
    previewed = time.monotonic() - began
    if preview["counts"]["good"] != ROWS:
        raise Failed(f"the preview found {preview['counts']}: {str(preview['problems'])[:300]}")
    made = node.request("POST", "/imports", dict(preview_id=preview["preview_id"], sha256=preview["sha256"]))
    while made["state"] not in ("completed", "refused", "parked"):
        time.sleep(0.01)
        made = node.request("GET", f"/imports/{made['id']}")
    if made["state"] != "completed" or made["registered"] != ROWS:
        raise Failed(f"the import ended {made['state']}: {str(made)[:300]}")
    return previewed, time.monotonic() - began


def measure(place, names, report):
    node = Node(place, "importing")
    node.start()
    import_once(node, 0)
    seen = [import_once(node, number) for number in range(1, 3 if place.quick else 6)]
    whole = median([took for _, took in seen])
    preview = median([took for took, _ in seen])
    report.add("import_rows", ROWS / whole,
               f"{ROWS:,} rows in {whole:.2f} s, of which {preview:.2f} s are the preview; until state completed")
    report.detail("import", whole, "s", [took for _, took in seen])
    report.detail("preview of an import", preview, "s", [took for took, _ in seen])
    node.kill()
