// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

var (
	seed  = flag.Uint64("seed", 1, "seed of the requests that are made up")
	cases = flag.Int("cases", 6000, "how many requests are made up")
	all   = flag.Bool("all", false, "show each difference, not only the first")
)

// Whatever the request: Validate finds a fault in it, or the simulated cloud
// accepts it, and never both or neither. With faults the code is that of the
// check which comes first.
func TestValidateAndSimulatorAgree(t *testing.T) {
	w, p := newWorld(t), newPool()
	seen := newCensus()
	for i := range *cases {
		e := p.example(rand.New(rand.NewPCG(*seed, uint64(i))))
		v, err := w.compare(t.Context(), e)
		if err != nil {
			t.Fatalf("case %d: %v\n%s", i, err, e)
		}
		seen.note(e, v)
		if v.differs == nil {
			continue
		}
		t.Errorf("case %d of -seed %d, made smaller:\n%s", i, *seed, w.smallest(t, v.differs))
		if !*all {
			return
		}
	}
	seen.check(t)
}

// smallest is the smallest request that still shows a difference.
func (w *world) smallest(t *testing.T, d *disagreement) *disagreement {
	t.Helper()
	shrink(d.example, 3000, func(e example) bool {
		v, err := w.compare(t.Context(), e)
		if err != nil || v.differs == nil {
			return false
		}
		d = v.differs
		return true
	})
	return d
}

// census counts what the examples were: a test whose examples are all alike
// proves little.
type census struct {
	total, single     int
	accepted, refused map[push.Kind]int
	codes, excused    map[string]int
}

func newCensus() *census {
	return &census{accepted: map[push.Kind]int{}, refused: map[push.Kind]int{}, codes: map[string]int{}, excused: map[string]int{}}
}

func (c *census) note(e example, v verdict) {
	c.total++
	kind, _ := push.KindOfPushType(e.pushType)
	if v.code == fixtures.Success {
		c.accepted[kind]++
	} else {
		c.refused[kind]++
	}
	c.codes[v.code]++
	if len(v.faults) == 1 {
		c.single++
	}
	for _, name := range v.excused {
		c.excused[name]++
	}
}

// everyCode are the codes that a message can have for what it says.
var everyCode = []string{"80000000", "80100000", "80100001", "80100003", "80100004", "80300007", "80300008", "80300010", "80300030"}

func (c *census) check(t *testing.T) {
	t.Logf("%d requests, %d with one fault; codes %v; excused %v; accepted %v; refused %v", c.total, c.single, c.codes, c.excused, c.accepted, c.refused)
	if c.total < 1000 {
		return // too few to want everything
	}
	for _, kind := range push.Kinds() {
		if c.accepted[kind] == 0 || c.refused[kind] == 0 {
			t.Errorf("of %s %d were accepted and %d refused", kind, c.accepted[kind], c.refused[kind])
		}
	}
	got := slices.Sorted(maps.Keys(c.codes))
	if !slices.Equal(got, everyCode) {
		t.Errorf("codes %v, want all of %v", got, everyCode)
	}
	for _, x := range exceptions {
		if c.excused[x.name] == 0 {
			t.Errorf("nothing was excused for %q: the exception is not needed, or never met", x.name)
		}
	}
	if c.single < c.total/5 {
		t.Errorf("only %d of %d have one fault alone", c.single, c.total)
	}
}

// FuzzAgreement is the same for what a fuzzer makes up.
func FuzzAgreement(f *testing.F) {
	w, p := newWorld(f), newPool()
	for _, kind := range push.Kinds() {
		for _, e := range append(p.valid[kind.PushType()], p.invalid[kind.PushType()]...) {
			f.Add(e.pushType, e.payload.bytes(), e.options.bytes(), len(e.tokens))
		}
	}
	for i := range 200 {
		e := p.example(rand.New(rand.NewPCG(*seed, uint64(i))))
		f.Add(e.pushType, e.payload.bytes(), e.options.bytes(), len(e.tokens))
	}
	f.Fuzz(func(t *testing.T, pushType int, payload, options []byte, tokens int) {
		if !json.Valid(payload) || tokens < 0 || tokens > 1001 {
			return
		}
		e := example{pushType: pushType, payload: parse(payload), tokens: make([]int, tokens)}
		for i := range e.tokens {
			e.tokens[i] = i
		}
		if len(options) > 0 {
			if !json.Valid(options) || !parse(options).object {
				return
			}
			e.options = parse(options)
		}
		v, err := w.compare(context.Background(), e)
		if err != nil {
			t.Fatal(err)
		}
		if v.differs != nil {
			t.Fatalf("made smaller:\n%s", w.smallest(t, v.differs))
		}
	})
}
