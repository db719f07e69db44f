package main

import "strings"

// Which commits each command is behind: its own, and those of the process that it began.
func assign(h *history, all *clients) {
	for _, c := range h.commits {
		if c.torn {
			continue
		}
		if by := all.byID[c.root]; by != nil {
			by.commits = append(by.commits, c)
		} else if by := all.byID[c.command]; by != nil {
			by.commits = append(by.commits, c)
		}
	}
}

// I1: what was acknowledged is in the log, where the answer says that it is. I2: a command acts once.
// I4: nobody acts without having been asked. I8: who was refused did not act. I9: all or nothing.
func promises(h *history, l *laboratory, all *clients, found *findings) {
	assign(h, all)
	for _, c := range all.commands {
		once(c, found)
		switch c.outcome {
		case done:
			acknowledged(c, l, found)
		case refused:
			if len(effects(c)) > 0 {
				found.add("I8", "%s acted: %s", c, effects(c)[0].at())
			}
		}
		wholly(c, l, found)
	}
	invoked(h, all, found)
	alone(h, found)
}

func kindOf(stream string) string {
	kind, _, _ := strings.Cut(stream, "/")
	return kind
}

func isProcess(stream string) bool {
	kind := kindOf(stream)
	return kind == "move" || kind == "discard" || kind == "import"
}

func once(c *command, found *findings) {
	kinds := map[string]*commit{}
	for _, one := range c.commits {
		if one.command != c.id {
			continue
		}
		kind := kindOf(one.stream)
		if earlier := kinds[kind]; earlier != nil {
			found.add("I2", "%s acted twice: %s, and %s", c, earlier.at(), one.at())
		}
		kinds[kind] = one
	}
}

// I2, of every command in the log, a client's or a step of a process.
func alone(h *history, found *findings) {
	type act struct {
		command uuid
		stream  string
	}
	seen := make(map[act]*commit, len(h.commits))
	for _, c := range h.commits {
		if c.torn {
			continue
		}
		key := act{c.command, c.stream}
		if earlier := seen[key]; earlier != nil {
			found.add("I2", "command %s acted twice on %s: partition %d, offsets %d and %d", c.command, c.stream,
				c.partition, earlier.offset, c.offset)
		}
		seen[key] = c
	}
}

// The stream that an answer is about.
func (c *command) target() string {
	verb, _ := c.does()
	switch {
	case verb != "":
		return "sample/" + c.answer.ID
	case c.path == "/storage-units":
		return "storage_unit/" + c.answer.ID
	case c.path == "/imports":
		return "import/" + c.answer.ID
	}
	return ""
}

func acknowledged(c *command, l *laboratory, found *findings) {
	if len(c.commits) == 0 {
		found.add("I1", "%s was acknowledged and is not in the log", c)
		return
	}
	target := c.target()
	verb, _ := c.does()
	var last *commit
	for _, one := range c.commits {
		if one.stream == target {
			last = one
		}
	}
	if target != "" && last == nil {
		found.add("I1", "%s was acknowledged and did nothing to %s", c, target)
		return
	}
	if last != nil && kindOf(target) != "import" && c.answer.Version != 0 {
		// Where a process or a second step did it, the version that is told may be a later one.
		steps := verb == "place" || verb == "take-out" || verb == "discard" || verb == ""
		if last.version() > c.answer.Version || last.version() < c.answer.Version && !steps {
			found.add("I1", "%s was told version %d, and made version %d: %s", c, c.answer.Version, last.version(),
				last.at())
		}
		if reached := l.of(target).version(); reached < c.answer.Version {
			found.add("I1", "%s was told version %d of %s, which ends at %d", c, c.answer.Version, target, reached)
		}
	}
	if verb == "register" && last != nil && c.answer.Name != nil {
		if name := l.of(target).samples[0].name; name != *c.answer.Name {
			found.add("I1", "%s registered %q, and was told %q: %s", c, name, *c.answer.Name, last.at())
		}
	}
	position := parsePosition(c.answer.Position)
	for _, one := range c.commits {
		if one == last && one.partition < len(position) && one.offset >= position[one.partition] {
			found.add("I1", "%s was told position %s, which is before %s", c, c.answer.Position, one.at())
		}
	}
	if verb == "place" || verb == "take-out" || verb == "discard" || target != "" && kindOf(target) == "import" {
		if state := processState(c, l); state != "completed" {
			found.add("I1", "%s was acknowledged, and its process is %s", c, state)
		}
	}
}

