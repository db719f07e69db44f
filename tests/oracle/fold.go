package main

import (
	"fmt"
	"sort"
	"strings"
)

// The laboratory, folded a third time: what each stream was at each of its versions.
type laboratory struct {
	streams map[string]*timeline
	labels  map[string][]span // who held a label, and when; versions of its stream
	found   *findings
}

// One stream: its commits in order, and what followed from them.
type timeline struct {
	commits []*commit
	samples []sample          // of a sample, behind each commit
	slots   map[string][]span // of a storage unit
	state   string            // of a process: "open", "completed", "refused", …
	sheet   *sheet            // of an import
}

type sample struct {
	name, barcode, stage, before string
	held                         bool
	unit, slot                   string
}

// As the API names it.
func (s sample) state() string {
	switch {
	case s.held:
		return "on_hold"
	case s.stage == "accepted" && s.unit != "":
		return "in_storage"
	}
	return s.stage
}

// One holder of a slot or a label: behind version `from` and up to version `to` of the stream.
type span struct {
	from, to uint64
	holder   string
	state    string
	by       *commit // that began it
}

const open = ^uint64(0)

func (l *laboratory) of(stream string) *timeline {
	t := l.streams[stream]
	if t == nil {
		t = &timeline{}
		l.streams[stream] = t
	}
	return t
}

func (t *timeline) version() uint64 {
	if len(t.commits) == 0 {
		return 0
	}
	return t.commits[len(t.commits)-1].version()
}

// The commit that made this version.
func (t *timeline) at(version uint64) *commit {
	for _, one := range t.commits {
		if one.base < version && version <= one.version() {
			return one
		}
	}
	return nil
}

func (t *timeline) sample() sample {
	if len(t.samples) == 0 {
		return sample{}
	}
	return t.samples[len(t.samples)-1]
}

func fold(h *history, found *findings) *laboratory {
	l := &laboratory{map[string]*timeline{}, map[string][]span{}, found}
	for _, c := range h.commits {
		l.take(c, h.partitions)
	}
	return l
}

func (l *laboratory) rule(holds bool, invariant string, c *commit, words string, values ...any) {
	if !holds {
		l.found.add(invariant, "%s: %s (command %s)", c.at(), fmt.Sprintf(words, values...), c.root)
	}
}

func (l *laboratory) take(c *commit, partitions int) {
	t := l.of(c.stream)
	l.rule(partitionOf(c.stream, partitions) == c.partition, "I5", c, "the stream belongs to partition %d",
		partitionOf(c.stream, partitions))
	l.rule(c.base == t.version(), "I5", c, "version %d follows version %d", c.base, t.version())
	kind, key, _ := strings.Cut(c.stream, "/")
	now, version := t.sample(), c.base
	for _, e := range c.events {
		version++
		switch kind {
		case "sample":
			now = l.sampleEvent(t, now, e, c)
		case "storage_unit":
			l.slotEvent(t, e, c, version)
		case "barcode":
			l.labelEvent(key, e, c, version)
		case "move", "discard":
			t.processEvent(e)
		case "import":
			t.importEvent(e)
		}
	}
	if kind == "sample" {
		t.samples = append(t.samples, now)
	}
	t.commits = append(t.commits, c)
}

