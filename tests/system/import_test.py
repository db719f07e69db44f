#!/usr/bin/env python3
"""Sheets as laboratories send them, good and bad, through the program: the words of each preview, one
atomic import, and a node that stays small whatever it is given."""
import concurrent.futures
import http.client
import json
import time

import support
from support import Node, case, check, check_words, run
from workbook import one_sheet, sheet, workbook

folder = support.new_folder("imports")
node = Node(folder / "data").start()
api = node.api()

PREVIEWS_MIB_MAX = 900
MEMORY_MIB_MAX = 300  # more than before, while any hostile file is refused


def tracseq(*arguments, **how):
    return run(*arguments, "--data", str(node.data), "--port", str(node.port), **how)


def saved(name, content):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def preview(name, content, *more):
    """(exit code, all that was said)"""
    done = tracseq("import", saved(name, content), *more)
    return done.returncode, done.stdout + done.stderr


def rows_of(name, content, *more):
    """What would be imported: the values of each row, and the whole preview."""
    done = tracseq("--json", "import", saved(name, content), *more)
    whole = json.loads(done.stdout)
    return [row["values"] for row in whole["rows"]], whole


def refused(name, content, *words):
    code, said = preview(name, content)
    check(f"{name} is refused", code == 1, f"{code}: {said[:300]}")
    check_words(name, said, *words)


def samples_count():
    return sum(1 for _ in api.everything("/samples"))


