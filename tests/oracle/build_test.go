package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A small laboratory, written record by record: what the tests plant their violations into.
type builder struct {
	heads   map[int][32]byte
	claim   map[int]uint64
	offsets map[int]uint64
	version map[string]uint64
	lines   []map[string]any
	clock   int64
	told    []map[string]any
	several bool   // nodes
	subject string // who acts; "" is the operator
	cause   uuid
}

const testPartitions = 2

func newBuilder() *builder {
	b := &builder{map[int][32]byte{}, map[int]uint64{}, map[int]uint64{}, map[string]uint64{}, nil, 1000, nil, false, "",
		uuid{}}
	for p := 0; p < testPartitions; p++ {
		b.heads[p] = sha256.Sum256([]byte(fmt.Sprintf("TracSeq log 1, partition %d of %d", p, testPartitions)))
		claim := append([]byte("TSR1\x02"), make([]byte, 16)...)
		binary.LittleEndian.PutUint64(claim[5:], 1)
		claim = append(append(append(claim, text(2, "n")...), make([]byte, 16)...), text(2, "a")...)
		b.claim[p] = 1
		b.append(p, claim, "claim")
	}
	return b
}

func number(size int, n uint64) []byte {
	out := make([]byte, 8)
	binary.LittleEndian.PutUint64(out, n)
	return out[:size]
}

func text(size int, s string) []byte { return append(number(size, uint64(len(s))), s...) }

func id(s string) []byte {
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(raw) != 16 {
		panic("no uuid: " + s)
	}
	return raw
}

// Appends a record to a partition, accepted.
func (b *builder) append(p int, record []byte, verdict string) {
	head := b.heads[p]
	sum := sha256.New()
	sum.Write(head[:])
	sum.Write(record)
	copy(head[:], sum.Sum(nil))
	b.heads[p] = head
	b.lines = append(b.lines, map[string]any{"partition": p, "offset": b.offsets[p], "record": record,
		"verdict": verdict, "h": hex.EncodeToString(head[:])})
	b.offsets[p]++
}

type payload struct {
	kind, schema int
	bytes        []byte
}

func event1(kind int, fields ...[]byte) payload {
	var all []byte
	for _, f := range fields {
		all = append(all, f...)
	}
	return payload{kind, 1, all}
}

// One commit, of a command with this key and, in a process, of the command behind it.
func (b *builder) commit(stream string, command, root uuid, flags byte, events ...payload) {
	p := partitionOf(stream, testPartitions)
	head := b.heads[p]
	r := append([]byte("TSR1\x01"), number(8, b.claim[p])...)
	r = append(append(r, head[:]...), text(2, stream)...)
	r = append(append(r, number(8, b.version[stream])...), flags)
	r = append(append(r, command[:]...), make([]byte, 16)...)
	r = append(r, make([]byte, 16)...)
	who := b.subject
	if who == "" {
		who = "operator"
	}
	for _, words := range []string{who, "Operator", "lab_administrator", "n", ""} {
		r = append(r, text(2, words)...)
	}
	r = append(append(r, root[:]...), b.cause[:]...)
	r = append(append(r, text(2, "")...), number(2, uint64(len(events)))...)
	for _, e := range events {
		r = append(append(r, number(4, uint64(e.kind))...), number(2, uint64(e.schema))...)
		r = append(r, text(4, string(e.bytes))...)
	}
	b.version[stream] += uint64(len(events))
	b.append(p, r, "commit")
}

func details(name, label string) []byte {
	var d []byte
	for _, s := range []string{name, label, "", ""} {
		d = append(d, text(4, s)...)
	}
	d = append(d, number(4, 0)...) // type
	d = append(d, 0)               // taxon_id
	d = append(d, text(4, "")...)  // organism
	d = append(d, 0, 0)            // donor, collected_at
	d = append(append(d, text(4, "")...), text(4, "")...)
	d = append(d, 0, 0, 0)                                 // concentration, volume, amount
	d = append(d, number(4, 0)...)                         // requires_temperature
	d = append(append(d, text(4, "")...), number(4, 0)...) // notes, custom
	return d
}

