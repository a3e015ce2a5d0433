// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// seedEnv repeats a soak: its value is the seed that was printed.
const seedEnv = "PUSHPROOF_SEED"

// Bounds of the soak.
const (
	soakDevices  = 20
	soakCommands = 10_000
	soakShort    = 1_000
	// soakTime ends a soak that hangs.
	soakTime = 5 * time.Minute
	// soakMemory is how much the heap may have grown at the end, in bytes.
	soakMemory = 8 << 20
	// faulty is how many commands of a hundred something happens to.
	faulty = 25
)

// soak is one run: a server with its devices, a client, and what came out.
type soak struct {
	*testing.T
	ctx    context.Context
	server *hdcd.Server
	client *hdc.Client
	lanes  []*lane
	// greeting holds whoever has the next connection greeted wrongly: two rules
	// for that would hit the same one.
	greeting chan struct{}

	mu       sync.Mutex
	outcomes map[string]int
	// strangers counts commands whose connection was greeted wrongly, whoever's
	// it was to be; greetings are the rules for that.
	strangers int
	greetings []string
}

// TestSoak runs ten thousand commands on twenty devices, a quarter of them with
// something going wrong, drawn at random. Each has to give the device's true
// output and status, or the typed error of what went wrong; nothing may hang,
// and nothing be left behind.
func TestSoak(t *testing.T) {
	seed := rand.Uint64()
	if text := os.Getenv(seedEnv); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedEnv, err)
		}
	}
	t.Logf("to repeat this: %s=%d", seedEnv, seed)
	commands := soakCommands
	if testing.Short() {
		commands = soakShort
	}
	before, files, others := heap(), descriptors(), goleak.IgnoreCurrent()

	s := newSoak(t)
	began := time.Now()
	var group sync.WaitGroup
	for i, l := range s.lanes {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		group.Go(func() {
			for n := range commands / soakDevices {
				s.one(l, rng, n)
			}
		})
	}
	group.Wait()
	t.Logf("%d commands in %v: %v", commands, time.Since(began).Round(time.Millisecond), s.outcomes)
	s.judgeWhole()

	s.server.Close()
	s.lanes, s.client, s.server = nil, nil, nil
	if err := goleak.Find(others); err != nil {
		t.Error(err)
	}
	if now := descriptors(); now > files {
		t.Errorf("%d descriptors are open, %d were before", now, files)
	}
	if now := heap(); now > before+soakMemory {
		t.Errorf("the heap has %d bytes, %d before", now, before)
	}
}

func newSoak(t *testing.T) *soak {
	ctx, cancel := context.WithTimeout(t.Context(), soakTime)
	t.Cleanup(cancel)
	s := &soak{T: t, ctx: ctx, outcomes: map[string]int{}, greeting: make(chan struct{}, 1)}
	s.server = hdcd.New(hdcd.Options{CloseDelay: -1, Fault: func(p hdcd.Point) hdcd.Fault {
		for _, l := range s.lanes {
			if l.key == p.Key {
				l.arrived()
			}
		}
		return hdcd.None
	}})
	for i := range soakDevices {
		s.lanes = append(s.lanes, &lane{key: fmt.Sprintf("127.0.1.%d:5555", i+1), server: s.server})
	}
	if err := s.server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	for _, l := range s.lanes {
		s.server.Attach(l)
	}
	s.client = hdc.New(hdc.Options{Addr: s.server.Addr(), Timeout: soakTime, DialTimeout: soakTime, HandshakeWait: soakTime})
	return s
}

// one runs a command of a device, and something may go wrong with it.
func (s *soak) one(l *lane, rng *rand.Rand, n int) {
	job := work{n: n, size: rng.IntN(4000)}
	if rng.IntN(50) == 0 {
		job.size = rng.IntN(300_000)
	}
	happens := calm
	if rng.IntN(100) < faulty {
		happens = mishaps[rng.IntN(len(mishaps))]
	}
	if happens.name == stranger {
		s.greeting <- struct{}{}
		defer func() { <-s.greeting }()
	}
	rule := happens.rule(rng, &job)
	id := ""
	if rule.Kind != "" {
		rule.Count = max(1, rule.Count)
		if rule.On != faults.Greeting {
			rule.Key = l.key
		}
		added, err := s.server.Faults().Add(rule)
		if err != nil {
			s.Errorf("%s: %v", happens.name, err)
			return
		}
		id = added.ID
	}
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	if happens.cancels {
		l.onArrival(cancel)
	}
	got, err := s.client.Shell(ctx, l.key, hdc.Cmd(job.words()...))
	l.onArrival(nil)
	s.judge(l, job, happens, id, got, err)
	if happens.leaves {
		s.server.Attach(l)
	}
}

// judge compares what came with what had to.
func (s *soak) judge(l *lane, job work, happens mishap, id string, got hdc.Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[happens.name]++
	if happens.name == stranger {
		s.greetings = append(s.greetings, id)
	} else if id != "" {
		defer s.server.Faults().Remove(id)
	}
	var (
		server  *hdc.ServerError
		version *hdc.VersionError
	)
	if errors.As(err, &server) || errors.As(err, &version) {
		// The next connection of any device is greeted wrongly.
		s.strangers++
		return
	}
	if problem := happens.judge(job, got, err); problem != nil {
		s.Errorf("%s, %s, %d bytes of output: %v", l.key, happens.name, job.size, problem)
	}
}

// judgeWhole compares what only the sum can tell.
func (s *soak) judgeWhole() {
	greeted := 0
	for _, id := range s.greetings {
		if rule, ok := s.server.Faults().Remove(id); ok {
			greeted += rule.Hits
		}
	}
	if greeted != s.strangers {
		s.Errorf("%d commands met a stranger, %d greetings were wrong", s.strangers, greeted)
	}
	if left := s.server.Faults().List(); len(left) > 0 {
		s.Errorf("rules are left: %v", left)
	}
	for _, m := range append(mishaps, calm) {
		if s.outcomes[m.name] == 0 {
			s.Errorf("%s never happened", m.name)
		}
	}
	targets, err := s.client.Targets(s.ctx)
	if err != nil || len(targets) != soakDevices {
		s.Errorf("%d targets, %v", len(targets), err)
	}
}

// allocated is how many bytes have been taken so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// heap is how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// descriptors counts this process's open files; 0 where the system does not
// list them.
func descriptors() int {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open)
}
