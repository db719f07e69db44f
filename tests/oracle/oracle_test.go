package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Two tubes; the first one is placed and read, the second is refused the same slot.
func good() *builder {
	b := newBuilder()
	b.addBox()
	for n, sample := range []string{tube, rack} {
		b.register(sample, fmt.Sprintf("S%d", n), fmt.Sprintf("L%d", n))
		b.simple(sample, "receive", 101, text(4, ""), []byte{0})
		b.simple(sample, "accept", 102)
	}
	b.place(1, tube, "A1")
	b.readMap(map[string][2]string{"A1": {"sample/" + tube, "filled"}})
	b.readSample(tube, "in_storage", []string{box, "A1"})
	refuse(b.place(2, rack, "A1", "request", "refuse"), "A1 of Box holds S0.")
	return b
}

func refuse(line map[string]any, why string) {
	line["status"] = 409
	line["answer"] = map[string]any{"code": "conflict", "detail": why}
}

func silence(line map[string]any) {
	line["status"], line["return"], line["answer"] = 0, nil, map[string]any{}
}

func TestGoodHistory(t *testing.T) {
	if code, said := good().judge(t); code != 0 {
		t.Fatalf("a good history: %d\n%s", code, said)
	}
}

// Who throws a tube away while it is being moved empties the slot that waits for it: the move has nothing left to fill.
func TestSlotTakenAwayMeanwhile(t *testing.T) {
	b := good()
	moved := b.place(3, rack, "A2", "request", "reserve", "reserved", "place", "moved", "discard", "complete")
	moved["call"] = b.told[len(b.told)-2]["call"]
	if code, said := b.judge(t); code != 0 {
		t.Fatalf("a good history: %d\n%s", code, said)
	}
}

