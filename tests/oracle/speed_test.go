package main

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// Linear in what there is: ORACLE_SPEED=100000 go test -run Speed -v says how long that many registrations take,
// with a read behind each.
func TestSpeed(t *testing.T) {
	count, _ := strconv.Atoi(os.Getenv("ORACLE_SPEED"))
	if count == 0 {
		count = 2000
	}
	b := newBuilder()
	for n := 0; n < count; n++ {
		sample := fmt.Sprintf("00000000-0000-0000-0000-%012x", n)
		b.register(sample, fmt.Sprint("S", n), fmt.Sprint("L", n))
		b.readSample(sample, "registered", nil)
	}
	began := time.Now()
	if code, said := b.judge(t); code != 0 {
		t.Fatalf("a good history: %d\n%s", code, said)
	}
	t.Logf("%d commits and %d requests, written and judged in %v", 2*count, 2*count, time.Since(began))
}
