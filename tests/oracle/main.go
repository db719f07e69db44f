// Judges what a laboratory's clients were told against its history, and shares no code with TracSeq: the
// records are read by docs/formats.md, folded anew, and held against the clients' own records.
//
//	oracle [--formats docs/formats.md] EXPORT.ndjson CLIENTS.ndjson
//
// I1 to I10 are checked in linear time over the log's order; each slot besides by Porcupine, without the log.
// Exit code 0: nothing found; 1: violations, named; 2: the files cannot be read.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

var slotWords = regexp.MustCompile(` (holds|is reserved for|is kept for) `)

func main() {
	page := flag.String("formats", "", "docs/formats.md (default: looked for above this program)")
	cap := flag.Int("slot-operations", 2000, "a slot with more operations is not given to Porcupine")
	several := flag.Bool("several-nodes", false, "a read that demands no position may lag behind what others were told")
	patience := flag.Duration("patience", 5*time.Second, "of Porcupine, for one slot")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: oracle [--formats PAGE] EXPORT.ndjson CLIENTS.ndjson")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	code, err := run(*page, flag.Arg(0), flag.Arg(1), limits{*cap, *patience, *several}, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "oracle: %v\n", err)
		os.Exit(2)
	}
	os.Exit(code)
}

// How hard to look.
type limits struct {
	slotOperations int
	patience       time.Duration
	several        bool // nodes
}

func run(page, export, records string, how limits, to io.Writer) (int, error) {
	if page == "" {
		page = findPage()
	}
	known, err := readFormats(page)
	if err != nil {
		return 2, err
	}
	exported, err := os.Open(export)
	if err != nil {
		return 2, err
	}
	defer exported.Close()
	written, err := os.Open(records)
	if err != nil {
		return 2, err
	}
	defer written.Close()
	found := newFindings()
	h, err := readExport(exported, known, found)
	if err != nil {
		return 2, err
	}
	all, err := readClients(written)
	if err != nil {
		return 2, err
	}
	summary := judge(h, all, found, how)
	found.print(to)
	fmt.Fprintln(to, summary)
	if found.total() > 0 {
		return 1, nil
	}
	return 0, nil
}

// Checks everything; the summary says how much there was.
func judge(h *history, all *clients, found *findings, how limits) string {
	l := fold(h, found)
	promises(h, l, all, found)
	atRest(l, h, found)
	realTime(h, all, found)
	w := &windows{l, all, map[string]*window{}, how.several}
	reads(l, all, w, found)
	right, open := rejections(l, all, w, found)
	slots, unjudged := linearizable(all, found, how.slotOperations, how.patience, how.several)
	outcomes := map[outcome]int{}
	for _, c := range all.commands {
		outcomes[c.outcome]++
	}
	return fmt.Sprintf("%d commits, %d claims, %d skipped; %d requests: %d commands done, %d refused (%d judged, %d of "+
		"kinds that are not), %d unknown, %d reads; %d slots linearizable or not, %d not judged; %d violations",
		len(h.commits), h.claims, h.skipped, all.requests, outcomes[done], outcomes[refused], right, open,
		outcomes[unknown], len(all.reads), slots, unjudged, found.total())
}

func findPage() string {
	start, _ := os.Executable()
	for _, from := range []string{start, "."} {
		from, _ = filepath.Abs(from)
		for dir := from; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if page := filepath.Join(dir, "docs", "formats.md"); exists(page) {
				return page
			}
		}
	}
	return "docs/formats.md"
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func describe(ops []porcupine.Operation) string {
	sorted := append([]porcupine.Operation{}, ops...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Call < sorted[j].Call })
	var words []string
	for i, op := range sorted {
		if i == 12 {
			words = append(words, "…")
			break
		}
		in, out := op.Input.(slotInput), op.Output.(slotOutput)
		what := in.kind + " " + in.sample + " " + out.outcome.String()
		if in.kind == "read" {
			what = "read " + out.holds
		}
		words = append(words, fmt.Sprintf("[%d, %d] %s", op.Call, op.Return, what))
	}
	return strings.Join(words, "; ")
}