// Each invariant's violation, planted into the good history, is found under its name.
func TestPlantedViolations(t *testing.T) {
	last := func(b *builder) map[string]any { return b.told[len(b.told)-1] }
	for _, plant := range []struct {
		invariant, about string
		do               func(b *builder)
	}{
		{"I1", "an acknowledged command that the log does not have", func(b *builder) {
			b.tell("POST", "/samples", "lost", 201, nil, map[string]any{"id": rack, "version": 1})
		}},
		{"I1", "an acknowledged version that never was", func(b *builder) {
			b.simple(rack, "hold", 108, text(4, "why"))["answer"].(map[string]any)["version"] = 9
		}},
		{"I1", "a position before the record", func(b *builder) {
			b.simple(rack, "hold", 108, text(4, "why"))["answer"].(map[string]any)["position"] = "0.0"
		}},
		{"I1", "a move that was acknowledged and refused", func(b *builder) {
			b.place(3, rack, "A2", "request", "refuse")
		}},
		{"I2", "a command that acts twice", func(b *builder) {
			command := commandID("accept-"+rack, "operator")
			b.commit("sample/"+rack, command, command, 0, event1(108, text(4, "why")))
		}},
		{"I2", "a command that registers two samples", func(b *builder) {
			command, other := commandID("register-S1", "operator"), "00000000-0000-0000-0000-0000000000a9"
			b.commit("sample/"+other, command, command, 0, event1(100, details("S1", ""), []byte{0}))
		}},
		{"I3", "a slot that two tubes hold", func(b *builder) {
			b.place(3, rack, "A1")
		}},
		{"I3", "a tube in two slots", func(b *builder) {
			b.place(3, tube, "A2")
		}},
		{"I3", "a label that two things wear", func(b *builder) {
			b.register("00000000-0000-0000-0000-0000000000a9", "S9", "L0")
		}},
		{"I3", "a step out of order", func(b *builder) {
			b.simple(rack, "again", 102)
		}},
		{"I4", "a command that nobody asked for", func(b *builder) {
			ghost := commandID("ghost", "operator")
			b.commit("sample/"+rack, ghost, ghost, 0, event1(108, text(4, "why")))
		}},
		{"I4", "a phantom step under the program's own name", func(b *builder) {
			b.itself("sample/"+rack, "ghost", event1(108, text(4, "why")))
		}},
		{"I4", "a step of a process that never was", func(b *builder) {
			b.cause = commandID("never", "operator")
			b.itself("sample/"+rack, "ghost", event1(108, text(4, "why")))
		}},
		{"I4", "a message about nothing", func(b *builder) { b.message("0-9999-0") }},
		{"I5", "a record that is missing", func(b *builder) { b.lines = append(b.lines[:6:6], b.lines[7:]...) }},
		{"I5", "a changed byte", func(b *builder) {
			record := append([]byte{}, b.lines[8]["record"].([]byte)...)
			record[len(record)-1] ^= 1
			b.lines[8]["record"] = record
		}},
		{"I5", "a version that is skipped", func(b *builder) {
			b.version["sample/"+rack] += 2
			b.simple(rack, "hold", 108, text(4, "why"))
		}},
		{"I6", "a read of another slot", func(b *builder) {
			b.readMap(map[string][2]string{"A1": {"sample/" + rack, "filled"}})
		}},
		{"I6", "a read that misses a slot", func(b *builder) { b.readMap(map[string][2]string{}) }},
		{"I6", "a read of another state", func(b *builder) { b.readSample(tube, "accepted", nil) }},
		{"I7", "a later command in front of an earlier one", func(b *builder) {
			first := b.told[2] // receive of the first tube: told before all that follows
			b.told[3]["call"], b.told[3]["return"] = first["call"].(int64)-15, first["call"].(int64)-5
		}},
		{"I8", "a refusal without a reason", func(b *builder) {
			refuse(b.place(3, rack, "A2", "request", "refuse"), "A2 of Box holds S0.")
		}},
		{"I8", "a label that was free", func(b *builder) {
			refuse(b.tell("POST", "/samples", "free", 409, map[string]any{"barcode": "FREE"}, nil), "FREE already names X.")
		}},
		{"I8", "a refused command that acted", func(b *builder) {
			refuse(b.simple(rack, "hold", 108, text(4, "why")), "no")
		}},
		{"I8", "a stale read", func(b *builder) {
			b.readSample(tube, "accepted", nil)["answer"].(map[string]any)["version"] = 3
		}},
		{"I8", "a sample that was there and is not found", func(b *builder) { b.readSample(tube, "", nil)["status"] = 404 }},
		{"I8", "a read that knows the future", func(b *builder) {
			early := b.readSample(rack, "on_hold", nil)
			b.simple(rack, "hold", 108, text(4, "why"))
			early["answer"].(map[string]any)["version"] = b.version["sample/"+rack]
		}},
		{"I8", "a read that lags behind what its own client was told, of several nodes", func(b *builder) {
			b.several = true
			b.readSample(tube, "accepted", nil)["answer"].(map[string]any)["version"] = 3
		}},
		{"I8", "a read that does not have the position it demanded", func(b *builder) {
			b.several = true
			line := b.readSample(tube, "accepted", nil)
			line["client"], line["demanded"] = "c2", b.position()
			line["answer"].(map[string]any)["version"] = 3
		}},
		{"I9", "half a registration", func(b *builder) {
			command := commandID("half", "operator")
			b.commit("barcode/HALF", command, command, 0, labelled(rack, "x"))
			silence(b.tell("POST", "/samples", "half", 0, nil, nil))
		}},
		{"I9", "a move that stops half-way", func(b *builder) {
			silence(b.place(3, rack, "A2", "request", "reserve", "reserved"))
		}},
		{"I9", "a move that completes and fills nothing", func(b *builder) {
			b.place(3, rack, "A2", "request", "reserve", "reserved", "place", "moved", "complete")
		}},
		{"I9", "a refused move that keeps its slot", func(b *builder) {
			silence(b.place(3, rack, "A2", "request", "reserve", "reserved", "refuse"))
		}},
		{"I10", "an import with a row too few", func(b *builder) { importOf(b, 1, 2, true) }},
		{"I10", "an import that was given up with a row", func(b *builder) { importOf(b, 1, 1, false) }},
		{"Porcupine", "a slot that shows two tubes by turns", func(b *builder) {
			b.readMap(map[string][2]string{"A1": {"sample/" + rack, "filled"}})
			b.readMap(map[string][2]string{"A1": {"sample/" + tube, "filled"}})
		}},
		{"Porcupine", "two tubes that were both told to stand there", func(b *builder) {
			answer := last(b)
			answer["status"], answer["answer"] = 200, map[string]any{"id": rack, "place": []string{box, "A1"}}
		}},
	} {
		t.Run(plant.invariant+" "+plant.about, func(t *testing.T) {
			b := good()
			plant.do(b)
			code, said := b.judge(t)
			if code != 1 || !hasLine(said, plant.invariant) {
				t.Fatalf("not found:\n%s", said)
			}
		})
	}
}