def peak_mib():
    for line in open(f"/proc/{node.process.pid}/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0


def forget_peak():
    with open(f"/proc/{node.process.pid}/clear_refs", "w") as file:
        file.write("5")


# ---- what is no table

def files_that_are_no_tables():
    good = one_sheet([["Sample name", "Volume (ul)"], ["A", 5]])
    refused("empty.csv", b"", "'empty.csv' is empty (0 bytes)", "saved before it was closed")
    refused("blank.csv", b" \r\n,,\r\n\t\r\n", "nothing but blanks")
    refused("cut.xlsx", good[:len(good) // 2], "damaged or was not copied completely")
    refused("binary.csv", bytes(range(256)) * 40, "not a text file", "CSV or .xlsx")
    refused("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file (.xls)", "Save as")
    refused("page.xls", b"<html><table><tr><td>Name</td></tr></table></html>", "web page (HTML)", "Save as")


def two_gigabytes_are_refused_by_their_size():
    path = folder / "large.csv"
    with open(path, "wb") as file:
        file.truncate(2 << 30)
    began = time.monotonic()
    done = tracseq("import", path)
    took = time.monotonic() - began
    check("2 GiB are refused at once", done.returncode == 1 and took < 2, f"{done.returncode} after {took:.1f} s")
    check_words("2 GiB", done.stderr, "2.0 GiB", "at most 20 MiB", "Split it")
    # And by the node, which reads the head only.
    line = http.client.HTTPConnection("127.0.0.1", node.port, timeout=10)
    line.putrequest("POST", "/api/v1/imports/preview?filename=large.csv")
    for name, value in (("Authorization", "Bearer " + node.token()), ("Content-Length", str(2 << 30)),
                        ("Content-Type", "application/octet-stream")):
        line.putheader(name, value)
    line.endheaders()
    answer = line.getresponse()
    check("the node refuses 2 GiB before they come", answer.status == 413, answer.status)
    check_words("the node on 2 GiB", answer.read().decode(), "longer than")
    line.close()


def hostile_files_are_refused_in_little_memory():
    bomb = workbook([("Samples", "<worksheet><sheetData>" + " " * (300 << 20) + "</sheetData></worksheet>", "")])
    check("the bomb is small", len(bomb) < 2 << 20, len(bomb))
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(97 + i)} "{("&" + chr(96 + i) + ";") * 10}">' for i in range(1, 12)) + "]>"
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    far = workbook([("Samples", sheet([["Sample name"]]).replace("</row>", '<c r="AAAAA1"><v>1</v></c></row>'), "")])
    cases = [
        ("bomb.xlsx", bomb, ("unpack",)),
        ("laughs.xlsx", one_sheet([["Sample name"], ["&a;"]], before=laughs), ("entities", "refused", "new workbook")),
        ("outside.xlsx", one_sheet([["Sample name"], ["A"]], before=outside), ("entities", "refused", "new workbook")),
        ("wide.csv", b"Sample name" + b"," * 1_000_000 + b"\nA\n", ("columns", "1,024")),
        ("wide-rows.csv", b"Sample name\n" + b"A" + b",x" * 1_000_000 + b"\n", ("columns", "1,024")),
        ("far.xlsx", far, ("column",)),
        ("long-cell.csv", b"Sample name\n" + b"A" * (1 << 20) + b"\n", ("cell", "32")),
        ("open-quote.csv", b'Sample name,Notes\nA,"never closed' + b"\nB,x" * 200_000, ("quotation mark", "row 2", "Close it")),
        ("many-rows.csv", b"Sample name\n" + b"A\n" * 1_000_000, ("100,000 rows",)),
    ]
    forget_peak()
    before = peak_mib()
    for name, content, words in cases:
        began = time.monotonic()
        refused(name, content, *words)
        check(f"{name} takes no time", time.monotonic() - began < 10, time.monotonic() - began)
        check(f"the node lives after {name}", node.process.poll() is None)
    grown = peak_mib() - before
    print(f"        the node grew by {grown:.0f} MiB at most (from {before:.0f})", flush=True)
    check("hostile files take little memory", grown < MEMORY_MIB_MAX, f"{grown:.0f} MiB over {before:.0f}")


def large_previews_do_not_pile_up():
    """Eight previews are kept; of large ones fewer, so that the node stays small."""
    line = "," .join(["some text in a cell"] * 19)
    text = ("Sample name" + "".join(f",Extra {i}" for i in range(19)) + "\n"
            + "".join(f"Large {i},{line}\n" for i in range(45_000))).encode()
    ids = []
    for i in range(7):
        seen = api.request("POST", f"/imports/preview?filename=large{i}.csv", raw=text,
                           headers={"Content-Type": "application/octet-stream"})
        check("a large sheet is previewed", seen.ok, seen.problem)
        ids.append((seen.body["preview_id"], seen.body["sha256"]))
    resident = int(next(line for line in open(f"/proc/{node.process.pid}/status") if line.startswith("VmRSS")).split()[1])
    print(f"        the node has {resident // 1024} MiB after 7 previews of {len(text) >> 20} MiB each", flush=True)
    check("the node stays small", resident // 1024 < PREVIEWS_MIB_MAX, resident // 1024)
    gone = api.post("/imports", dict(preview_id=ids[0][0], sha256=ids[0][1]))
    check("the oldest is gone", gone.status == 404, gone.status)
    check_words("the oldest is gone", gone.problem, "Preview the file again")


# ---- what is read as it was meant

def encodings_are_understood():
    text = "Provnamn;Volym (µl);Anmärkning\nLever Å;12,5;färsk\n"
    for name, content, said in (
            ("utf16.csv", text.encode("utf-16"), "UTF-16"), ("utf16be.csv", text.encode("utf-16-be"), "UTF-16 BE"),
            ("latin1.csv", text.encode("latin-1"), "Windows-1252"), ("bom.csv", text.encode("utf-8-sig"), "")):
        rows, whole = rows_of(name, content)
        check(f"{name} gives its sample", len(rows) == 1 and rows[0]["name"] == "Lever Å"
              and rows[0]["volume_ul"] == "12.5" and rows[0]["notes"] == "färsk", rows)
        check_words(name, " ".join(whole["notes"]), said)


def formulas_and_merged_cells_are_understood():
    rows = [["Sample name", "Volume (ul)", "Box"], ["A", ("xml", "<f>1+1</f><v>2</v>"), "Box 1"],
            ["B", ("xml", "<f>1+1</f>"), ""], ["C", ("xml", '<f>1/0</f><v>#DIV/0!</v>'), ""]]
    rows[3][1] = 3
    content = one_sheet(rows, after='<mergeCells><mergeCell ref="C2:C4"/></mergeCells>')
    read, whole = rows_of("formulas.xlsx", content)
    check("a stored result is taken", read[0]["volume_ul"] == "2", read)
    check("a merged box belongs to each row", [r.get("container") for r in read] == ["Box 1"] * 3, read)
    said = preview("formulas.xlsx", content)[1]
    check_words("formulas", said, "a formula whose result is not stored", "save it", "Merged cells")
    shown, _ = rows_of("injection.csv", b'Sample name,Notes\nA,"=HYPERLINK(""http://x"",""y"")"\n')
    check("a formula in a text file is text", shown[0]["notes"] == '=HYPERLINK("http://x","y")', shown)


def doubled_things_are_told():
    code, said = preview("header.csv", b"Sample name,Volume,Volume\nA,1,2\nB,3,4\n")
    check("a doubled header is in the way", code == 1, code)
    check_words("a doubled header", said, "Columns B and C are both called 'Volume'", "Rename or remove")
    code, said = preview("doubled.csv", b"Sample name,Barcode\nA,DOUBLE-1\nB,DOUBLE-2\nC,DOUBLE-1\n")
    check("a doubled barcode is in the way", code == 1, code)
    check_words("a doubled barcode", said, "'DOUBLE-1' is also in row 4", "Scan both tubes again")
    api.must("POST", "/samples", dict(name="Known", type="DNA", barcode="KNOWN-1"))
    code, said = preview("known.csv", b"Sample name,Barcode\nA,KNOWN-1\nB,NEW-1\n")
    check("a barcode of the lab is in the way", code == 1, code)
    check_words("a barcode of the lab", said, "KNOWN-1 already names Known", "Give another label")


def dates_and_numbers_are_read_as_the_column_has_them():
    for name, text, wanted in (
            ("iso", "2026-01-31", "2026-01-31"), ("european", "31/01/2026", "2026-01-31"),
            ("american", "01/31/2026", "2026-01-31"), ("german", "31.01.2026", "2026-01-31")):
        rows, _ = rows_of(f"{name}.csv", f"Sample name,Collection date\nA,{text}\n")
        check(f"a date, {name}", rows[0].get("collected_at") == wanted, rows)
    unclear = "Sample name,Collection date\nA,03/04/2026\n"
    code, said = preview("unclear.csv", unclear)
    check("an unclear date is asked about", code == 1, said)
    check_words("an unclear date", said, "3 April 2026", "4 March 2026")
    rows, _ = rows_of("unclear.csv", unclear, "--dates", "day_first")
    check("a person says how dates are meant", rows[0]["collected_at"] == "2026-04-03", rows)
    rows, _ = rows_of("comma.csv", 'Sample name;Volume (ul)\nA;12,5\nB;1.250,5\n')
    check("decimal commas", [r["volume_ul"] for r in rows] == ["12.5", "1250.5"], rows)
    rows, _ = rows_of("blanks.csv", "  Sample name  , Barcode ,\n A  , T-100 \t,\n  ,,\n\n  \n")
    check("blanks around and behind are nothing", len(rows) == 1 and rows[0]["name"] == "A"
          and rows[0]["barcode"] == "T-100", rows)


def a_form_around_the_table_is_understood():
    form = [["Submission form", ""], ["Project:", "FORM-1"], ["Please fill in all fields that are required below"], [],
            ["Sample name", "Sample type", "Volume (ul)"], ["", "", "µl"], ["Example: Liver 1", "DNA", 20],
            ["Liver", "DNA", 12], ["Kidney", "rna", 13], [], ["Signature:", ""]]
    lists = sheet([["Sample type"], ["DNA"], ["RNA"], ["blood"]])
    rows, whole = rows_of("form.xlsx", workbook([("Lists", lists, "hidden"), ("Form", sheet(form), "")]))
    check("the samples of a form, no example", [r["name"] for r in rows] == ["Liver", "Kidney"], rows)
    check("what stands above holds for all", [r.get("project") for r in rows] == ["FORM-1"] * 2, rows)
    check_words("a form", " ".join(whole["understood"]), "Sheet 'Form'", "row 5", "an example", "'Lists' (hidden)")


def containers_are_compared_with_the_storage():
    box = api.must("POST", "/storage-units", dict(kind="box", name="Import box", barcode="IMPORT-BOX"))
    tube = api.must("POST", "/samples", dict(name="Stands there", type="DNA"))
    for verb, body in (("receive", {}), ("accept", {}), ("place", dict(unit=box["id"], slot="A2"))):
        api.must("POST", f"/samples/{tube['id']}:{verb}", body)
    text = ("Sample name,Box,Position\nA,Import box,A1\nB,IMPORT-BOX,A2\nC,Import box,K11\nD,Their plate,A1\n")
    rows, whole = rows_of("boxes.csv", text)
    notes = " ".join(whole["notes"])
    check_words("a box of the lab", notes, "known here: 'IMPORT-BOX' and 'Import box'", "tracseq sample place")
    check_words("a box of somebody else", notes, "has this label or name: 'Their plate'", "tracseq storage add")
    said = {(one["row"], one["code"]): one["detail"] for one in whole["problems"]}
    check_words("a place that is taken", said.get((3, "place_taken"), ""), "A2 of Import box holds Stands there")
    check_words("a place that is not there", said.get((4, "no_such_place"), ""), "no place K11", "A1 to I9")
    check("nothing of that is in the way", whole["can_commit"] and len(said) == 2, said)


# ---- correcting

def a_column_and_a_cell_are_corrected():
    text = "Tube,What is in it,Amount of liquid\nT1,DNA,5\nT2,jelly,6\n"
    code, said = preview("mapping.csv", text)
    check("without a name column nothing goes", code == 1, said)
    more = ("--column", "A=name", "--column", "What is in it=type", "--column", "C=volume_ul")
    code, said = preview("mapping.csv", text, *more)
    check("a chosen column with a wrong cell is in the way", code == 1, said)
    check_words("a wrong cell", said, "'jelly'", "one of")
    rows, whole = rows_of("mapping.csv", text.replace("jelly", "RNA"), *more)
    check("the corrected cell is good", whole["can_commit"] and rows[1]["type"] == "RNA", whole["problems"])
    check("so is the mapping", rows[0]["name"] == "T1" and rows[0]["volume_ul"] == "5", rows)
    code, said = preview("mapping.csv", text, "--column", "Z=name")
    check_words("a column that is not there", said, "no column 'Z'")


def the_same_thing_is_said_once():
    said = preview("nameless.csv", "Colour,Shape\n" + "red,round\n" * 60)[1]
    lines = [line for line in said.splitlines() if "has no name" in line]
    check("one line for sixty rows", len(lines) <= 1, lines[:3])
    check("no sentence is cut", "…" not in said.replace("… (", ""), said)


# ---- one atomic import

def ten_thousand_rows_are_one_import():
    text = "Sample name,Barcode,Type,Volume (ul)\n" + "".join(
        f"Many {i},MANY-{i:05},DNA,{i % 50 + 1}\n" for i in range(10_000))
    path = saved("many.csv", text)
    before = samples_count()
    done = tracseq("import", path, "--commit", timeout_s=120)
    check("10,000 rows are imported", done.returncode == 0, done.stderr)
    check_words("10,000 rows", done.stdout, "10,000 samples registered")
    check("all are there", samples_count() == before + 10_000, samples_count() - before)
    last = api.must("GET", "/samples/MANY-09999")
    check("with their values", last["name"] == "Many 9999" and last["volume_ul"] == 50, last)
    again = tracseq("import", path, "--commit")
    check("the same file again is not imported", again.returncode == 3, again.returncode)
    check_words("the same file again", again.stdout + again.stderr, "was imported before", "Nothing is left to import")
    check("without ten thousand lines", len(again.stdout.splitlines()) < 40, len(again.stdout.splitlines()))


def a_wide_sheet_is_imported():
    names = [f"Clinical observation number {i:02} of the first visit" for i in range(60)]
    text = "Sample name,Barcode," + ",".join(names) + "\n" + "".join(
        f"Wide {i},WIDE-{i:04}," + ",".join(f"value {i * column % 97}" for column in range(60)) + "\n"
        for i in range(400))
    done = tracseq("import", saved("wide-sheet.csv", text), "--commit", timeout_s=120)
    check("400 rows of 60 further columns are imported", done.returncode == 0, done.stderr)
    check_words("the wide sheet", done.stdout, "400 samples registered")
    last = api.must("GET", "/samples/WIDE-0399")
    check("with all that they say", len(last["custom"]) == 60, last)


def the_second_run_of_a_file_is_recognised():
    path = saved("twice.csv", "Sample name\nTwice 1\nTwice 2\n")
    first = tracseq("import", path, "--commit")
    check("the first run", first.returncode == 0, first.stderr)
    before = samples_count()
    second = tracseq("import", path, "--commit")
    check("the second run is refused", second.returncode == 3, f"{second.returncode} {second.stderr}")
    check_words("the second run", second.stderr, "This file was imported before", "2 rows", "Give --force")
    check("no field of the API is named", "/force" not in second.stderr, second.stderr)
    check("nothing was registered", samples_count() == before, samples_count() - before)
    forced = tracseq("import", path, "--commit", "--force")
    check("unless a person says so", forced.returncode == 0 and samples_count() == before + 2, forced.stderr)


def two_clients_import_one_file_at_once():
    """One wins with all rows; the other hears of it, be it a moment behind, or late enough to find it done."""
    for number, behind_s in enumerate((0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)):
        text = "Sample name,Barcode\n" + "".join(f"Both {i},BOTH{number}-{i:04}\n" for i in range(1500))
        def look():
            return api.request("POST", "/imports/preview?filename=both.csv", raw=text.encode(),
                               headers={"Content-Type": "application/octet-stream"}).body
        wishes = [dict(preview_id=seen["preview_id"], sha256=seen["sha256"]) for seen in (look(), look())]
        before = samples_count()
        def wish(one, wait_s):
            time.sleep(wait_s)
            return node.api().post("/imports", one)
        with concurrent.futures.ThreadPoolExecutor(2) as two:
            answers = list(two.map(wish, wishes, (0, behind_s)))
        good = [a for a in answers if a.ok]
        bad = [a for a in answers if not a.ok]
        if not check("one of them wins", len(good) == 1 and len(bad) == 1,
                     [(behind_s, a.status, a.body.get("id"), a.body.get("state")) for a in answers]):
            return
        check("the other is a conflict", bad[0].status == 409, bad[0].status)
        check("in these words", any(words in bad[0].problem for words in
                                    ("This file is being imported now", "This file was imported before")),
              bad[0].problem)
        check_words("and hears which import it is", bad[0].problem, good[0].body["id"])
        check("all rows are there, once", follow(good[0].body["id"])["state"] == "completed"
              and samples_count() == before + 1500, samples_count() - before)


def all_rows_or_none():
    """A label that is taken between the preview and the import refuses every row."""
    rows = [f"Race {i},RACE-{i:04}" for i in range(1200)]
    text = "Sample name,Barcode\n" + "\n".join(rows) + "\n"
    seen = api.request("POST", "/imports/preview?filename=race.csv", raw=text.encode(),
                       headers={"Content-Type": "application/octet-stream"}).body
    check("the preview is good", seen["can_commit"], seen["problems"])
    api.must("POST", "/samples", dict(name="First", type="DNA", barcode="RACE-0700"))
    before = samples_count()
    begun = api.post("/imports", dict(preview_id=seen["preview_id"], sha256=seen["sha256"]))
    ended = follow(begun.body["id"])
    check("the import is refused", ended["state"] == "refused", ended)
    check_words("who was in the way", json.dumps(ended["refusals"]), "RACE-0700", "First")
    check("the row is named", ended["refusals"][0]["source_row"] == 702, ended["refusals"])
    check("nothing was registered", samples_count() == before, samples_count() - before)
    free = api.post("/samples", dict(name="After", type="DNA", barcode="RACE-0001"))
    check("the other labels are free again", free.ok, free.problem)


def follow(id, timeout_s=60, seen=None):
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        one = api.must("GET", f"/imports/{id}")
        if seen is not None:
            seen.append((one["state"], one["reserved"], one["registered"]))
        if one["state"] in ("completed", "refused", "parked"):
            return one
    raise RuntimeError(f"the import {id} does not end: {one}")


def progress_is_shown():
    text = "Sample name\n" + "".join(f"Progress {i}\n" for i in range(8_000))
    seen = api.request("POST", "/imports/preview?filename=progress.csv", raw=text.encode(),
                       headers={"Content-Type": "application/octet-stream"}).body
    begun = api.post("/imports", dict(preview_id=seen["preview_id"], sha256=seen["sha256"]))
    check("an import is answered", begun.status in (201, 202), begun.problem)
    steps = []
    ended = follow(begun.body["id"], seen=steps)
    check("it ends", ended["state"] == "completed" and ended["registered"] == 8_000, ended)
    done = [reserved + registered for _, reserved, registered in steps]
    check("progress never goes back", done == sorted(done), done[:20])
    listed = api.must("GET", f"/imports/{begun.body['id']}/samples?limit=3")["items"]
    check("its samples can be asked for", len(listed) == 3 and listed[0]["name"].startswith("Progress"), listed)


for test in (files_that_are_no_tables, two_gigabytes_are_refused_by_their_size,
             hostile_files_are_refused_in_little_memory, large_previews_do_not_pile_up, encodings_are_understood,
             formulas_and_merged_cells_are_understood, doubled_things_are_told,
             dates_and_numbers_are_read_as_the_column_has_them, a_form_around_the_table_is_understood,
             containers_are_compared_with_the_storage, a_column_and_a_cell_are_corrected, the_same_thing_is_said_once, ten_thousand_rows_are_one_import,
             a_wide_sheet_is_imported,
             the_second_run_of_a_file_is_recognised, two_clients_import_one_file_at_once, all_rows_or_none, progress_is_shown):
    case(test)
support.finish()
