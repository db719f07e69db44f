package main

import (
	"math"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// A second opinion that does not look at the log: each slot is a register that holds one sample or none, and
// what clients were told of it has one order that fits their clocks (linearizability, by Porcupine).

type slotInput struct {
	kind   string // "place" the sample here, "leave" (taken out, discarded, placed elsewhere), "read"
	sample string
}

type slotOutput struct {
	outcome outcome
	holds   string // of a read
}

// What has no answer may act at any time, or never: then both states go on.
func slotModel() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []interface{} { return []interface{}{""} },
		Step: func(state, input, output interface{}) []interface{} {
			now, in, out := state.(string), input.(slotInput), output.(slotOutput)
			var after []interface{}
			switch in.kind {
			case "read":
				if out.holds == now {
					return []interface{}{now}
				}
				return nil
			case "place":
				if now == "" {
					after = append(after, in.sample)
				}
			case "leave":
				if now == in.sample {
					after = append(after, "")
				} else {
					after = append(after, now)
				}
			}
			switch out.outcome {
			case done:
				return after
			case refused: // somebody holds it
				if now != "" {
					return []interface{}{now}
				}
				return nil
			}
			return append(after, now)
		},
		Equal: func(a, b interface{}) bool { return a == b },
	}
	return model.ToModel()
}

type place struct{ unit, slot string }

// What clients did to each slot.
type slotHistory struct {
	ops       map[place][]porcupine.Operation
	attempts  map[place][]*command // that may have held it for a moment
	refusals  map[place][]*command
	unclear   map[string]bool // units in which nobody can tell what slot a tube without one got
	placedAt  map[string]map[place]bool
	ofSamples map[string][]*command
}

func gather(all *clients) *slotHistory {
	h := &slotHistory{map[place][]porcupine.Operation{}, map[place][]*command{}, map[place][]*command{},
		map[string]bool{}, map[string]map[place]bool{}, map[string][]*command{}}
	for _, c := range all.commands {
		verb, id := c.does()
		if id == "" || verb != "place" && verb != "take-out" && verb != "discard" {
			continue
		}
		h.ofSamples[id] = append(h.ofSamples[id], c)
	}
	for id, commands := range h.ofSamples {
		for _, c := range commands {
			if verb, _ := c.does(); verb == "place" {
				h.place(c, id)
			}
		}
	}
	return h
}

// Whether another command on the sample was under way with this one. Its answer may show what that one did.
func (h *slotHistory) isBeside(c *command, id string) bool {
	for _, other := range h.ofSamples[id] {
		if other != c && other.outcome != refused && other.call < c.returned && c.call < other.returned {
			return true
		}
	}
	return false
}

func (h *slotHistory) place(c *command, id string) {
	unit, _ := c.body["unit"].(string)
	slot, _ := c.body["slot"].(string)
	if slot == "" && c.outcome == done && h.isBeside(c, id) {
		h.unclear[unit] = true
		return
	}
	if c.outcome == done && len(c.answer.Place) == 2 && (slot == "" || slot == c.answer.Place[1]) {
		slot = c.answer.Place[1]
	}
	if slot == "" {
		h.unclear[unit] = h.unclear[unit] || c.outcome == unknown
		return
	}
	at := place{unit, slot}
	if c.outcome == refused {
		h.refusals[at] = append(h.refusals[at], c)
		return
	}
	h.attempts[at] = append(h.attempts[at], c)
	if h.placedAt[id] == nil {
		h.placedAt[id] = map[place]bool{}
	}
	h.placedAt[id][at] = true
	h.add(at, c, slotInput{"place", id}, slotOutput{outcome: c.outcome})
}

func (h *slotHistory) add(at place, c *command, in slotInput, out slotOutput) {
	returned := c.returned
	if c.outcome == unknown {
		returned = math.MaxInt64
	}
	h.ops[at] = append(h.ops[at], porcupine.Operation{ClientId: 0, Input: in, Call: c.call, Output: out, Return: returned})
}

