// Load that does not wait for answers: requests go out at their times, whatever became of those before, as
// those of many people would, over --clients connections. With --rate 0 it is closed: each connection sends its
// next one behind an answer. Registers samples, and prints what it measured as one JSON object.
//
// It shares the machine with the node, so it has to be cheap: plain connections, requests made of one text, no
// lock. A latency counts from the moment at which a request was written; how much later than it was due that
// happened, because every connection was busy or the machine was, is told apart as "late".
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type result struct {
	number     int64
	status     int // 0: no answer
	took, late time.Duration
	retryAfter bool
}

type load struct {
	address, head, name string
	began               time.Time
	rate, seconds       float64
	next                atomic.Int64
}

type connection struct {
	wire   net.Conn
	reader *bufio.Reader
}

const patience = 30 * time.Second

func (l *load) request(n int64) []byte {
	body := fmt.Sprintf(`{"name":"%s-%d","type":"DNA"}`, l.name, n)
	return []byte(fmt.Sprintf("%sIdempotency-Key: %s-%d\r\nContent-Length: %d\r\n\r\n%s",
		l.head, l.name, n, len(body), body))
}

// Writes a request and reads its answer; status 0 and no connection if there is none. A connection that was closed
// while nobody used it is made anew, as every client does: the request has a key.
func (l *load) ask(c **connection, text []byte) (status int, retryAfter bool) {
	reused, began := *c != nil, time.Now()
	status, retryAfter = l.askOnce(c, text)
	if status == 0 && reused && time.Since(began) < patience/2 {
		return l.askOnce(c, text)
	}
	return status, retryAfter
}

func (l *load) askOnce(c **connection, text []byte) (status int, retryAfter bool) {
	if *c == nil {
		wire, err := net.DialTimeout("tcp", l.address, patience)
		if err != nil {
			return 0, false
		}
		*c = &connection{wire, bufio.NewReader(wire)}
	}
	_ = (*c).wire.SetDeadline(time.Now().Add(patience))
	status, length, retryAfter, closes, err := (*c).exchange(text)
	if err == nil {
		_, err = (*c).reader.Discard(length)
	}
	if err != nil {
		status = 0
	}
	if err != nil || closes {
		(*c).wire.Close()
		*c = nil
	}
	return status, retryAfter
}

func (c *connection) exchange(text []byte) (status, length int, retryAfter, closes bool, err error) {
	if _, err = c.wire.Write(text); err != nil {
		return
	}
	line, err := c.reader.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, 0, false, false, fmt.Errorf("no answer: %v", err)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return
	}
	for {
		if line, err = c.reader.ReadSlice('\n'); err != nil {
			return
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return
			}
		case bytes.EqualFold(name, []byte("retry-after")):
			retryAfter = true
		case bytes.EqualFold(name, []byte("connection")):
			closes = bytes.EqualFold(value, []byte("close"))
		}
	}
}

// One connection, until the time is over.
func (l *load) work(c int64) []result {
	var all []result
	var open *connection
	end := l.began.Add(time.Duration(l.seconds * float64(time.Second)))
	for count := int64(0); ; count++ {
		n, due := c*1_000_000+count, time.Now()
		if l.rate > 0 {
			n = l.next.Add(1) - 1
			due = l.began.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
			time.Sleep(time.Until(due))
		}
		written := time.Now()
		if !due.Before(end) || written.After(end) {
			break
		}
		one := result{number: n, late: written.Sub(due)}
		one.status, one.retryAfter = l.ask(&open, l.request(n))
		one.took = time.Since(written)
		all = append(all, one)
	}
	if open != nil {
		open.wire.Close()
	}
	return all
}

// The p-th of n, in milliseconds.
func percentile(all []time.Duration, p float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return float64(all[int(p*float64(len(all)-1))].Microseconds()) / 1000
}

func report(results []result, seconds float64) map[string]any {
	var accepted, refused, late []time.Duration
	counts := map[string]int{}
	said := 0
	for _, one := range results {
		switch {
		case one.status == 201:
			accepted = append(accepted, one.took)
		case one.status == 429 || one.status == 503:
			refused = append(refused, one.took)
			if one.retryAfter {
				said++
			}
		}
		late = append(late, one.late)
		counts[fmt.Sprint(one.status)]++
	}
	return map[string]any{"sent": len(results), "sent_per_s": float64(len(results)) / seconds, "accepted": len(accepted),
		"refused": len(refused), "refused_with_retry_after": said, "statuses": counts,
		"accepted_per_s":  float64(len(accepted)) / seconds,
		"accepted_p50_ms": percentile(accepted, 0.5), "accepted_p99_ms": percentile(accepted, 0.99),
		"refused_p50_ms": percentile(refused, 0.5), "refused_p99_ms": percentile(refused, 0.99),
		"late_p50_ms": percentile(late, 0.5), "late_p99_ms": percentile(late, 0.99)}
}

// Appends names, each of which is the request's key, too, a line each: somebody may look for them in the history.
func (l *load) keep(results []result, path string, which func(result) bool) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err == nil {
		lines := bufio.NewWriter(file)
		for _, one := range results {
			if which(one) {
				fmt.Fprintf(lines, "%s-%d\n", l.name, one.number)
			}
		}
		if err = lines.Flush(); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	to := flag.String("url", "", "of the node")
	token := flag.String("token", "", "of the operator")
	name := flag.String("name", "load", "begins every name and key")
	rate := flag.Float64("rate", 0, "requests a second; 0: closed")
	clients := flag.Int("clients", 64, "connections")
	seconds := flag.Float64("seconds", 5, "how long")
	accepted := flag.String("accepted", "", "the file that the names of those that were acknowledged go to")
	sent := flag.String("sent", "", "the file that the names of all go to")
	flag.Parse()
	where, err := url.Parse(*to)
	if err != nil || where.Host == "" {
		fmt.Fprintln(os.Stderr, "--url is the address of a node")
		os.Exit(2)
	}
	l := &load{address: where.Host, name: *name, rate: *rate, seconds: *seconds, began: time.Now(),
		head: "POST /api/v1/samples HTTP/1.1\r\nHost: " + where.Host + "\r\nAuthorization: Bearer " + *token +
			"\r\nContent-Type: application/json\r\n"}
	results := make([][]result, *clients)
	var running sync.WaitGroup
	for c := range results {
		running.Add(1)
		go func(c int) {
			defer running.Done()
			results[c] = l.work(int64(c))
		}(c)
	}
	running.Wait()
	var all []result
	for _, some := range results {
		all = append(all, some...)
	}
	if *accepted != "" {
		l.keep(all, *accepted, func(one result) bool { return one.status == 201 })
	}
	if *sent != "" {
		l.keep(all, *sent, func(result) bool { return true })
	}
	if err := json.NewEncoder(os.Stdout).Encode(report(all, time.Since(l.began).Seconds())); err != nil {
		os.Exit(1)
	}
}
