#!/usr/bin/env python3
"""Verifies a history written by `tracseq log export` without any code of TracSeq.

    tools/verify.py FILE        ("-" reads standard input)

Recomputes the hash chain of every partition from the records' own bytes, compares it with what the
file claims, and prints each partition's head. Compare the heads with those you got elsewhere: that is
how a tail that was cut off is found. The rules are in docs/formats.md, sections 2 and 6.
"""
import base64, hashlib, json, struct, sys  # noqa: E401


def verify(lines):
    number, states, closed = 0, {}, False
    for number, line in enumerate(lines, 1):
        entry = json.loads(line)
        if closed:
            raise ValueError("something stands behind the end")
        if number == 1:
            if entry.get("tracseq_export") != 1:
                raise ValueError("this is not an export of TracSeq")
            total = entry["partitions"]
            for p in range(total):
                start = hashlib.sha256(f"TracSeq log 1, partition {p} of {total}".encode()).digest()
                states[p] = {"h": start, "claims": 0, "commits": 0, "end": 0}
        elif "end" in entry:
            closed = True
            for head in entry["heads"]:
                state = states[head["partition"]]
                ours = (state["h"].hex(), state["claims"], state["commits"])
                if ours != (head["h"], head["claims"], head["commits"]):
                    raise ValueError(f"partition {head['partition']}: records are missing at its end")
        else:
            state, record = states[entry["partition"]], base64.b64decode(entry["record"], validate=True)
            place = f"partition {entry['partition']}, offset {entry['offset']}"
            if entry["offset"] < state["end"]:
                raise ValueError(f"{place}: out of order")
            state["end"] = entry["offset"] + 1
            kind = record[4] if record[:4] == b"TSR1" else 0
            claim = struct.unpack_from("<Q", record, 5)[0] if len(record) >= 13 else None
            is_claim = kind == 2 and claim == state["claims"] + 1
            is_commit = kind == 1 and claim == state["claims"] and record[13:45] == state["h"]
            if is_claim or is_commit:
                state["claims" if is_claim else "commits"] += 1
                state["h"] = hashlib.sha256(state["h"] + record).digest()
            verdict = "claim" if is_claim else "commit" if is_commit else "skipped"
            if verdict != entry["verdict"]:
                raise ValueError(f"{place}: the file says {entry['verdict']}, the chain says {verdict}")
            if state["h"].hex() != entry["h"]:
                raise ValueError(f"{place}: the chain breaks here")
    if not closed:
        raise ValueError("the file ends early: its last line is missing")
    return states


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    line = 0

    def counted(source):
        nonlocal line
        for line, text in enumerate(source, 1):
            yield text
    try:
        with (sys.stdin.buffer if sys.argv[1] == "-" else open(sys.argv[1], "rb")) as source:
            states = verify(counted(source))
    except (ValueError, KeyError, TypeError, OSError) as problem:
        print(f"NOT VERIFIED: line {line}: {problem}", file=sys.stderr)
        return 1
    for p, state in sorted(states.items()):
        print(f"partition {p:3}  {state['commits']:8} commits  {state['claims']:4} claims  {state['h'].hex()}")
    print(f"verified: {sum(s['commits'] for s in states.values())} commits")
    return 0


if __name__ == "__main__":
    sys.exit(main())