func (l *laboratory) sampleEvent(t *timeline, s sample, e event, c *commit) sample {
	step := func(to string, from ...string) {
		l.rule(!s.held && contains(from, s.stage), "I3", c, "%s while %s", e.name, s.state())
		s.before, s.stage = s.stage, to
	}
	switch e.name {
	case "sample_registered":
		l.rule(len(t.commits) == 0, "I2", c, "registered twice")
		details, _ := e.data["details"].(map[string]any)
		s = sample{stage: "registered"}
		s.name, _ = details["name"].(string)
		s.barcode, _ = details["barcode"].(string)
	case "sample_corrected":
		details, _ := e.data["details"].(map[string]any)
		s.name, _ = details["name"].(string)
		s.barcode, _ = details["barcode"].(string)
	case "sample_relabelled":
		s.barcode = e.text("new_barcode")
	case "sample_received":
		step("received", "registered")
	case "sample_accepted":
		step("accepted", "received")
	case "sample_rejected":
		step("rejected", "received")
	case "sample_archived":
		step("archived", "accepted")
	case "sample_discarded":
		step("discarded", "registered", "received", "accepted")
		s.unit, s.slot = "", ""
	case "sample_reinstated":
		s.stage = s.before
	case "sample_held":
		l.rule(!s.held, "I3", c, "held twice")
		s.held = true
	case "sample_hold_ended":
		l.rule(s.held, "I3", c, "was not on hold")
		s.held = false
	case "tube_placed":
		from, _ := e.data["from_unit_id"].(string)
		l.rule(from == s.unit && e.text("from_slot") == s.slot, "I3", c,
			"it stood in %q %q and is moved from %q %q: it would be in two places", s.unit, s.slot, from,
			e.text("from_slot"))
		s.unit, s.slot = e.text("unit_id"), e.text("slot")
	case "tube_taken_out":
		l.rule(e.text("from_unit_id") == s.unit && e.text("from_slot") == s.slot, "I3", c,
			"it stood in %q %q and is taken out of %q %q", s.unit, s.slot, e.text("from_unit_id"), e.text("from_slot"))
		s.unit, s.slot = "", ""
	}
	return s
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}

// The last span, if it is still open.
func holding(spans []span) *span {
	if n := len(spans); n > 0 && spans[n-1].to == open {
		return &spans[n-1]
	}
	return nil
}

func (l *laboratory) slotEvent(t *timeline, e event, c *commit, version uint64) {
	slot, who := e.text("slot"), e.text("occupant")
	if who == "" {
		return
	}
	if t.slots == nil {
		t.slots = map[string][]span{}
	}
	held := holding(t.slots[slot])
	end := func() {
		if held != nil {
			held.to = version
		}
	}
	begin := func(state string) { t.slots[slot] = append(t.slots[slot], span{version, open, who, state, c}) }
	switch e.name {
	case "slot_reserved":
		if held != nil {
			l.rule(false, "I3", c, "slot %s is reserved for %s and was held by %s", slot, who, held.holder)
		}
		end()
		begin("reserved")
	case "slot_filled":
		l.rule(held != nil && held.holder == who && held.state == "reserved", "I3", c,
			"slot %s is filled by %s, for whom it was not reserved", slot, who)
		end()
		begin("filled")
	case "slot_vacated":
		l.rule(held != nil && held.holder == who, "I3", c, "slot %s is vacated by %s, who did not hold it", slot, who)
		end()
	case "slot_released":
		l.rule(held != nil && held.holder == who && held.state == "reserved", "I3", c,
			"slot %s is released by %s, for whom it was not reserved", slot, who)
		end()
	}
}

func (l *laboratory) labelEvent(label string, e event, c *commit, version uint64) {
	held := holding(l.labels[label])
	who := e.text("entity")
	begin := func(state string) {
		if held != nil {
			held.to = version
		}
		l.labels[label] = append(l.labels[label], span{version, open, who, state, c})
	}
	switch e.name {
	case "barcode_reserved":
		l.rule(held == nil, "I3", c, "the label is reserved, and was held already")
		begin("reserved")
	case "barcode_assigned":
		free := held == nil || held.state == "reserved"
		l.rule(free, "I3", c, "the label names %s and is assigned to %s", holderOf(held), who)
		begin("assigned")
	case "barcode_released":
		l.rule(held != nil, "I3", c, "the label is released, though nobody held it")
		if held != nil {
			held.to = version
		}
	}
}

func holderOf(s *span) string {
	if s == nil {
		return "nobody"
	}
	return s.holder
}

// What a slot held at a version: the occupant and "filled" or "reserved".
func at(spans []span, version uint64) (holder, state string) {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].from > version }) - 1
	if i < 0 || spans[i].to <= version {
		return "", ""
	}
	return spans[i].holder, spans[i].state
}

var processEnds = map[string]string{
	"move_completed": "completed", "move_ended_refused": "refused",
	"discard_completed": "completed", "discard_refused": "refused",
	"move_parked": "parked", "discard_parked": "parked",
}

func (t *timeline) processEvent(e event) {
	if end, found := processEnds[e.name]; found {
		t.state = end
	} else {
		t.state = "open"
	}
}
