#!/usr/bin/env python3
"""Verifies a history written by `tracseq log export`, without any code of TracSeq.

    tools/verify.py FILE        ("-" reads standard input)

Computes the chain of each partition from the records' own bytes, compares it with what the file claims,
and prints the heads. Compare those with heads that you got elsewhere: nothing else finds a tail that was
cut off. The rules are in docs/formats.md, sections 2 and 6. Only "record" is proven; that the readable
"events" beside it say the same, `tracseq audit verify --export FILE` finds out.
"""
import base64, hashlib, json, struct, sys  # noqa: E401


def judge(head, record):
    """The rule of section 2: says what a record is, and moves the head if it counts."""
    kind = record[4] if record[:4] == b"TSR1" and len(record) >= 13 else 0
    claim = struct.unpack_from("<Q", record, 5)[0] if kind else None
    is_claim = kind == 2 and claim == head["claims"] + 1
    is_commit = kind == 1 and claim == head["claims"] and record[13:45].hex() == head["h"]
    if is_claim or is_commit:
        head["claims" if is_claim else "commits"] += 1
        head["h"] = hashlib.sha256(bytes.fromhex(head["h"]) + record).hexdigest()
    return "claim" if is_claim else "commit" if is_commit else "skipped"


def take(heads, entry):
    """Folds a line's record into its partition's head; raises what does not agree."""
    head, place = heads[entry["partition"]], f"partition {entry['partition']}, offset {entry['offset']}"
    if entry["offset"] < head["end"]:
        raise ValueError(f"{place}: out of order")
    head["end"] = entry["offset"] + 1
    verdict = judge(head, base64.b64decode(entry["record"], validate=True))
    if verdict != entry["verdict"]:
        raise ValueError(f"{place}: the file says {entry['verdict']}, the chain says {verdict}")
    if head["h"] != entry["h"]:
        raise ValueError(f"{place}: the chain breaks here")


def verify(lines):
    number, heads, closed = 0, [], False
    try:
        for number, line in enumerate(lines, 1):
            entry = json.loads(line)
            if closed or number == 1 and entry.get("tracseq_export") != 1:
                raise ValueError("it stands behind the end" if closed else "this is not an export of TracSeq")
            if number == 1:
                for p in range(entry["partitions"]):
                    begin = hashlib.sha256(f"TracSeq log 1, partition {p} of {entry['partitions']}".encode())
                    heads.append(dict(partition=p, end=0, commits=0, claims=0, h=begin.hexdigest()))
            elif "end" in entry:
                if entry["heads"] != heads:
                    raise ValueError("records are missing: the heads here are not those of the lines above")
                closed = True
            else:
                take(heads, entry)
        if not closed:
            raise ValueError("the file ends early: its last line is missing")
    except (ValueError, KeyError, TypeError, IndexError) as problem:
        sys.exit(f"NOT VERIFIED: line {number}: {problem}")
    return heads


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("--"):
        sys.exit(__doc__)
    with sys.stdin.buffer if sys.argv[1] == "-" else open(sys.argv[1], "rb") as file:
        found = verify(file)
    for one in found:
        print("partition {partition:3}  {commits:8} commits  {claims:4} claims  {h}".format(**one))
    print(f"verified: the record bytes of {sum(one['commits'] for one in found)} commits")
    print('NOT looked at: the readable "events" beside them; "tracseq audit verify --export FILE" compares them')
