// Load that does not wait for answers: requests go out at their times, whatever became of those before, as
// those of many people would. With --rate 0 it is closed: each of --clients sends its next one behind an answer.
// Registers samples, and prints what it measured as one JSON object; a latency counts from the time at which
// a request was due.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"sync"
	"time"
)

type result struct {
	status     int // 0: no answer
	took       time.Duration
	retryAfter bool
}

type load struct {
	url, token, name string
	client           *http.Client
	mutex            sync.Mutex
	results          []result
}

func (l *load) send(n int, due time.Time) {
	body := fmt.Sprintf(`{"name":"%s-%d","type":"DNA"}`, l.name, n)
	request, err := http.NewRequest("POST", l.url+"/api/v1/samples", bytes.NewReader([]byte(body)))
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+l.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d", l.name, n))
	one := result{}
	if answer, err := l.client.Do(request); err == nil {
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		one.status, one.retryAfter = answer.StatusCode, answer.Header.Get("Retry-After") != ""
	}
	one.took = time.Since(due)
	l.mutex.Lock()
	l.results = append(l.results, one)
	l.mutex.Unlock()
}

func (l *load) open(rate float64, seconds float64) {
	var running sync.WaitGroup
	began, total := time.Now(), int(rate*seconds)
	for n := 0; n < total; n++ {
		due := began.Add(time.Duration(float64(n) / rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		running.Add(1)
		go func(n int) {
			defer running.Done()
			l.send(n, due)
		}(n)
	}
	running.Wait()
}

func (l *load) closed(clients int, seconds float64) {
	var running sync.WaitGroup
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	for c := 0; c < clients; c++ {
		running.Add(1)
		go func(c int) {
			defer running.Done()
			for n := 0; time.Now().Before(end); n++ {
				l.send(c*1_000_000+n, time.Now())
			}
		}(c)
	}
	running.Wait()
}

// The p-th of n, in milliseconds.
func percentile(all []time.Duration, p float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return float64(all[int(p*float64(len(all)-1))].Microseconds()) / 1000
}

func (l *load) report(seconds float64) map[string]any {
	var accepted, refused []time.Duration
	counts := map[string]int{}
	said := 0
	for _, one := range l.results {
		switch {
		case one.status == 201:
			accepted = append(accepted, one.took)
		case one.status == 429 || one.status == 503:
			refused = append(refused, one.took)
			if one.retryAfter {
				said++
			}
		}
		counts[fmt.Sprint(one.status)]++
	}
	return map[string]any{"sent": len(l.results), "accepted": len(accepted), "refused": len(refused),
		"refused_with_retry_after": said, "statuses": counts, "accepted_per_s": float64(len(accepted)) / seconds,
		"accepted_p50_ms": percentile(accepted, 0.5), "accepted_p99_ms": percentile(accepted, 0.99),
		"refused_p50_ms": percentile(refused, 0.5), "refused_p99_ms": percentile(refused, 0.99)}
}

func main() {
	url := flag.String("url", "", "of the node")
	token := flag.String("token", "", "of the operator")
	name := flag.String("name", "load", "begins every name and key")
	rate := flag.Float64("rate", 0, "requests a second; 0: closed")
	clients := flag.Int("clients", 64, "of the closed load; most connections of the open one")
	seconds := flag.Float64("seconds", 5, "how long")
	flag.Parse()
	l := &load{url: *url, token: *token, name: *name, client: &http.Client{Timeout: 30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: *clients, MaxConnsPerHost: *clients}}}
	began := time.Now()
	if *rate > 0 {
		l.open(*rate, *seconds)
	} else {
		l.closed(*clients, *seconds)
	}
	if err := json.NewEncoder(os.Stdout).Encode(l.report(time.Since(began).Seconds())); err != nil {
		os.Exit(1)
	}
}
