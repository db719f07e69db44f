package main

import (
	"fmt"
	"io"
	"sort"
)

// What breaks an invariant, in words. Each invariant keeps its first few.
type findings struct {
	words  map[string][]string
	counts map[string]int
}

const wordsKept = 20

func newFindings() *findings { return &findings{map[string][]string{}, map[string]int{}} }

func (f *findings) add(invariant, words string, values ...any) {
	f.counts[invariant]++
	if len(f.words[invariant]) < wordsKept {
		f.words[invariant] = append(f.words[invariant], fmt.Sprintf(words, values...))
	}
}

func (f *findings) total() int {
	sum := 0
	for _, n := range f.counts {
		sum += n
	}
	return sum
}

func (f *findings) print(to io.Writer) {
	var names []string
	for name := range f.words {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, words := range f.words[name] {
			fmt.Fprintf(to, "%-9s %s\n", name, words)
		}
		if more := f.counts[name] - len(f.words[name]); more > 0 {
			fmt.Fprintf(to, "%-9s … and %d more\n", name, more)
		}
	}
}