const (
	box  = "00000000-0000-0000-0000-0000000000b0"
	tube = "00000000-0000-0000-0000-0000000000a1"
	rack = "00000000-0000-0000-0000-0000000000a2"
	move = "00000000-0000-0000-0000-0000000000c"
)

// Notes what a client was told. `change` sees the line before it is kept.
func (b *builder) tell(method, path, key string, status int, body, answer map[string]any) map[string]any {
	line := map[string]any{"client": "c1", "call": b.clock, "return": b.clock + 10, "method": method, "path": path,
		"key": key, "status": status, "body": body, "answer": answer}
	b.clock += 20
	b.told = append(b.told, line)
	return line
}

func (b *builder) position() string {
	return fmt.Sprintf("%d.%d", b.offsets[0], b.offsets[1])
}

func labelled(sample, name string) payload {
	return event1(401, text(4, "sample/"+sample), text(4, name), make([]byte, 16), []byte{0})
}

func (b *builder) register(sample, name, label string) map[string]any {
	key := "register-" + name
	command := commandID(key, "operator")
	b.commit("barcode/"+label, command, command, 0, labelled(sample, name))
	b.commit("sample/"+sample, command, command, 0, event1(100, details(name, label), []byte{0}))
	return b.tell("POST", "/samples", key, 201, map[string]any{"name": name, "barcode": label}, map[string]any{
		"id": sample, "version": 1, "name": name, "position": b.position()})
}

func (b *builder) simple(sample, verb string, kind int, fields ...[]byte) map[string]any {
	key := verb + "-" + sample
	command := commandID(key, "operator")
	e := event1(kind, fields...)
	if kind == 101 {
		e.schema = 2
	}
	b.commit("sample/"+sample, command, command, 0, e)
	return b.tell("POST", "/samples/"+sample+":"+verb, key, 200, nil, map[string]any{"id": sample,
		"version": b.version["sample/"+sample], "position": b.position()})
}

func (b *builder) addBox() {
	command := commandID("box", "operator")
	b.commit("storage_unit/"+box, command, command, 0, event1(200, number(4, 7), text(4, "Box"), text(4, ""),
		number(2, 9), number(2, 9), number(4, 0), number(4, 0), text(4, "")))
	b.tell("POST", "/storage-units", "box", 201, nil, map[string]any{"id": box, "version": 1, "position": b.position()})
}

func some(unit, slot string) []byte {
	return append(append(append([]byte{1}, id(unit)...), text(4, slot)...), text(4, "Box")...)
}

// The steps of a move of a tube that stands nowhere, by number; what a client is told of it.
func (b *builder) place(n int, sample, slot string, steps ...string) map[string]any {
	key := fmt.Sprintf("place-%d", n)
	root, process := commandID(key, "operator"), fmt.Sprintf("move/%s%d", move, n)
	thing, moveID := "sample/"+sample, id(fmt.Sprintf("%s%d", move, n))
	if len(steps) == 0 {
		steps = []string{"request", "reserve", "reserved", "place", "moved", "fill", "complete"}
	}
	step := 0
	for _, name := range steps {
		step++
		command := deriveID(root, fmt.Sprint(step))
		do := func(stream string, e ...payload) { b.commit(stream, command, root, 0, e...) }
		switch name {
		case "request":
			b.commit(process, root, root, 0, event1(600, moveID, text(4, thing), text(4, "t"), text(4, "tube"), text(4, ""),
				number(4, 0), []byte{0}, some(box, slot), number(4, 0), text(4, ""), []byte{0}, text(4, "")))
		case "reserve":
			do("storage_unit/"+box, event1(210, text(4, slot), text(4, thing), text(4, "t"), moveID, text(4, "")))
		case "reserved":
			do(process, event1(601, text(4, slot)))
		case "place":
			do("sample/"+sample, event1(106, moveID, id(box), text(4, slot), text(4, "Box"), []byte{0}, text(4, ""),
				text(4, "")))
		case "moved":
			do(process, event1(602))
		case "fill":
			do("storage_unit/"+box, event1(212, text(4, slot), text(4, thing), text(4, "t"), moveID))
		case "release":
			do("storage_unit/"+box, event1(211, text(4, slot), text(4, thing), moveID))
		case "discard": // by another person, while the tube's slot waits to be filled
			b.discard(sample, slot)
		case "complete":
			do(process, event1(604))
		case "refuse":
			do(process, event1(605, text(4, "conflict"), text(4, "why")), event1(606))
		}
	}
	return b.tell("POST", "/samples/"+sample+":place", key, 200, map[string]any{"unit": box, "slot": slot},
		map[string]any{"id": sample, "version": b.version["sample/"+sample], "position": b.position(),
			"place": []string{box, slot}})
}