// The stream of the process that a command began; "" if it began none. In the order of partitions what the
// process did may stand before it.
func processOf(c *command) string {
	for _, one := range c.commits {
		if isProcess(one.stream) && one.command == c.id {
			return one.stream
		}
	}
	return ""
}

func processState(c *command, l *laboratory) string {
	if stream := processOf(c); stream != "" {
		return l.of(stream).state
	}
	return "missing"
}

// The commits of a command that change something for good: not the process that was refused, nor the slots
// and labels that it reserved and gave back.
func effects(c *command) []*commit {
	var all []*commit
	reserved := 0
	for _, one := range c.commits {
		if isProcess(one.stream) {
			continue
		}
		kept := false
		for _, e := range one.events {
			switch e.name {
			case "slot_reserved", "barcode_reserved":
				reserved++
			case "slot_released", "barcode_released":
				reserved--
			case "sample_step_refused", "storage_unit_step_refused", "barcode_step_refused":
			default:
				kept = true
			}
		}
		if kept {
			all = append(all, one)
		}
	}
	if reserved > 0 && len(all) == 0 {
		for _, one := range c.commits {
			if !isProcess(one.stream) {
				return []*commit{one}
			}
		}
	}
	return all
}

// I9, judged when everything is at rest.
func wholly(c *command, l *laboratory, found *findings) {
	if verb, _ := c.does(); verb == "register" {
		kinds := map[string]bool{}
		for _, one := range effects(c) {
			kinds[kindOf(one.stream)] = true
		}
		if kinds["sample"] != kinds["barcode"] {
			found.add("I9", "%s did the half: %s", c, c.commits[0].at())
		}
	}
	for _, one := range c.commits {
		if !isProcess(one.stream) || one.command != c.id {
			continue
		}
		switch state := l.of(one.stream).state; state {
		case "refused", "abandoned":
			if effect := effects(c); len(effect) > 0 {
				found.add("I9", "%s was refused, and %s stays", c, effect[0].at())
			}
		case "completed":
			complete(c, one, l, found)
		default:
			found.add("I9", "%s: its process %s is %s", c, one.stream, state)
		}
	}
}

// A move that completed did all of it.
func complete(c *command, process *commit, l *laboratory, found *findings) {
	if kindOf(process.stream) != "move" {
		return
	}
	counts := map[string]int{}
	for _, one := range c.commits {
		for _, e := range one.events {
			counts[e.name]++
		}
	}
	asked := process.events[0].data
	expect := func(name string, wanted bool) {
		if got := counts[name]; wanted != (got == 1) || got > 1 {
			found.add("I9", "%s completed with %d × %s: %s", c, got, name, process.at())
		}
	}
	expect("slot_reserved", asked["to"] != nil)
	expect("slot_filled", asked["to"] != nil && !emptiedBeforeFilled(c, l))
	expect("slot_vacated", asked["from"] != nil)
}

// Whether what was moved had been taken out of its new slot by somebody else before the move filled it.
func emptiedBeforeFilled(c *command, l *laboratory) bool {
	for _, one := range c.commits {
		for _, e := range one.events {
			if e.name != "slot_reserved" {
				continue
			}
			t := l.of(one.stream)
			for _, held := range t.slots[e.text("slot")] {
				if held.by != one || held.to == open {
					continue
				}
				ended := t.at(held.to)
				return ended != nil && ended.root != c.id && ended.events[0].name == "slot_vacated"
			}
		}
	}
	return false
}
