// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
)

// The ports of all ways of these tests. Simulated devices share the host's
// loopback, and cannot hold the same port twice as real ones do.
const twinPort, twinHub = 20001, 40001

// ruleTable is the rules of a server, as hdc handles them.
type ruleTable struct {
	mu   sync.Mutex
	held []*hdc.Rule
	// before is called ahead of each step of a run.
	before func(run, step string) error
}

// newRuleTable holds a rule for each key.
func newRuleTable(keys ...string) *ruleTable {
	table := &ruleTable{before: func(string, string) error { return nil }}
	for _, key := range keys {
		table.held = append(table.held, twinRule(key))
	}
	return table
}

func twinRule(key string) *hdc.Rule {
	return &hdc.Rule{Key: key, Reverse: true, Device: twinPort, Host: twinHub}
}

func twinWay(key string) harness.Way {
	return harness.Way{Key: key, Device: twinPort, Host: twinHub}
}

// keys are those of the devices that have the rule.
func (t *ruleTable) keys() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []string
	for _, r := range t.held {
		keys = append(keys, r.Key)
	}
	slices.Sort(keys)
	return keys
}

// twinRun is the table as one run sees it.
type twinRun struct {
	table *ruleTable
	name  string
}

func (r twinRun) Forwards(context.Context) ([]*hdc.Rule, error) {
	if err := r.table.before(r.name, "list"); err != nil {
		return nil, err
	}
	r.table.mu.Lock()
	defer r.table.mu.Unlock()
	return slices.Clone(r.table.held), nil
}

// Reverse looks first whether another device has the rule, as hdc.Client does.
func (r twinRun) Reverse(ctx context.Context, key string, device, host int) (*hdc.Rule, error) {
	taken := &hdc.PortError{Port: device}
	if held, err := r.Forwards(ctx); err != nil || slices.ContainsFunc(held, func(h *hdc.Rule) bool { return h.Key != key }) {
		return nil, errors.Join(err, taken)
	}
	if err := r.table.before(r.name, "make"); err != nil {
		return nil, err
	}
	r.table.mu.Lock()
	defer r.table.mu.Unlock()
	if slices.ContainsFunc(r.table.held, func(h *hdc.Rule) bool { return h.Key == key }) {
		return nil, taken
	}
	made := twinRule(key)
	r.table.held = append(r.table.held, made)
	return made, nil
}

// Remove takes the rules of all devices.
func (r twinRun) Remove(context.Context, *hdc.Rule) error {
	if err := r.table.before(r.name, "remove"); err != nil {
		return err
	}
	r.table.mu.Lock()
	defer r.table.mu.Unlock()
	r.table.held = nil
	return nil
}

// settle lets a run decide about the way to the device of its own name.
func (r twinRun) settle(ctx context.Context) error {
	return twinWay(r.name).SettleTwins(ctx, r, time.Millisecond)
}

func gaveWay(err error) bool {
	var busy *hdc.PortError
	return errors.As(err, &busy)
}

// Whatever the order in which two runs ask the server, at most one keeps the
// ports, its rule stands, and no other does.
func TestTwinsInAnyOrder(t *testing.T) {
	const decisions = 11
	kept := map[string]int{}
	for order := range 1 << decisions {
		synctest.Test(t, func(t *testing.T) {
			table := newRuleTable()
			var mu sync.Mutex
			gates, ends := map[string]chan struct{}{}, map[string]error{}
			table.before = func(run, _ string) error {
				gate := make(chan struct{})
				mu.Lock()
				gates[run] = gate
				mu.Unlock()
				<-gate
				return nil
			}
			for _, name := range []string{"a", "b"} {
				go func() {
					run := twinRun{table, name}
					_, err := run.Reverse(t.Context(), name, twinPort, twinHub)
					if err == nil {
						err = run.settle(t.Context())
					}
					mu.Lock()
					defer mu.Unlock()
					ends[name] = err
				}()
			}
			for step := 0; ; step++ {
				synctest.Wait()
				mu.Lock()
				next, done := "a", len(ends) == 2
				if order>>(step%decisions)&1 == 1 && gates["b"] != nil || gates["a"] == nil {
					next = "b"
				}
				gate := gates[next]
				delete(gates, next)
				mu.Unlock()
				switch {
				case done:
				case gate != nil:
					close(gate)
					continue
				default:
					<-time.After(time.Millisecond) // the one that stays waits for the other
					continue
				}
				break
			}
			var keepers []string
			for name, err := range ends {
				switch {
				case err == nil:
					keepers = append(keepers, name)
					kept[name]++
				case !gaveWay(err):
					t.Errorf("order %b: %s: %v", order, name, err)
				}
			}
			if held := table.keys(); len(keepers) > 1 || !slices.Equal(held, keepers) {
				t.Errorf("order %b: %v keep the ports, and the rules are those of %v", order, keepers, held)
			}
		})
	}
	if kept["a"] == 0 || kept["b"] == 0 {
		t.Errorf("the ports were kept by %v: the orders try too little", kept)
	}
}

// A run that looked before the twin was there does not look again.
func TestTwinOfARunThatHasSettled(t *testing.T) {
	for late, settled := range map[string]string{"a": "b", "b": "a"} {
		t.Run(late+" is late", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table := newRuleTable("a", "b")
				if err := (twinRun{table, late}).settle(t.Context()); !gaveWay(err) {
					t.Errorf("error %v, want a *hdc.PortError", err)
				}
				if held := table.keys(); !slices.Equal(held, []string{settled}) {
					t.Errorf("the rules are those of %v, want %s", held, settled)
				}
			})
		})
	}
}

func TestTwinsOnAServerThatFails(t *testing.T) {
	broken := errors.New("the server is away")
	for _, step := range []string{"list", "make", "remove"} {
		table := newRuleTable("a", "b")
		table.before = func(_, at string) error {
			if at == step {
				return broken
			}
			return nil
		}
		if err := (twinRun{table, "b"}).settle(t.Context()); !errors.Is(err, broken) || gaveWay(err) {
			t.Errorf("%s: error %v", step, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	table := newRuleTable("a", "b")
	table.before = func(string, string) error { cancel(); return nil }
	if err := (twinRun{table, "a"}).settle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	table = newRuleTable()
	table.before = func(_, at string) error {
		table.mu.Lock()
		defer table.mu.Unlock()
		table.held = nil
		return nil
	}
	if err := (twinRun{table, "a"}).settle(t.Context()); err == nil || gaveWay(err) {
		t.Errorf("error %v where each rule is removed at once", err)
	}
}

func TestRemoveWaysWithTwins(t *testing.T) {
	for name, tt := range map[string]struct{ ways, left []string }{
		"another run's twin stays":   {[]string{"a"}, []string{"a", "b"}},
		"both are the run's own":     {[]string{"a", "b"}, nil},
		"none of them is":            {[]string{"c"}, []string{"a", "b"}},
		"one that is gone, and both": {[]string{"c", "b", "a"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			table := newRuleTable("a", "b")
			var ways []harness.Way
			for _, key := range tt.ways {
				ways = append(ways, twinWay(key))
			}
			if err := harness.RemoveWaysOf(t.Context(), twinRun{table, "a"}, ways); err != nil {
				t.Fatal(err)
			}
			if held := table.keys(); !slices.Equal(held, tt.left) {
				t.Errorf("the rules are those of %v, want %v", held, tt.left)
			}
		})
	}
}