func hasLine(said, invariant string) bool {
	for _, line := range strings.Split(said, "\n") {
		if strings.HasPrefix(line, invariant+" ") {
			return true
		}
	}
	return false
}

// `rows` registered of `counted`, and whether it completed.
func importOf(b *builder, rows, counted int, completed bool) {
	key := "import"
	command := commandID(key, "operator")
	importID := "00000000-0000-0000-0000-0000000000d1"
	stream := "import/" + importID
	b.commit(stream, command, command, 0, event1(500, id(importID), text(4, "f"), text(4, ""), text(4, "csv"),
		number(4, 2),
		text(4, ""), number(8, 0)))
	for n := 0; n < rows; n++ {
		sample := fmt.Sprintf("00000000-0000-0000-0000-0000000000e%d", n)
		step := deriveID(command, fmt.Sprint(n))
		b.commit("sample/"+sample, step, command, 0, event1(100, details("I", ""), append([]byte{1}, id(importID)...)))
	}
	if completed {
		b.commit(stream, deriveID(command, "end"), command, 0, event1(507, number(4, uint64(counted))))
	} else {
		b.commit(stream, deriveID(command, "end"), command, 0, event1(511, text(4, "why")))
	}
	silence(b.tell("POST", "/imports", key, 0, nil, nil))
}

// What is right and looks odd is let be.
func TestOddButRight(t *testing.T) {
	for about, do := range map[string]func(b *builder){
		"no answer, and it is there": func(b *builder) { silence(b.place(3, rack, "A2")) },
		"no answer, and it is not":   func(b *builder) { silence(b.tell("POST", "/samples", "never", 0, nil, nil)) },
		"no answer, then an answer":  func(b *builder) { line := b.place(3, rack, "A2"); again(b, line) },
		"a refused move gives back": func(b *builder) {
			silence(b.place(3, rack, "A2", "request", "reserve", "reserved", "release", "refuse"))
		},
		"an import, whole":              func(b *builder) { importOf(b, 2, 2, true) },
		"an import, given up":           func(b *builder) { importOf(b, 0, 0, false) },
		"a record of a claim gone by":   func(b *builder) { zombie(b) },
		"a torn group that comes again": func(b *builder) { torn(b) },
		"a block of labels": func(b *builder) {
			b.itself("barcode_series/26", "block", event1(450, number(4, 1), number(4, 9), text(4, "pool")))
		},
		"a message about an event, and its attempt": func(b *builder) {
			b.message("0-1-0")
			copy(b.cause[:], id(message))
			b.itself("delivery/"+message, "attempt", event1(902, number(4, 1)))
		},
		"a read on another node, that lags": func(b *builder) {
			b.several = true
			line := b.readSample(tube, "accepted", nil)
			line["client"] = "c2"
			line["answer"].(map[string]any)["version"] = 3
		},
		"a reserved slot in a map": func(b *builder) {
			first := len(b.told)
			silence(b.place(3, rack, "A2"))
			b.told[first]["call"] = b.clock
			b.told = append(b.told, b.told[first])
			b.told = append(b.told[:first], b.told[first+1:]...)
			slots := map[string][2]string{"A1": {"sample/" + tube, "filled"}, "A2": {"sample/" + rack, "reserved"}}
			b.readMap(slots)["answer"].(map[string]any)["version"] = 4
		},
	} {
		t.Run(about, func(t *testing.T) {
			b := good()
			do(b)
			if code, said := b.judge(t); code != 0 {
				t.Fatalf("found what is right:\n%s", said)
			}
		})
	}
}