// A tube that stands in a slot is thrown away.
func (b *builder) discard(sample, slot string) map[string]any {
	key, it := "discard-"+sample, "00000000-0000-0000-0000-0000000000d0"
	root, process, thing := commandID(key, "operator"), "discard/"+it, "sample/"+sample
	from := some(box, slot)
	b.commit(process, root, root, 0, event1(650, id(it), id(sample), text(4, "t"), text(4, "why"), text(4, "bin")))
	do := func(step, stream string, e payload) { b.commit(stream, deriveID(root, step), root, 0, e) }
	do("1", thing, event1(110, id(it), text(4, "why"), text(4, "bin"), from))
	do("2", process, event1(651, from))
	do("3", "storage_unit/"+box, event1(213, text(4, slot), text(4, thing), text(4, "t"), text(4, "discarded"), id(it)))
	do("4", process, event1(652))
	return b.tell("POST", "/samples/"+sample+":discard", key, 200, nil, map[string]any{"id": sample,
		"version": b.version[thing], "position": b.position()})
}

func (b *builder) readMap(slots map[string][2]string) map[string]any {
	return b.tell("GET", "/storage-units/"+box+"/map", "", 200, nil, map[string]any{"id": box,
		"version": b.version["storage_unit/"+box], "slots": slots})
}

func (b *builder) readSample(sample, state string, place []string) map[string]any {
	return b.tell("GET", "/samples/"+sample, "", 200, nil, map[string]any{"id": sample, "state": state,
		"version": b.version["sample/"+sample], "place": place})
}

// Writes both files and asks the oracle: its exit code and words.
func (b *builder) judge(t *testing.T) (int, string) {
	t.Helper()
	folder := t.TempDir()
	var export, told strings.Builder
	write := func(to *strings.Builder, line any) {
		raw, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		to.Write(append(raw, '\n'))
	}
	write(&export, map[string]any{"tracseq_export": 1, "partitions": testPartitions, "log": "embedded log in x"})
	commits := map[int]int{}
	for _, line := range b.lines {
		write(&export, line)
		if line["verdict"] == "commit" {
			commits[line["partition"].(int)]++
		}
	}
	var heads []any
	for p := 0; p < testPartitions; p++ {
		head := b.heads[p]
		heads = append(heads, map[string]any{"partition": p, "end": b.offsets[p], "commits": commits[p],
			"h": hex.EncodeToString(head[:])})
	}
	write(&export, map[string]any{"end": true, "records": len(b.lines), "heads": heads})
	for _, line := range b.told {
		write(&told, line)
	}
	one, two := filepath.Join(folder, "export"), filepath.Join(folder, "clients")
	for path, words := range map[string]string{one: export.String(), two: told.String()} {
		if err := os.WriteFile(path, []byte(words), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	code, err := run("../../docs/formats.md", one, two, limits{2000, time.Second, b.several}, &said)
	if err != nil {
		t.Fatal(err)
	}
	return code, said.String()
}
