package main

import "strings"

// One import, as its own stream tells it.
type sheet struct {
	id       string
	rows     uint64 // that import_completed counts
	accepted bool
}

var importEnds = map[string]string{
	"import_completed": "completed", "import_abandoned": "abandoned", "import_reservations_released": "refused",
	"import_parked": "parked",
}

func (t *timeline) importEvent(e event) {
	if t.sheet == nil {
		t.sheet = &sheet{}
	}
	switch e.name {
	case "import_started":
		t.sheet.id = e.text("import_id")
	case "import_accepted":
		t.sheet.accepted = true
	case "import_completed":
		t.sheet.rows, _ = e.data["rows"].(uint64)
	}
	if end, found := importEnds[e.name]; found {
		t.state = end
	} else {
		t.state = "open"
	}
}

// I10: an import is there with all of its rows or with none. And what several streams say of one thing agrees
// (I3, I9): rules that hold when no process is open.
func atRest(l *laboratory, h *history, found *findings) {
	registered := map[string]uint64{} // by import
	for _, c := range h.commits {
		for _, e := range c.events {
			if id := e.text("import_id"); e.name == "sample_registered" && id != "" {
				registered[id]++
			}
		}
	}
	openProcesses := 0
	for stream, t := range l.streams {
		if !isProcess(stream) {
			continue
		}
		if t.state == "open" || t.state == "parked" {
			openProcesses++
			found.add("I9", "%s is %s: the laboratory is not at rest", stream, t.state)
		}
		if t.sheet == nil {
			continue
		}
		rows := registered[t.sheet.id]
		delete(registered, t.sheet.id)
		if t.state == "completed" && rows != t.sheet.rows {
			found.add("I10", "%s completed with %d rows of %d", stream, rows, t.sheet.rows)
		}
		if t.state != "completed" && rows != 0 {
			found.add("I10", "%s is %s, and %d of its rows are registered", stream, t.state, rows)
		}
	}
	for id, rows := range registered {
		found.add("I10", "%d rows are of import %s, which never began", rows, id)
	}
	if openProcesses == 0 {
		placesAgree(l, found)
		labelsAgree(l, found)
	}
}

func placesAgree(l *laboratory, found *findings) {
	for stream, t := range l.streams {
		if kindOf(stream) == "sample" {
			s := t.sample()
			if s.unit == "" {
				continue
			}
			held := holding(l.of("storage_unit/" + s.unit).slots[s.slot])
			if held == nil || held.holder != stream || held.state != "filled" {
				found.add("I3", "%s stands in %s %s, which holds %s", stream, s.unit, s.slot, holderOf(held))
			}
			continue
		}
		_, unit, _ := strings.Cut(stream, "/")
		for slot, spans := range t.slots {
			held := holding(spans)
			if held == nil || kindOf(held.holder) != "sample" {
				continue
			}
			if s := l.of(held.holder).sample(); held.state != "filled" || s.unit != unit || s.slot != slot {
				found.add("I3", "slot %s of %s is %s for %s, which stands in %q %q: %s", slot, stream, held.state,
					held.holder, s.unit, s.slot, held.by.at())
			}
		}
	}
}

func labelsAgree(l *laboratory, found *findings) {
	for stream, t := range l.streams {
		if kindOf(stream) != "sample" || len(t.samples) == 0 {
			continue
		}
		if label := t.sample().barcode; label != "" {
			if held := holding(l.labels[label]); held == nil || held.state != "assigned" || held.holder != stream {
				found.add("I3", "%s wears label %s, which names %s", stream, label, holderOf(held))
			}
		}
	}
	for label, spans := range l.labels {
		held := holding(spans)
		if held == nil {
			continue
		}
		if held.state == "reserved" {
			found.add("I9", "label %s is still reserved: %s", label, held.by.at())
		} else if kindOf(held.holder) == "sample" && len(l.of(held.holder).samples) == 0 {
			found.add("I9", "label %s names %s, which was never registered: %s", label, held.holder, held.by.at())
		}
	}
}

func splitStream(stream string) (kind, key string) {
	kind, key, _ = strings.Cut(stream, "/")
	return kind, key
}
