// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// listed is a device of which only the key matters.
type listed string

func (l listed) Key() string  { return string(l) }
func (l listed) Name() string { return "localhost" }

func (l listed) Shell(context.Context, string, io.Reader, io.Writer) {}

// lists starts an hdc server with devices in these states. looked is called at
// each look at the list.
func lists(t *testing.T, looked func(*hdcd.Server), states map[string]hdcd.State) *hdc.Client {
	t.Helper()
	var server *hdcd.Server
	server = hdcd.New(hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if looked != nil && p.Command == "list targets -v" {
			looked(server)
		}
		return hdcd.None
	}})
	for key, state := range states {
		server.Attach(listed(key))
		server.SetState(key, state)
	}
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return hdc.New(hdc.Options{Addr: server.Addr()})
}

func TestTargets(t *testing.T) {
	const a, b, c = "AAAA", "BBBB", "CCCC"
	dialog, cable := hdc.StateUnauthorized.Advice(), hdc.StateOffline.Advice()
	type states map[string]hdcd.State
	for name, tt := range map[string]struct {
		states states
		target string
		want   []string
		// says is in the error; usage: another target would do.
		says  []string
		usage bool
	}{
		"the only one":                {states{a: hdcd.Connected}, "", []string{a}, nil, false},
		"the only connected one":      {states{a: hdcd.Connected, b: hdcd.Offline}, "", []string{a}, nil, false},
		"several":                     {states{a: hdcd.Connected, b: hdcd.Connected}, "", nil, []string{"several devices are connected: choose one with --target SERIAL, or take --target all;", a + ", " + b}, true},
		"all":                         {states{a: hdcd.Connected, b: hdcd.Connected, c: hdcd.Unauthorized}, "all", []string{a, b}, nil, false},
		"named":                       {states{a: hdcd.Connected, b: hdcd.Connected}, b, []string{b}, nil, false},
		"named, not authorised":       {states{a: hdcd.Connected, b: hdcd.Unauthorized}, b, nil, []string{b, "has not authorised this computer", dialog}, false},
		"named, offline":              {states{a: hdcd.Connected, b: hdcd.Offline}, b, nil, []string{b, "is offline", cable}, false},
		"named, and nothing else":     {states{b: hdcd.Offline}, b, nil, []string{b, "is offline", cable}, false},
		"named, and not there":        {states{a: hdcd.Connected}, c, nil, []string{`no connected device is called "CCCC": connected are AAAA`}, true},
		"named, and others are there": {states{a: hdcd.Connected, b: hdcd.Offline}, c, nil, []string{`no device is called "CCCC": there are AAAA, BBBB (Offline)`}, true},
		"named, and others are away":  {states{b: hdcd.Unauthorized}, c, nil, []string{`no device is called "CCCC": there are BBBB (Unauthorized)`}, true},
		"none is there":               {nil, "", nil, []string{"no connected device: plug one in", "hdc-runner devices --watch"}, false},
		"none is connected":           {states{a: hdcd.Offline, b: hdcd.Unauthorized}, "", nil, []string{"no connected device: ", a, cable, b, dialog}, false},
		"none of all is connected":    {states{a: hdcd.Offline}, "all", nil, []string{"no connected device: ", a, cable}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := harness.Targets(t.Context(), lists(t, nil, tt.states), tt.target)
			if tt.want != nil {
				if err != nil || !slices.Equal(got, tt.want) {
					t.Fatalf("%q, %v; want %q", got, err, tt.want)
				}
				return
			}
			if err == nil {
				t.Fatalf("%q, want an error", got)
			}
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q in it", err, says)
				}
			}
			var refused *harness.TargetError
			var state *hdc.TargetError
			if !errors.As(err, &refused) && !errors.As(err, &state) {
				t.Errorf("a %T", err)
			}
			if refused == nil {
				return
			}
			if refused.Usage() != tt.usage {
				t.Errorf("%v: usage %v, want %v", err, refused.Usage(), tt.usage)
			}
			if refused.One = true; strings.Contains(refused.Error(), "--target all") {
				t.Errorf("%v: all is offered for one device", err)
			}
		})
	}
}

// A device that was plugged in a moment ago is waited for, whatever the target.
func TestTargetsWaitForWhatShakesHands(t *testing.T) {
	for _, target := range []string{"", "all", "AAAA"} {
		var looks atomic.Int32
		client := lists(t, func(s *hdcd.Server) {
			if looks.Add(1) == 2 {
				s.SetState("AAAA", hdcd.Connected)
			}
		}, map[string]hdcd.State{"AAAA": hdcd.Ready, "BBBB": hdcd.Offline})
		if got, err := harness.Targets(t.Context(), client, target); err != nil || !slices.Equal(got, []string{"AAAA"}) {
			t.Errorf("target %q: %q, %v", target, got, err)
		}
	}
}

func TestTargetsDoNotWaitForEver(t *testing.T) {
	t.Run("stuck", func(t *testing.T) {
		client := lists(t, nil, map[string]hdcd.State{"AAAA": hdcd.Ready})
		var state *hdc.TargetError
		if got, err := harness.Targets(t.Context(), client, "AAAA"); !errors.As(err, &state) || state.Kind != hdc.Handshaking {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var looks atomic.Int32
		client := lists(t, func(*hdcd.Server) {
			if looks.Add(1) == 2 {
				cancel()
			}
		}, map[string]hdcd.State{"AAAA": hdcd.Ready})
		if got, err := harness.Targets(ctx, client, "AAAA"); !errors.Is(err, context.Canceled) {
			t.Errorf("%q, %v", got, err)
		}
	})
}
