// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

func TestMain(m *testing.M) {
	if os.Getenv(process.EnvRole) == fleet.Role {
		worker()
		return
	}
	goleak.VerifyTestMain(m)
}

const first, second = "alert/phone/foreground/shown", "alert/phone/stopped/shown"

// worker says the events of a run of two cells, up to as many as its order's
// filter says, and then nothing more.
func worker() {
	var order fleet.Order
	var most int
	in := json.NewDecoder(os.Stdin)
	if err := errors.Join(in.Decode(&order), json.Unmarshal([]byte(order.Filter), &most)); err != nil {
		panic(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, e := range []fleet.Event{
		{Device: &report.Device{Key: order.Key, Type: "phone"}},
		{Planned: []string{first, second}},
		{Started: first},
		{Ended: &report.Cell{ID: first, Verdict: verdict.Pass}},
		{Started: second},
		{Ended: &report.Cell{ID: second, Verdict: verdict.Pass}},
		{Done: true},
	}[:most] {
		if err := out.Encode(e); err != nil {
			panic(err)
		}
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// silent is a Progress that keeps what it is told of the cells.
type silent struct{ ended, notRun []string }

func (*silent) Device(report.Device)     {}
func (*silent) Planned(string, []string) {}
func (*silent) Started(string, string)   {}
func (*silent) Waiting(string, string)   {}
func (s *silent) Ended(key string, c report.Cell) {
	s.ended = append(s.ended, key+" "+line(c))
}
func (s *silent) NotRun(key string, cells []report.Cell) {
	for _, c := range cells {
		s.notRun = append(s.notRun, key+" "+line(c))
	}
}

func line(c report.Cell) string {
	return strings.TrimSuffix(fmt.Sprintf("%s %s: %s", c.Verdict, c.ID, c.Reason), ": ")
}

// A worker that says nothing more is killed, and costs its own cells.
func TestAWorkerThatHangsCostsItsOwnCells(t *testing.T) {
	const hung = "the worker process hung: it said nothing for 50ms and was killed"
	brief := 50 * time.Millisecond
	limits := func(begin, cell, between time.Duration) fleet.Limits {
		return fleet.Limits{Begin: begin, Cell: func(string) time.Duration { return cell }, Between: between}
	}
	for name, tt := range map[string]struct {
		events string
		limits fleet.Limits
		err    string // of the device
		cells  []string
	}{
		"before its first event": {"0", limits(brief, time.Hour, time.Hour), hung, nil},
		"before it has a plan":   {"1", limits(time.Hour, time.Hour, brief), hung, nil},
		"before its first cell": {"2", limits(time.Hour, time.Hour, brief), "", []string{
			"infra " + first + ": " + hung, "infra " + second + ": " + hung,
		}},
		"in a cell": {"3", limits(time.Hour, brief, time.Hour), "", []string{
			"infra " + first + ": while this cell ran: " + hung, "infra " + second + ": " + hung,
		}},
		"in its last cell": {"5", limits(time.Hour, brief, time.Hour), "", []string{
			"pass " + first, "infra " + second + ": while this cell ran: " + hung,
		}},
		"after its last cell": {"6", limits(time.Hour, time.Hour, brief), "", []string{"pass " + first, "pass " + second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := &silent{}
			devices := fleet.Run(t.Context(), fleet.Options{
				Orders: []fleet.Order{{Key: "A", Filter: tt.events}}, Progress: told, Limits: tt.limits,
			})
			check(t, devices[0], tt.err, tt.cells)
			if n := len(told.ended) + len(told.notRun); n != len(tt.cells) {
				t.Errorf("Progress was told of %d cells, want %d: %q, %q", n, len(tt.cells), told.ended, told.notRun)
			}
		})
	}
}

// The others go on, and the run ends.
func TestAWorkerThatHangsStopsNoOther(t *testing.T) {
	devices := fleet.Run(t.Context(), fleet.Options{
		Orders: []fleet.Order{
			{Key: "A", Filter: "0"},
			{Key: "B", Filter: "7", Config: harness.Config{Connect: harness.Duration(time.Hour)}},
		},
		Progress: &silent{}, Limits: fleet.Limits{Begin: 50 * time.Millisecond},
	})
	check(t, devices[0], "the worker process hung: it said nothing for 50ms and was killed", nil)
	check(t, devices[1], "", []string{"pass " + first, "pass " + second})
}

func check(t *testing.T, d report.Device, err string, cells []string) {
	t.Helper()
	var got []string
	for _, c := range d.Cells {
		got = append(got, line(c))
	}
	if d.Error != err || !slices.Equal(got, cells) {
		t.Errorf("%s: error %q, cells %q; want %q, %q", d.Key, d.Error, got, err, cells)
	}
}

// The wait for room and the connection come on top; the environment wins.
func TestLimitsOfAWorker(t *testing.T) {
	order := fleet.Order{
		Config: harness.Config{Connect: harness.Duration(time.Minute)},
		Ledger: fleet.Ledger{Wait: harness.Duration(time.Hour)},
	}
	for name, tt := range map[string]struct {
		heard   bool
		started string
		env     string
		want    time.Duration
	}{
		"begin":        {want: 6 * time.Minute},
		"between":      {heard: true, want: 2 * time.Minute},
		"cell":         {heard: true, started: first, want: time.Hour + 9*time.Minute},
		"unknown cell": {heard: true, started: "novelty", want: time.Hour + 12*time.Minute},
		"environment":  {heard: true, started: first, env: "30s", want: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(fleet.EnvLimit, tt.env)
			if got, err := fleet.Silence(order, tt.heard, tt.started); got != tt.want || err != nil {
				t.Errorf("it may be silent for %v, %v; want %v", got, err, tt.want)
			}
		})
	}
	for _, text := range []string{"30", "-1s", "soon"} {
		t.Setenv(fleet.EnvLimit, text)
		var usage *harness.UsageError
		if _, err := fleet.Silence(order, false, ""); !errors.As(err, &usage) {
			t.Errorf("%s=%s: %v, want a usage error", fleet.EnvLimit, text, err)
		}
	}
}
