// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package lines_test

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/agent/lines"
)

func TestRecordsBecomeLines(t *testing.T) {
	var got []string
	log := slog.New(lines.NewHandler(func(level slog.Level, line string) {
		got = append(got, level.String()+" "+line)
	}))
	log.Debug("not shown")
	log.Info("not shown")
	log.Warn("plain")
	log.With("run", "r-1").WithGroup("link").Error("it broke", "time", 7, "error", "a\nb")
	want := []string{
		`WARN msg=plain`,
		// What only has the name of the time is no time.
		`ERROR msg="it broke" run=r-1 link.time=7 link.error="a\nb"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("lines\n%q\nwant\n%q", got, want)
	}
}

// The function needs no lock of its own, also between loggers that come of one.
func TestLinesComeOneAfterAnother(t *testing.T) {
	seen := map[string]bool{}
	log := slog.New(lines.NewHandler(func(_ slog.Level, line string) { seen[line] = true }))
	var all sync.WaitGroup
	const n = 8
	for i := range n {
		all.Go(func() {
			mine := log.With("i", i)
			for j := range n {
				mine.Warn("x", "j", j)
			}
		})
	}
	all.Wait()
	if len(seen) != n*n || !seen[fmt.Sprintf("msg=x i=%d j=%d", n-1, 0)] {
		t.Errorf("%d lines, want %d", len(seen), n*n)
	}
}
