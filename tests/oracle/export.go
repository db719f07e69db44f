package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A log export, folded by section 2 of docs/formats.md from the records' bytes alone.
type history struct {
	partitions      int
	gapless         bool // the embedded log gives every offset; Kafka's may have gaps
	commits         []*commit
	claims, skipped int
	chains          []chain
}

// Where the fold of one partition stands.
type chain struct {
	head    [32]byte
	claim   uint64
	next    uint64 // offset
	commits int
	claims  int
}

type exportLine struct {
	Export     int    `json:"tracseq_export"`
	Partitions int    `json:"partitions"`
	Log        string `json:"log"`
	Partition  int    `json:"partition"`
	Offset     uint64 `json:"offset"`
	Record     []byte `json:"record"`
	Verdict    string `json:"verdict"`
	H          string `json:"h"`
	End        bool   `json:"end"`
	Records    int    `json:"records"`
	Heads      []struct {
		Partition int    `json:"partition"`
		End       uint64 `json:"end"`
		Commits   int    `json:"commits"`
		H         string `json:"h"`
	} `json:"heads"`
}

const maxLine = 64 << 20

// Reads an export. What breaks I5 goes to `found`; an error means that it is no export at all.
func readExport(from io.Reader, page *formats, found *findings) (*history, error) {
	lines := bufio.NewReaderSize(from, 1<<20)
	h, number, records, closed := &history{}, 0, 0, false
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			if err == io.EOF {
				break
			}
			return nil, fmt.Errorf("line %d is empty", number+1)
		}
		number++
		var said exportLine
		if problem := json.Unmarshal(line, &said); problem != nil {
			return nil, fmt.Errorf("line %d: %v", number, problem)
		}
		switch {
		case number == 1:
			if said.Export != 1 || said.Partitions <= 0 {
				return nil, fmt.Errorf("this is not an export")
			}
			h.begin(said)
		case closed:
			found.add("I5", "line %d stands behind the end", number)
		case said.End:
			closed = true
			h.check(said, records, found)
		default:
			records++
			h.take(said, page, found)
		}
	}
	if !closed {
		found.add("I5", "the export ends early: it has no last line")
	}
	h.markTorn()
	return h, nil
}

func (h *history) begin(said exportLine) {
	h.partitions, h.gapless = said.Partitions, strings.HasPrefix(said.Log, "embedded")
	h.chains = make([]chain, said.Partitions)
	for p := range h.chains {
		h.chains[p].head = sha256.Sum256([]byte(fmt.Sprintf("TracSeq log 1, partition %d of %d", p, said.Partitions)))
	}
}

func (h *history) take(said exportLine, page *formats, found *findings) {
	if said.Partition < 0 || said.Partition >= h.partitions {
		found.add("I5", "partition %d, offset %d: there is no such partition", said.Partition, said.Offset)
		return
	}
	at := &h.chains[said.Partition]
	place := fmt.Sprintf("partition %d, offset %d", said.Partition, said.Offset)
	if said.Offset < at.next || (h.gapless && said.Offset != at.next) {
		found.add("I5", "%s: offset %d was to come", place, at.next)
	}
	at.next = said.Offset + 1
	verdict := h.fold(said, place, at, page, found)
	if verdict != said.Verdict {
		found.add("I5", "%s: the export says %s, the chain says %s", place, said.Verdict, verdict)
	}
	if hex.EncodeToString(at.head[:]) != said.H {
		found.add("I5", "%s: the export's hash is not that of the chain", place)
	}
}

func (h *history) fold(said exportLine, place string, at *chain, page *formats, found *findings) string {
	data := said.Record
	skip := func() string {
		h.skipped++
		return "skipped"
	}
	if len(data) < 13 || string(data[:4]) != "TSR1" {
		return skip()
	}
	number := binary.LittleEndian.Uint64(data[5:])
	switch {
	case data[4] == 2 && number == at.claim+1:
		at.claim, at.claims, h.claims = number, at.claims+1, h.claims+1
		at.accept(data)
		return "claim"
	case data[4] == 1 && len(data) >= 45 && number == at.claim && bytes.Equal(data[13:45], at.head[:]):
		body := reader{data: data[45:], formats: page}
		c := body.commit()
		if body.err != nil {
			found.add("I5", "%s: the record cannot be read: %v", place, body.err)
		} else {
			c.partition, c.offset = said.Partition, said.Offset
			h.commits = append(h.commits, c)
		}
		at.commits++
		at.accept(data)
		return "commit"
	}
	return skip()
}

func (c *chain) accept(record []byte) {
	sum := sha256.New()
	sum.Write(c.head[:])
	sum.Write(record)
	copy(c.head[:], sum.Sum(nil))
}

// The last line, which counts and names the heads.
func (h *history) check(said exportLine, records int, found *findings) {
	if said.Records != records {
		found.add("I5", "the last line counts %d records, there are %d", said.Records, records)
	}
	if len(said.Heads) != h.partitions {
		found.add("I5", "the last line names %d heads of %d", len(said.Heads), h.partitions)
	}
	for _, head := range said.Heads {
		if head.Partition < 0 || head.Partition >= h.partitions {
			found.add("I5", "the last line names partition %d", head.Partition)
			continue
		}
		at := h.chains[head.Partition]
		if head.H != hex.EncodeToString(at.head[:]) || head.Commits != at.commits {
			found.add("I5", "partition %d: the last line names another head", head.Partition)
		}
	}
}

// A group (flag 1) whose next accepted commit is of another command was cut off: it did not happen.
func (h *history) markTorn() {
	open := make([][]*commit, h.partitions)
	tear := func(group []*commit) {
		for _, c := range group {
			c.torn = true
		}
	}
	for _, c := range h.commits {
		group := open[c.partition]
		if len(group) > 0 && group[0].command != c.command {
			tear(group)
			group = nil
		}
		if c.flags&1 != 0 {
			open[c.partition] = append(group, c)
		} else {
			open[c.partition] = nil
		}
	}
	for _, group := range open {
		tear(group)
	}
}

// The partition of a stream: FNV-1a-64 mod P.
func partitionOf(stream string, partitions int) int {
	h := uint64(14695981039346656037)
	for _, b := range []byte(stream) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return int(h % uint64(partitions))
}

var keySpace = uuid{0x6f, 0x2c, 0x1a, 0x52, 0x7a, 0x0e, 0x8d, 0x1c, 0x9b, 0x53, 0x54, 0x72, 0x61, 0x63, 0x53, 0x65}

// The command id that an Idempotency-Key becomes (section 7).
func commandID(key, account string) uuid { return deriveID(keySpace, account+"\n"+key) }

func deriveID(space uuid, name string) (id uuid) {
	sum := sha256.Sum256(append(space[:], name...))
	copy(id[:], sum[:16])
	id[6] = 0x80 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}
