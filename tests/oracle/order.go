package main

import "sort"

// I7: what returned before another was called stands before it, on every partition that both are on.
func realTime(h *history, all *clients, found *findings) {
	type act struct {
		by *command
		c  *commit
	}
	returned, called := make([][]act, h.partitions), make([][]act, h.partitions)
	for _, by := range all.commands {
		for _, c := range by.commits {
			called[c.partition] = append(called[c.partition], act{by, c})
			if by.outcome == done {
				returned[c.partition] = append(returned[c.partition], act{by, c})
			}
		}
	}
	for p := 0; p < h.partitions; p++ {
		earlier, later := returned[p], called[p]
		sort.SliceStable(earlier, func(i, j int) bool { return earlier[i].by.returned < earlier[j].by.returned })
		sort.SliceStable(later, func(i, j int) bool { return later[i].by.call < later[j].by.call })
		var last *act
		next := 0
		for i := range later {
			for ; next < len(earlier) && earlier[next].by.returned < later[i].by.call; next++ {
				if last == nil || earlier[next].c.offset > last.c.offset {
					last = &earlier[next]
				}
			}
			if last != nil && last.by != later[i].by && last.c.offset > later[i].c.offset {
				found.add("I7", "%s returned before %s was called, and stands behind it: %s, and %s", last.by,
					later[i].by, last.c.at(), later[i].c.at())
			}
		}
	}
}

// When each version of a stream must have been seen, and when it cannot have been yet.
type window struct {
	returns  []stamp            // by time; version is the highest returned until then
	sessions map[string][]stamp // the same, of what each client itself was told
	calls    []stamp            // by time; version is the lowest base of what is called from then on
	commits  []*commit
}

type stamp struct {
	time    int64
	version uint64
}

func newWindow(t *timeline, all *clients) *window {
	w := &window{sessions: map[string][]stamp{}, commits: t.commits}
	for _, c := range t.commits {
		by := all.byID[c.root]
		if by == nil {
			continue
		}
		w.calls = append(w.calls, stamp{by.call, c.base})
		if by.outcome == done {
			w.returns = append(w.returns, stamp{by.returned, c.version()})
			w.sessions[by.client] = append(w.sessions[by.client], stamp{by.returned, c.version()})
		}
	}
	byTime := func(list []stamp) func(i, j int) bool {
		return func(i, j int) bool { return list[i].time < list[j].time }
	}
	rising := func(list []stamp) {
		sort.SliceStable(list, byTime(list))
		for i := 1; i < len(list); i++ {
			if list[i].version < list[i-1].version {
				list[i].version = list[i-1].version
			}
		}
	}
	rising(w.returns)
	for _, list := range w.sessions {
		rising(list)
	}
	sort.SliceStable(w.calls, byTime(w.calls))
	for i := len(w.calls) - 2; i >= 0; i-- {
		if w.calls[i].version > w.calls[i+1].version {
			w.calls[i].version = w.calls[i+1].version
		}
	}
	return w
}

// The versions that whoever asked in [call, returned] may have met: from what had been acknowledged before it
// asked, to what had been asked for before it was answered. Of several nodes one may know less than another: then
// it is what the client itself was told, and what it demanded, that it must meet.
func (w *window) of(call, returned int64, client string, demanded []uint64, sessions bool) (lowest, highest uint64) {
	told := w.returns
	if sessions {
		told = w.sessions[client]
	}
	if i := sort.Search(len(told), func(i int) bool { return told[i].time >= call }); i > 0 {
		lowest = told[i-1].version
	}
	for _, c := range w.commits {
		if c.partition >= len(demanded) {
			break
		}
		if c.offset < demanded[c.partition] && c.version() > lowest {
			lowest = c.version()
		}
	}
	highest = open
	if i := sort.Search(len(w.calls), func(i int) bool { return w.calls[i].time > returned }); i < len(w.calls) {
		highest = w.calls[i].version
	}
	return lowest, highest
}