func again(b *builder, line map[string]any) {
	copied := map[string]any{}
	for k, v := range line {
		copied[k] = v
	}
	silence(line)
	copied["call"], copied["return"] = b.clock, b.clock+5
	b.clock += 20
	b.told = append(b.told, copied)
}

// What the program does under its own name.
func (b *builder) itself(stream, step string, e payload) {
	b.subject = "tracseq"
	b.commit(stream, deriveID(b.cause, step), uuid{}, 0, e)
	b.subject = ""
}

const message = "00000000-0000-0000-0000-0000000000f1"

func (b *builder) message(about string) {
	words := func(w string) []byte { return text(4, w) }
	b.itself("delivery/"+message, "queue", event1(900, id(message), number(8, 0), make([]byte, 16), words("rule"),
		number(4, 0), number(4, 0), words("x"), words(""), words("news"), words(about), words("e"), words("sample/"+tube),
		words("")))
}

// A commit with an old claim is skipped, and counts for nobody.
func zombie(b *builder) {
	before := b.heads[0]
	record := append([]byte{}, b.lines[len(b.lines)-1]["record"].([]byte)...)
	record[5] = 0
	b.append(0, record, "skipped")
	b.heads[0] = before
	b.lines[len(b.lines)-1]["h"] = fmt.Sprintf("%x", before)
}

func torn(b *builder) {
	command := commandID("torn", "operator")
	b.commit("barcode/TORN", command, command, 1, labelled(rack, "x"))
	b.cause = command
	b.itself("barcode/TORN", "back", event1(402, text(4, "sample/"+rack), text(4, "cut off")))
	silence(b.tell("POST", "/samples", "torn", 0, nil, nil))
}

// Who asked for any slot, while others moved the tube too, is told where it stands at last.
func TestAnswerOfAnyoneInAnySlot(t *testing.T) {
	place := func(sample string, call, returned int64, slot string) *command {
		return &command{path: "/samples/" + sample + ":place", body: map[string]any{"unit": box}, call: call,
			returned: returned, outcome: done, answer: answer{Place: []string{box, slot}}}
	}
	judge := func(commands ...*command) (int, int, bool) {
		found := newFindings()
		judged, unjudged := linearizable(&clients{commands: commands}, found, 60, time.Second, true)
		return judged, unjudged, len(found.counts) > 0
	}
	// Of two at once one may have been A3, though both were told A1.
	if _, unjudged, wrong := judge(place(tube, 1, 10, "A1"), place(tube, 2, 11, "A1"), place(rack, 20, 30, "A1")); wrong || unjudged == 0 {
		t.Fatalf("what two do at once is not known: %d not judged, found: %t", unjudged, wrong)
	}
	if judged, _, wrong := judge(place(tube, 1, 10, "A1"), place(tube, 20, 30, "A2"), place(rack, 40, 50, "A1")); wrong || judged == 0 {
		t.Fatalf("one behind the other is known: %d judged, found: %t", judged, wrong)
	}
	if _, _, wrong := judge(place(tube, 1, 10, "A1"), place(rack, 40, 50, "A1")); !wrong {
		t.Fatal("two in one slot were not found")
	}
}
