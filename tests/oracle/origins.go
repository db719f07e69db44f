package main

import "fmt"

// I4: behind everything in the log stands somebody who asked for it. What the program does by itself is a step of a
// process that is there, the undoing of what was cut off, a message about an event, or a block of labels.

type origins struct {
	all       *clients
	roots     map[uuid]uuid   // of each command in the log
	processes map[string]bool // their keys
	events    map[string]bool // "<partition>-<offset>-<index>"
}

func invoked(h *history, all *clients, found *findings) {
	if len(all.commands) == 0 {
		return
	}
	o := &origins{all, map[uuid]uuid{}, map[string]bool{}, map[string]bool{}}
	for _, c := range h.commits {
		o.roots[c.command] = c.root
		if kind, key := splitStream(c.stream); isProcess(c.stream) || kind == "delivery" {
			o.processes[key] = true
		}
		for n := range c.events {
			o.events[fmt.Sprintf("%d-%d-%d", c.partition, c.offset, n)] = true
		}
	}
	for _, c := range h.commits {
		if !o.known(c.root) && !o.known(c.command) && (c.subject == "operator" || !o.itself(c)) {
			found.add("I4", "%s: command %s was asked for by nobody", c.at(), c.root)
		}
	}
}

func (o *origins) known(id uuid) bool { return o.all.byID[id] != nil }

// What the program does under its own name.
func (o *origins) itself(c *commit) bool {
	kind, key := splitStream(c.stream)
	none := uuid{}
	if c.cause != none {
		root, there := o.roots[c.cause]
		return o.processes[c.cause.String()] || o.known(c.cause) || there && o.known(root)
	}
	if len(c.events) == 0 {
		return false
	}
	switch first := c.events[0]; kind {
	case "barcode_series":
		return first.name == "label_block_reserved"
	case "delivery":
		about := first.text("event_id")
		return first.name == "delivery_queued" && c.base == 0 && key == first.text("message_id") &&
			(about == "" || o.events[about])
	}
	return false
}
