// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package resume_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// collector is a hub that goes and comes back on the same port and folder.
type collector interface {
	stop()
	start()
	url() string
}

// closing is a hub in this process, which says goodbye.
type closing struct {
	t   *testing.T
	dir string
	hub *hub.Hub
}

func (c *closing) stop() { closeHub(c.t, c.hub) }

func (c *closing) start() {
	addr := ""
	if c.hub != nil {
		addr = c.hub.Addr().String()
	}
	c.hub = openHub(c.t, addr, c.dir)
}

func (c *closing) url() string { return c.hub.URL() }

// dying is a hub in a process of its own, which is killed.
type dying struct {
	t       *testing.T
	dir     string
	process *process
	addr    string
}

func (d *dying) stop() { d.process.kill() }

func (d *dying) start() {
	d.process = start(d.t, spec{Dir: d.dir, Addr: d.addr})
	if !d.process.lines.Scan() {
		d.t.Fatal("the hub's process did not come up")
	}
	if said := d.process.lines.Text(); d.addr == "" {
		d.addr = said
	} else if said != d.addr {
		d.t.Fatalf("the hub's process says %q, and was to listen on %s", said, d.addr)
	}
}

func (d *dying) url() string { return "ws://" + d.addr + hub.Path }

// seed chooses when TestKill9 kills; the processes still race, as they do on a
// device.
var seed = flag.Uint64("seed", 0, "when TestKill9 kills, as a former run logged it; 0 for a new choice")

// dice returns what a test makes its choices with, and logs how to make them
// again.
func dice(t *testing.T) *rand.Rand {
	t.Helper()
	chosen := *seed
	for chosen == 0 {
		chosen = rand.Uint64()
	}
	t.Logf("the same kills again: go test ./harness/resume -run '^TestKill9$' -seed %d", chosen)
	return rand.New(rand.NewPCG(chosen, 0))
}

// schedule kills an agent's process kills times while messages are made, and
// takes the hub away in each of as many parts, for a part of it.
func schedule(dice *rand.Rand, messages, kills, absent int, hub collector) []event {
	var events []event
	for range kills {
		events = append(events, event{at: 1 + dice.IntN(messages*9/10), kill: true})
	}
	for i := range absent {
		part := messages * 9 / 10 / absent
		gone := i*part + 1 + dice.IntN(part/2)
		back := gone + dice.IntN(part/2)
		events = append(events, event{at: gone, do: hub.stop}, event{at: back, do: hub.start})
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at - b.at })
	return events
}

// The seed that a run logs makes the same choices.
func TestKillsCanBeRepeated(t *testing.T) {
	points := func(seed uint64) (at []int) {
		for _, e := range schedule(rand.New(rand.NewPCG(seed, 0)), 10_000, 30, 2, &closing{}) {
			at = append(at, e.at)
		}
		return at
	}
	if a, b := points(7), points(7); !slices.Equal(a, b) {
		t.Errorf("one seed chose %v and %v", a, b)
	}
	if a, b := points(7), points(8); slices.Equal(a, b) {
		t.Errorf("two seeds chose %v", a)
	}
	restore := *seed
	t.Cleanup(func() { *seed = restore })
	*seed = 7
	if a, b := dice(t).Uint64(), rand.New(rand.NewPCG(7, 0)).Uint64(); a != b {
		t.Errorf("-seed 7 throws %d, want %d", a, b)
	}
}

// event is what happens when so many deliveries were made.
type event struct {
	at   int
	kill bool   // the agent's process, or else:
	do   func() // the hub goes or comes
}

// TestKill9 kills an agent's process again and again while deliveries flow
// through it to a hub that goes and comes as well. In the end every delivery
// whose promise was resolved is in the hub's journal, exactly once; of those
// whose promise was not resolved when the process was killed each is there once
// or not at all.
func TestKill9(t *testing.T) {
	for _, c := range []struct {
		name            string
		messages, short int
		// More kills are planned than needed: one may come when all is made.
		planned, needed int
		absent          int // how often the hub is away
		hub             func(t *testing.T, dir string) collector
	}{
		{"and a hub that is closed", 10_000, 2_000, 30, 20, 2,
			func(t *testing.T, dir string) collector { return &closing{t: t, dir: dir} }},
		{"and a hub that is killed", 2_000, 2_000, 12, 6, 4,
			func(t *testing.T, dir string) collector { return &dying{t: t, dir: dir} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() {
				c.messages = c.short
			}
			dir := t.TempDir()
			collector := c.hub(t, dir)
			collector.start()
			events := schedule(dice(t), c.messages, c.planned, c.absent, collector)

			param, err := sessionFor(collector.url()).Param()
			if err != nil {
				t.Fatal(err)
			}
			life := spec{Role: wire.RoleMain, Dir: t.TempDir(), Session: param, To: c.messages}
			told := &tally{t: t, resolved: map[int]bool{}}
			// next does what is due with the hub, and tells if the process is to
			// be killed.
			next := func() (kill bool) {
				for !kill && len(events) > 0 && told.made >= events[0].at {
					e := events[0]
					events = events[1:]
					if !e.kill {
						e.do()
					}
					kill = e.kill && told.made < c.messages
				}
				return kill
			}
			kills, unresolved := 0, 0
			for !told.done {
				life.From = told.made + 1
				before, killed := len(told.resolved), false
				p := start(t, life)
				if life.From > life.To {
					next() // it makes nothing, and waits for the hub
				}
				for told.hear(p) {
					if killed || !next() {
						continue
					}
					killed = true
					if err := p.cmd.Process.Kill(); err != nil {
						t.Fatal(err)
					}
				}
				if state := p.wait(); state.Success() == killed {
					t.Fatalf("a process that was killed (%v) ended by %v", killed, state)
				}
				if killed {
					kills++
					unresolved += told.made - life.From + 1 - (len(told.resolved) - before)
				}
			}
			collector.stop()

			journal := replay(t, dir)
			journal.once(t)
			there := 0
			for n := 1; n <= c.messages; n++ {
				switch {
				case told.resolved[n] && journal.numbers[n] == 0:
					t.Errorf("message %d was resolved and is lost", n)
				case !told.resolved[n]:
					there += journal.numbers[n]
				}
			}
			if n := len(told.resolved) + unresolved; n != c.messages {
				t.Errorf("%d resolved and %d unresolved deliveries, want %d together", len(told.resolved), unresolved, c.messages)
			}
			if n := len(journal.numbers); n != len(told.resolved)+there {
				t.Errorf("%d messages are in the journal, want the %d that were resolved and %d others", n, len(told.resolved), there)
			}
			if kills < c.needed || unresolved == 0 {
				t.Errorf("%d kills hit %d unresolved deliveries: they did not flow", kills, unresolved)
			}
			for reason, n := range journal.losses {
				if reason != "torn" || n > uint64(unresolved) {
					t.Errorf("%d deliveries are reported as lost (%s), %d were unresolved", n, reason, unresolved)
				}
			}
			t.Logf("%d deliveries, %d kills: %d resolved, each in the hub's journal once; %d unresolved when killed, %d of them there once",
				c.messages, kills, len(told.resolved), unresolved, there)
		})
	}
}
