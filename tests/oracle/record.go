package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"
)

// A uuid, as the log writes it.
type uuid [16]byte

func (u uuid) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// An event: its name, and its fields as docs/formats.md names them. An absent optional is nil.
type event struct {
	name string
	data map[string]any
}

func (e event) text(field string) string {
	s, _ := e.data[field].(string)
	return s
}

// A commit that the fold of section 2 of docs/formats.md accepted.
type commit struct {
	partition     int
	offset        uint64
	stream        string
	base          uint64
	flags         byte
	command       uuid
	correlation   uuid
	cause         uuid // causation: the process that it is a step of
	subject, role string
	events        []event
	torn          bool // first part of a group whose last part never came
	root          uuid // the command of a client behind it: correlation, or its own
}

func (c *commit) at() string {
	return fmt.Sprintf("partition %d, offset %d, %s", c.partition, c.offset, c.stream)
}

// The version of the stream behind it.
func (c *commit) version() uint64 { return c.base + uint64(len(c.events)) }

var errShort = errors.New("the bytes end early")

// Takes values from bytes; the first failure stays, and all that follows is zero.
type reader struct {
	data    []byte
	err     error
	formats *formats
}

func (r *reader) take(size uint64) []byte {
	if r.err != nil || size > uint64(len(r.data)) {
		if r.err == nil {
			r.err = errShort
		}
		return make([]byte, min(size, 32))
	}
	taken := r.data[:size]
	r.data = r.data[size:]
	return taken
}

func min(a, b uint64) uint64 {
	if a < b {
		return a
	}
	return b
}

func (r *reader) u8() byte    { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) id() (u uuid) {
	copy(u[:], r.take(16))
	return u
}

// A text of a record: u16 length. A text of a payload: u32.
func (r *reader) short() string { return string(r.take(uint64(r.u16()))) }
func (r *reader) long() string  { return string(r.take(uint64(r.u32()))) }

// The body of a commit behind its first 5 bytes and claim and prev, which the chain has read already.
func (r *reader) commit() *commit {
	c := &commit{stream: r.short(), base: r.u64(), flags: r.u8(), command: r.id()}
	r.take(16 + 8 + 8) // fingerprint, recorded_at, occurred_at
	c.subject = r.short()
	r.short() // name
	c.role = r.short()
	r.short() // node
	r.short() // reason
	c.correlation = r.id()
	c.cause = r.id()
	r.short()
	for n := r.u16(); n > 0 && r.err == nil; n-- {
		c.events = append(c.events, r.event())
	}
	if r.err == nil && len(r.data) > 0 {
		r.err = fmt.Errorf("%d bytes too many", len(r.data))
	}
	c.root = c.correlation
	if c.root == (uuid{}) {
		c.root = c.command
	}
	return c
}

func (r *reader) event() event {
	kind, schema, length := r.u32(), r.u16(), r.u32()
	payload := reader{data: r.take(uint64(length)), formats: r.formats}
	if r.err != nil {
		return event{}
	}
	known, found := r.formats.events[eventKey{kind, schema}]
	if !found {
		r.err = fmt.Errorf("event %d schema %d is not in docs/formats.md", kind, schema)
		return event{}
	}
	data := payload.fields(known.fields)
	if payload.err == nil && len(payload.data) > 0 {
		payload.err = fmt.Errorf("%d bytes too many in %s", len(payload.data), known.name)
	}
	r.err = payload.err
	return event{known.name, data}
}

func (r *reader) fields(list []field) map[string]any {
	values := make(map[string]any, len(list))
	for _, f := range list {
		values[f.name] = r.value(f.kind)
	}
	return values
}

func (r *reader) list(element string) []any {
	var all []any
	for n := r.u32(); n > 0 && r.err == nil; n-- {
		all = append(all, r.value(element))
	}
	return all
}

func (r *reader) value(kind string) any {
	last := len(kind) - 1
	switch {
	case kind[last] == '?':
		if r.u8() == 0 {
			return nil
		}
		return r.value(kind[:last])
	case kind[0] == '[':
		return r.list(kind[1:last])
	case kind[0] == '{': // {str: T}
		all := map[string]any{}
		for n := r.u32(); n > 0 && r.err == nil; n-- {
			key := r.long()
			all[key] = r.value(kind[len("{str: "):last])
		}
		return all
	}
	switch kind {
	case "bool":
		return r.u8() != 0
	case "u8":
		return uint64(r.u8())
	case "u16":
		return uint64(r.u16())
	case "u32":
		return uint64(r.u32())
	case "u64":
		return r.u64()
	case "i64":
		return int64(r.u64())
	case "f64":
		return math.Float64frombits(r.u64())
	case "str":
		return r.long()
	case "uuid":
		return r.id().String()
	case "instant":
		return time.UnixMicro(int64(r.u64())).UTC()
	case "sealed_text":
		return map[string]any{"key_id": r.id().String(), "box": r.long()}
	}
	if words, found := r.formats.enums[kind]; found {
		return words[r.u32()]
	}
	if fields, found := r.formats.structs[kind]; found {
		return r.fields(fields)
	}
	if r.err == nil {
		r.err = fmt.Errorf("docs/formats.md does not say what %q is", kind)
	}
	return nil
}