// The slots that have no answer by Porcupine: not linearizable, or not judged (`unjudged`).
// Of several nodes one may lag: then only what was done is judged, not what was shown or refused.
func linearizable(all *clients, found *findings, cap int, patience time.Duration, lag bool) (judged, unjudged int) {
	h := gather(all)
	for id, places := range h.placedAt {
		for _, c := range h.ofSamples[id] {
			if c.outcome == refused {
				continue
			}
			for at := range places {
				if !here(c, at) {
					h.add(at, c, slotInput{"leave", id}, slotOutput{outcome: c.outcome})
				}
			}
		}
	}
	if !lag {
		h.addReads(all)
		h.addRefusals()
	}
	model := slotModel()
	for _, at := range sortedPlaces(h.ops) {
		ops := h.ops[at]
		if h.unclear[at.unit] || len(ops) > cap {
			unjudged++
			continue
		}
		ops = closeOpenEnds(ops)
		switch porcupine.CheckOperationsTimeout(model, ops, patience) {
		case porcupine.Ok:
			judged++
		case porcupine.Unknown:
			unjudged++
		case porcupine.Illegal:
			judged++
			found.add("Porcupine", "slot %s of %s: %d operations have no order that explains their answers: %v", at.slot,
				at.unit, len(ops), describe(ops))
		}
	}
	return judged, unjudged
}

// Whether a command places its sample at this very place.
func here(c *command, at place) bool {
	if verb, _ := c.does(); verb != "place" {
		return false
	}
	unit, _ := c.body["unit"].(string)
	slot, _ := c.body["slot"].(string)
	if slot == "" && len(c.answer.Place) == 2 {
		slot = c.answer.Place[1]
	}
	return unit == at.unit && slot == at.slot
}

// Reads of a whole map are one read of each slot that was fought for. A reservation is no state of the
// register: the place that it belongs to is still on its way.
func (h *slotHistory) addReads(all *clients) {
	slots := map[string][]place{}
	for _, at := range sortedPlaces(h.ops) {
		slots[at.unit] = append(slots[at.unit], at)
	}
	for _, r := range all.reads {
		if r.answer.Slots == nil || r.status != 200 {
			continue
		}
		_, unit := splitStream(r.stream)
		for _, at := range slots[unit] {
			shown := r.answer.Slots[at.slot]
			if shown[1] == "reserved" {
				continue
			}
			_, holds := splitStream(shown[0])
			h.ops[at] = append(h.ops[at], porcupine.Operation{ClientId: 0, Input: slotInput{"read", ""}, Call: r.call,
				Output: slotOutput{holds: holds}, Return: r.returned})
		}
	}
}

// A refusal says that somebody held the slot; but one who was refused for another reason, or got no answer,
// may have held it for a moment, and its own sample may stand there. Only what is certain is a constraint.
func (h *slotHistory) addRefusals() {
	for at, refusals := range h.refusals {
		for _, c := range refusals {
			_, id := c.does()
			if c.status != 409 || h.placedAt[id][at] || h.troubled(at, c) || !h.fits(c) {
				continue
			}
			h.add(at, c, slotInput{"place", id}, slotOutput{outcome: refused})
		}
	}
}

// Only "A1 of B holds X" is about the slot.
func (h *slotHistory) fits(c *command) bool { return slotWords.MatchString(c.answer.Detail) }

func (h *slotHistory) troubled(at place, c *command) bool {
	overlaps := func(other *command) bool {
		return other != c && other.call <= c.returned && (other.returned >= c.call || other.outcome == unknown)
	}
	for _, other := range h.refusals[at] {
		if overlaps(other) {
			return true
		}
	}
	for _, other := range h.attempts[at] {
		if overlaps(other) {
			return true
		}
	}
	return false
}

// What never returned returns behind everything else.
func closeOpenEnds(ops []porcupine.Operation) []porcupine.Operation {
	last := int64(0)
	for _, op := range ops {
		if op.Call > last {
			last = op.Call
		}
		if op.Return != math.MaxInt64 && op.Return > last {
			last = op.Return
		}
	}
	for i := range ops {
		if ops[i].Return == math.MaxInt64 {
			ops[i].Return = last + 1
		}
	}
	return ops
}

func sortedPlaces(of map[place][]porcupine.Operation) []place {
	var all []place
	for at := range of {
		all = append(all, at)
	}
	sort.Slice(all, func(i, j int) bool {
		return all[i].unit < all[j].unit || all[i].unit == all[j].unit && all[i].slot < all[j].slot
	})
	return all
}
