// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/world"
)

func TestPortOfAWayIsNobodyElses(t *testing.T) {
	pick := func(at int) func(int) int {
		return func(n int) int {
			if at >= n {
				t.Fatalf("picked %d of %d", at, n)
			}
			return at
		}
	}
	last := harness.HighestPort - harness.LowestPort
	var all []*hdc.Rule
	for port := harness.LowestPort; port <= harness.HighestPort; port++ {
		all = append(all, &hdc.Rule{Key: "A", Reverse: true, Device: port, Host: 1})
	}
	tests := map[string]struct {
		held []*hdc.Rule
		pick int
		want int
	}{
		"no rule":                              {nil, 7, harness.LowestPort + 7},
		"another device's":                     {[]*hdc.Rule{{Key: "B", Reverse: true, Device: harness.LowestPort, Host: 9}}, 0, harness.LowestPort + 1},
		"the host's end of a forward":          {[]*hdc.Rule{{Key: "B", Device: 9, Host: harness.LowestPort}}, 0, harness.LowestPort + 1},
		"two in a row":                         {[]*hdc.Rule{{Device: harness.LowestPort}, {Device: harness.LowestPort + 1}}, 0, harness.LowestPort + 2},
		"the last one, and on from the start":  {[]*hdc.Rule{{Device: harness.HighestPort}}, last, harness.LowestPort},
		"none is free: the server has its say": {all, 3, harness.LowestPort + 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := harness.ChoosePort(tt.held, pick(tt.pick)); got != tt.want {
				t.Errorf("it chose %d, want %d", got, tt.want)
			}
		})
	}
}

// Several runs on one server, each with all devices, begin at the same time.
func TestWaysOfConcurrentRuns(t *testing.T) {
	t.Parallel()
	const runs = 3
	var told sync.Map
	var scenes []*scene
	w := newSceneIn(t, world.Options{Types: []string{"phone", "tablet"}}, nil)
	scenes = append(scenes, w)
	for len(scenes) < runs {
		scenes = append(scenes, w.another(t, harness.Options{OnWay: func(w harness.Way) { told.Store(w, true) }}))
	}
	var group sync.WaitGroup
	for _, s := range scenes {
		for _, key := range w.world.Keys() {
			group.Go(func() {
				d, err := s.session.Device(t.Context(), key)
				if err == nil {
					// Which session the app takes in the end is another matter.
					err = d.Reverse(t.Context())
				}
				if err != nil {
					t.Errorf("%s: %v", key, err)
				}
			})
		}
	}
	group.Wait()
	client := hdc.New(hdc.Options{Addr: w.config.HDCServer})
	rules, err := client.Forwards(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range rules {
		texts = append(texts, r.String())
	}
	slices.Sort(texts)
	if len(slices.Compact(texts)) != runs*2 {
		t.Errorf("the rules are %v, want %d different ones", texts, runs*2)
	}
	found := 0
	told.Range(func(way, _ any) bool {
		found += strings.Count(strings.Join(texts, "\n"), fmt.Sprintf("tcp:%d ", way.(harness.Way).Device))
		return true
	})
	if found < (runs-1)*2 {
		t.Errorf("OnWay was told of %d of the rules %v", found, texts)
	}
}

func TestRemoveWays(t *testing.T) {
	t.Parallel()
	w, err := world.New(t.Context(), world.Options{Types: []string{"phone", "tablet"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(t.Context()) })
	client := hdc.New(hdc.Options{Addr: w.Config().HDCServer})
	phone, tablet := w.Keys()[0], w.Keys()[1]
	free := func() int { return int(netip.MustParseAddrPort(freePort(t)).Port()) }
	mine, other := free(), free()
	for key, port := range map[string]int{phone: mine, tablet: other} {
		if _, err := client.Reverse(t.Context(), key, port, 9); err != nil {
			t.Fatal(err)
		}
	}
	ways := []harness.Way{{Key: phone, Device: mine, Host: 9}, {Key: phone, Device: 1, Host: 9}, {Key: phone, Device: other, Host: 9}}
	for range 2 { // what is gone already is no error
		if err := harness.RemoveWays(t.Context(), client, ways); err != nil {
			t.Fatal(err)
		}
		rules, err := client.Forwards(t.Context())
		if err != nil || len(rules) != 1 || rules[0].Key != tablet {
			t.Errorf("the rules left are %v, %v, want the tablet's alone", rules, err)
		}
	}
}
