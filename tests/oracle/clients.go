package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"
)

// One request, as its client wrote it down. Times are monotonic nanoseconds; `Return` is nil, and the status
// 0, where no answer came.
type request struct {
	Client  string         `json:"client"`
	Call    int64          `json:"call"`
	Return  *int64         `json:"return"`
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Key     string         `json:"key"`
	Account string         `json:"account"`
	IfMatch string         `json:"if_match"`
	Demands string         `json:"demanded"` // the position of a read
	Body    map[string]any `json:"body"`
	Status  int            `json:"status"`
	Answer  answer         `json:"answer"`
}

// What of an answer is judged.
type answer struct {
	ID       string               `json:"id"`
	Version  uint64               `json:"version"` // of the stream, from the ETag
	Position string               `json:"position"`
	Code     string               `json:"code"`
	Detail   string               `json:"detail"`
	State    string               `json:"state"`
	Name     *string              `json:"name"`
	Barcode  *string              `json:"barcode"`
	Place    []string             `json:"place"` // unit, slot
	Slots    map[string][2]string `json:"slots"` // slot to occupant and filled or reserved
}

type outcome int

const (
	unknown outcome = iota // no answer, or one that says that nobody knows
	done
	refused
)

func (o outcome) String() string { return [...]string{"unknown", "done", "refused"}[o] }

func (r *request) outcome() outcome {
	switch {
	case r.Return == nil, r.Status == 0, r.Status == 202, r.Status == 408, r.Status == 429, r.Status >= 500:
		return unknown
	case r.Status < 300:
		return done
	}
	return refused
}

const never = math.MaxInt64

func (r *request) returned() int64 {
	if r.Return == nil {
		return never
	}
	return *r.Return
}

// A command: every request with its key. It was called when the first was, and returned with the first
// answer that says what became of it.
type command struct {
	id       uuid
	key      string
	path     string
	body     map[string]any
	client   string
	call     int64
	returned int64
	outcome  outcome
	status   int
	ifMatch  string
	answer   answer
	commits  []*commit // those that it is behind
}

func (c *command) String() string {
	return fmt.Sprintf("command %s (POST %s, key %s, client %s, %s %d)", c.id, c.path, c.key, c.client, c.outcome,
		c.status)
}

// A read that was answered: one entity, at one version.
type read struct {
	client         string
	stream         string
	call, returned int64
	status         int
	answer         answer
	demanded       []uint64
}

func (r *read) String() string {
	return fmt.Sprintf("a read of %s by client %s at %d", r.stream, r.client, r.call)
}

// Everything that clients wrote down.
type clients struct {
	commands []*command
	byID     map[uuid]*command
	reads    []*read
	requests int
}

func readClients(from io.Reader) (*clients, error) {
	all := &clients{byID: map[uuid]*command{}}
	lines := bufio.NewReaderSize(from, 1<<20)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && err == io.EOF {
			break
		}
		if err == io.EOF {
			return nil, fmt.Errorf("the clients' line %d was cut off", number)
		}
		var r request
		if problem := json.Unmarshal(line, &r); problem != nil {
			return nil, fmt.Errorf("the clients' line %d: %v", number, problem)
		}
		all.take(&r)
	}
	sort.SliceStable(all.commands, func(i, j int) bool { return all.commands[i].call < all.commands[j].call })
	sort.SliceStable(all.reads, func(i, j int) bool { return all.reads[i].call < all.reads[j].call })
	return all, nil
}

func (all *clients) take(r *request) {
	all.requests++
	if r.Method == "GET" {
		if stream := streamOf(r.Path); stream != "" && r.outcome() != unknown {
			all.reads = append(all.reads, &read{r.Client, stream, r.Call, r.returned(), r.Status, r.Answer,
				parsePosition(r.Demands)})
		}
		return
	}
	if r.Key == "" {
		return
	}
	if r.Account == "" {
		r.Account = "operator"
	}
	id := commandID(r.Key, r.Account)
	c := all.byID[id]
	if c == nil {
		c = &command{id: id, key: r.Key, path: r.Path, body: r.Body, client: r.Client, call: r.Call,
			returned: never, ifMatch: strings.Trim(r.IfMatch, `"`)}
		all.byID[id] = c
		all.commands = append(all.commands, c)
		if c.path == "/storage-units" { // a new unit's way into its parent is a command that follows from it
			all.byID[deriveID(id, "move")] = c
		}
	}
	if r.Call < c.call {
		c.call = r.Call
	}
	// Another body under the same key says nothing of the command.
	if r.outcome() == unknown || (r.outcome() == refused && c.outcome == done) {
		return
	}
	if c.outcome == refused && r.outcome() == done || c.outcome == unknown || r.returned() < c.returned {
		c.outcome, c.status, c.returned, c.answer = r.outcome(), r.Status, r.returned(), r.Answer
	}
}

// The stream that a path of one entity is about; "" for a list.
func streamOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 2 {
		return ""
	}
	id, _, _ := strings.Cut(parts[1], ":")
	switch {
	case parts[0] == "samples" && len(parts) == 2:
		return "sample/" + id
	case parts[0] == "storage-units" && len(parts) == 3 && parts[2] == "map":
		return "storage_unit/" + id
	}
	return ""
}

// The offsets of a position (section 8); nil if it is none.
func parsePosition(text string) []uint64 {
	if text == "" {
		return nil
	}
	var offsets []uint64
	for _, word := range strings.Split(text, ".") {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return nil
		}
		offsets = append(offsets, n)
	}
	return offsets
}

// What a command of a path does: "register", "place", … and on which sample.
func (c *command) does() (verb, sample string) {
	if c.path == "/samples" {
		return "register", ""
	}
	if !strings.HasPrefix(c.path, "/samples/") {
		return "", ""
	}
	id, verb, _ := strings.Cut(c.path[len("/samples/"):], ":")
	return verb, id
}
