package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

type field struct{ name, kind string }

type eventKey struct {
	kind   uint32
	schema uint16
}

type eventFormat struct {
	name   string
	fields []field
}

// What docs/formats.md lists. The page decides: what it gets wrong cannot be read here.
type formats struct {
	structs map[string][]field
	enums   map[string]map[uint32]string
	events  map[eventKey]eventFormat
}

var (
	eventLine = regexp.MustCompile(`^event (\d+) schema (\d+) (\w+)$`)
	enumWord  = regexp.MustCompile(`(\w+)=(\d+)`)
)

// Reads the page at `path`.
func readFormats(path string) (*formats, error) {
	page, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	_, listing, found := strings.Cut(string(page), "<!-- events:")
	parts := strings.Split(listing, "```")
	if !found || len(parts) < 3 {
		return nil, fmt.Errorf("%s lists no events", path)
	}
	f := &formats{map[string][]field{}, map[string]map[uint32]string{}, map[eventKey]eventFormat{}}
	into := func([]field) {} // where the fields that follow belong
	var list []field
	var words map[uint32]string
	for _, line := range strings.Split(parts[1], "\n")[1:] {
		if m := eventLine.FindStringSubmatch(line); m != nil {
			kind, _ := strconv.ParseUint(m[1], 10, 32)
			schema, _ := strconv.ParseUint(m[2], 10, 16)
			key := eventKey{uint32(kind), uint16(schema)}
			list, words = nil, nil
			into = func(all []field) { f.events[key] = eventFormat{m[3], all} }
			into(nil)
		} else if strings.HasPrefix(line, "struct ") {
			name := line[len("struct "):]
			list, words = nil, nil
			into = func(all []field) { f.structs[name] = all }
			into(nil)
		} else if strings.HasPrefix(line, "enum ") {
			words = map[uint32]string{}
			f.enums[line[len("enum "):]] = words
		} else if words != nil {
			for _, m := range enumWord.FindAllStringSubmatch(line, -1) {
				number, _ := strconv.ParseUint(m[2], 10, 32)
				words[uint32(number)] = m[1]
			}
		} else if name, kind, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			list = append(list, field{name, strings.TrimSpace(kind)})
			into(list)
		}
	}
	return f, nil
}
