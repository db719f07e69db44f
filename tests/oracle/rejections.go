package main

import (
	"strconv"
	"strings"
)

// I8, of refusals: there was a reason at some moment between call and answer. What is not judged is counted.
func rejections(l *laboratory, all *clients, w *windows, found *findings) (judged, skipped int) {
	moves := processesOf(l, all)
	for _, c := range all.commands {
		if c.outcome != refused {
			continue
		}
		verb, id := c.does()
		known, right := false, true
		switch {
		case c.status == 412:
			known, right = true, staleVersion(c, "sample/"+id, w)
		case c.status == 404 && verb != "" && id != "":
			low, _ := w.ofCommand("sample/"+id, c)
			known, right = true, low == 0
			if verb == "place" && right == false {
				unit, _ := c.body["unit"].(string)
				low, _ = w.ofCommand("storage_unit/"+unit, c)
				right = low == 0
			}
		case c.status == 409 && c.answer.Code == "conflict" && verb == "register":
			known, right = true, labelTaken(c, l, w)
		case c.status == 409 && verb != "" && id != "":
			known, right = true, conflict(c, verb, "sample/"+id, l, w, moves)
		}
		if !known {
			skipped++
			continue
		}
		judged++
		if !right {
			found.add("I8", "%s was refused without a reason: %s", c, c.answer.Detail)
		}
	}
	return judged, skipped
}

func staleVersion(c *command, stream string, w *windows) bool {
	wanted, err := strconv.ParseUint(c.ifMatch, 10, 64)
	low, high := w.ofCommand(stream, c)
	return err != nil || low != wanted || high > wanted
}

func labelTaken(c *command, l *laboratory, w *windows) bool {
	label, _ := c.body["barcode"].(string)
	if label == "" {
		return false
	}
	low, high := w.ofCommand("barcode/"+label, c)
	return heldWithin(l.labels[label], low, high, c)
}

// Whether somebody else held it at some version in the window.
func heldWithin(spans []span, low, high uint64, c *command) bool {
	for _, s := range spans {
		if s.by.root != c.id && s.from <= high && s.to > low {
			return true
		}
	}
	return false
}

// The clients' commands whose process moves or discards a sample.
func processesOf(l *laboratory, all *clients) map[string][]*command {
	of := map[string][]*command{}
	for _, c := range all.commands {
		if _, id := c.does(); id != "" && processOf(c) != "" {
			of["sample/"+id] = append(of["sample/"+id], c)
		}
	}
	return of
}

// What each verb demands of a sample.
var allowed = map[string]func(s sample) bool{
	"receive":  func(s sample) bool { return !s.held && s.stage == "registered" },
	"accept":   func(s sample) bool { return !s.held && s.stage == "received" },
	"reject":   func(s sample) bool { return !s.held && s.stage == "received" },
	"archive":  func(s sample) bool { return !s.held && s.stage == "accepted" },
	"hold":     func(s sample) bool { return !s.held && !final(s) },
	"end-hold": func(s sample) bool { return s.held },
	"correct":  func(s sample) bool { return !final(s) },
	"discard":  func(s sample) bool { return !s.held && !final(s) },
	"place":    func(s sample) bool { return s.stage == "accepted" || s.stage == "archived" && s.unit != "" },
	"take-out": func(s sample) bool { return !s.held && s.stage == "accepted" && s.unit != "" },
}

func final(s sample) bool {
	return s.stage == "rejected" || s.stage == "archived" || s.stage == "discarded"
}

func conflict(c *command, verb, stream string, l *laboratory, w *windows, moves map[string][]*command) bool {
	fits, known := allowed[verb]
	if !known {
		return true
	}
	t := l.of(stream)
	low, high := w.ofCommand(stream, c)
	places := map[string]bool{}
	for i, one := range t.commits {
		if one.version() < low || one.base > high {
			continue
		}
		if !fits(t.samples[i]) {
			return true
		}
		places[t.samples[i].unit+" "+t.samples[i].slot] = true
	}
	for _, other := range moves[stream] {
		if other != c && other.call <= c.returned && other.returned >= c.call {
			return true // it was being moved
		}
	}
	if verb != "place" {
		return false
	}
	unit, _ := c.body["unit"].(string)
	slot, _ := c.body["slot"].(string)
	if places[unit+" "+strings.ToUpper(slot)] {
		return true // it stands there already
	}
	low, high = w.ofCommand("storage_unit/"+unit, c)
	if slot != "" {
		return heldWithin(l.of("storage_unit/" + unit).slots[slot], low, high, c)
	}
	return true // a full box: its layout is not folded here
}