type windows struct {
	l   *laboratory
	all *clients
	of_ map[string]*window
	// Several nodes serve the clients, and reads that demand no position may lag.
	sessions bool
}

func (w *windows) of(stream string, call, returned int64, client string, demanded []uint64) (uint64, uint64) {
	one := w.of_[stream]
	if one == nil {
		one = newWindow(w.l.of(stream), w.all)
		w.of_[stream] = one
	}
	return one.of(call, returned, client, demanded, w.sessions)
}

// The window of a command, on one of the streams that it is about.
func (w *windows) ofCommand(stream string, c *command) (uint64, uint64) {
	return w.of(stream, c.call, c.returned, c.client, nil)
}

// I6: what a read showed is what the fold says of that version. I8: the version was right for its time, and
// nobody saw an older one behind a newer.
func reads(l *laboratory, all *clients, w *windows, found *findings) {
	type session struct{ client, stream string }
	seen := map[session]uint64{}
	for _, r := range all.reads {
		low, high := w.of(r.stream, r.call, r.returned, r.client, r.demanded)
		t := l.of(r.stream)
		if r.status == 404 {
			if low > 0 {
				found.add("I8", "%s found nothing, though version %d had been acknowledged", r, low)
			}
			continue
		}
		if r.status != 200 || r.answer.Version == 0 {
			continue
		}
		version := r.answer.Version
		if version < low {
			found.add("I8", "%s showed version %d, though version %d had been acknowledged: a stale read", r, version, low)
		}
		if version > high {
			found.add("I8", "%s showed version %d, which was asked for only later than version %d", r, version, high)
		}
		key := session{r.client, r.stream}
		if version < seen[key] {
			found.add("I8", "%s showed version %d behind version %d: it went back", r, version, seen[key])
		}
		seen[key] = version
		if kindOf(r.stream) == "sample" {
			readSample(t, r, found)
		} else if r.answer.Slots != nil {
			readSlots(t, r, found)
		}
	}
}

// The index of the commit that made a version; -1 if none did.
func (t *timeline) made(version uint64) int {
	i := sort.Search(len(t.commits), func(i int) bool { return t.commits[i].version() >= version })
	if i == len(t.commits) || t.commits[i].version() != version {
		return -1
	}
	return i
}

func readSample(t *timeline, r *read, found *findings) {
	i := t.made(r.answer.Version)
	if i < 0 {
		found.add("I6", "%s showed version %d, which the log does not have", r, r.answer.Version)
		return
	}
	s := t.samples[i]
	differs := func(what, shown, folded string) {
		if shown != folded {
			found.add("I6", "%s showed %s %q at version %d, the fold says %q: %s", r, what, shown, r.answer.Version,
				folded, t.commits[i].at())
		}
	}
	if r.answer.State != "" {
		differs("state", r.answer.State, s.state())
	}
	if r.answer.Name != nil {
		differs("name", *r.answer.Name, s.name)
	}
	if r.answer.Barcode != nil {
		differs("label", *r.answer.Barcode, s.barcode)
	}
	unit, slot := "", ""
	if len(r.answer.Place) == 2 {
		unit, slot = r.answer.Place[0], r.answer.Place[1]
	}
	differs("place", unit+" "+slot, s.unit+" "+s.slot)
}

func readSlots(t *timeline, r *read, found *findings) {
	version := r.answer.Version
	if t.made(version) < 0 {
		found.add("I6", "%s showed version %d, which the log does not have", r, version)
		return
	}
	for slot, shown := range r.answer.Slots {
		if holder, state := at(t.slots[slot], version); holder != shown[0] || state != shown[1] {
			found.add("I6", "%s showed slot %s %s for %s at version %d, the fold says %q %q", r, slot, shown[1], shown[0],
				version, state, holder)
		}
	}
	for slot, spans := range t.slots {
		if holder, state := at(spans, version); holder != "" && r.answer.Slots[slot][0] == "" {
			found.add("I6", "%s showed slot %s free at version %d, the fold says %s for %s", r, slot, version, state, holder)
		}
	}
}
