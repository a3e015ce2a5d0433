// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

const label = "phone-1"

// Every function, on the main thread and in a Worker, against a real hub.
func TestFunctions(t *testing.T) {
	for _, where := range []string{"main", "worker"} {
		t.Run(where, func(t *testing.T) {
			h := openHub(t)
			s := node(t, []string{"FILES=" + t.TempDir(), "WANT=" + want(t, h, label)}, "functions.mjs", where)
			s.hear("token")
			if _, err := h.WaitAgent(timeout(t), label, wire.RoleMain, func(a hub.Agent) bool {
				return a.Token == push.NewToken("token-1")
			}); err != nil {
				t.Fatal(err)
			}
			arrived(t, h)
			s.hear("answering")
			commands(t, h, s)
			s.hear("failed")
			last, err := h.WaitAgent(timeout(t), label, wire.RoleMain, func(a hub.Agent) bool { return a.TokenError != nil })
			if err != nil {
				t.Fatal(err)
			}
			if last.TokenError.Code != "1000900010" || last.TokenError.Message != "illegal identity" {
				t.Errorf("the error of getToken is %+v", last.TokenError)
			}
			if last.Hello.Device != (wire.Device{Type: "phone", Model: "test", API: 20, OSVersion: "6.0.0", BootID: "boot-1"}) {
				t.Errorf("device %+v", last.Hello.Device)
			}
			// The script goes on to end the session, and the answer may not come.
			_, _ = h.Command(timeout(t), label, wire.RoleMain, wire.CmdBadgeGet, struct{}{})
			done := s.hear("done")
			s.end()
			for _, line := range strings.Split(s.said.String(), "\n") {
				if strings.Contains(line, "token-1") {
					t.Errorf("the token was printed: %s", line)
				}
			}
			if got, want := len(done.Functions), 14; got != want {
				t.Errorf("the module has %d functions, want %d: %v", got, want, done.Functions)
			}
		})
	}
}

// arrived looks at what functions.mjs has delivered.
func arrived(t *testing.T, h *hub.Hub) {
	t.Helper()
	vias := []push.Via{push.Default, push.IM, push.Background, push.VoIP, push.Extension, push.Row}
	type row struct {
		via     push.Via
		kind    push.Kind
		stage   string
		at      int64
		payload string
	}
	var rows []row
	const at = 1764000000123
	for i, stage := range []string{"visible", "focused"} {
		for _, via := range vias {
			for _, kind := range push.Kinds() {
				n := len(rows)
				before := stage
				if n == i*len(vias)*len(push.Kinds()) {
					before = []string{"alive", "visible"}[i]
				}
				data, err := json.Marshal(fmt.Sprintf(`{"text":"消息 🙂 %d"}`, n))
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row{via, kind, before, at + int64(n), `{"type":"IM","data":` + string(data) + `}`})
			}
		}
	}
	rows = append(rows,
		row{push.OnNewWant, push.KindAlert, "focused", at, `{"order":7}`},
		row{push.OnCreate, push.KindAlert, "focused", at, `{"text":"文"}`},
		row{payload: "the loss of what was too large"},
	)
	i := 0
	for r, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatalf("after %d records: %v", i, err)
		}
		switch frame := r.Frame.(type) {
		case *wire.Arrival:
			got := row{frame.Via, frame.Kind, frame.Stage, frame.ReceivedAt.UnixMilli(), string(frame.Payload)}
			if got != rows[i] {
				t.Errorf("record %d is\n%+v\nwant\n%+v", i, got, rows[i])
			}
		case *wire.Loss:
			if i != len(rows)-1 || frame.Reason != "too-large" || frame.Count != 1 {
				t.Errorf("record %d is a loss %+v", i, frame)
			}
		}
		if i++; i == len(rows) {
			return
		}
	}
}

// commands asks what functions.mjs answers.
func commands(t *testing.T, h *hub.Hub, s *script) {
	t.Helper()
	ask := func(ctx context.Context, name string) (string, error) {
		raw, err := h.Command(ctx, label, wire.RoleMain, name, struct{}{})
		return string(raw), err
	}
	for _, c := range []struct{ name, want string }{
		{wire.CmdTokenGet, fmt.Sprintf(`{"fingerprint":%q}`, push.NewToken("token-2").Fingerprint())},
		{wire.CmdBadgeGet, "7"},
		{wire.CmdNotificationsRequest, "null"},
	} {
		if got, err := ask(timeout(t), c.name); got != c.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	var failure *wire.Failure
	if got, err := ask(timeout(t), wire.CmdNotificationsEnabled); !errors.As(err, &failure) || failure.Code != "1600004" || failure.Message != "refused" {
		t.Errorf("a command that failed: %s, %v", got, err)
	}
	// Nobody answers it: the function throws, which is logged and ends nothing.
	short, cancel := context.WithTimeout(timeout(t), 300*time.Millisecond)
	defer cancel()
	if got, err := ask(short, wire.CmdNotificationsActive); err == nil {
		t.Errorf("a command whose function threw: %s", got)
	}
	s.read("a fault of the app with <50 bytes>")
	for _, name := range []string{wire.CmdTokenDelete, wire.CmdBadgeGet} {
		if _, err := ask(timeout(t), name); err != nil {
			t.Error(err)
		}
	}
}

// TestSeveral opens the module three times in a process: twice as it is, and
// from a copy under another name, which brings a Go runtime of its own, beside
// a third Go library.
func TestSeveral(t *testing.T) {
	h := openHub(t)
	other := copied(t, module(t), "another.node")
	s := node(t, []string{
		"FILES=" + t.TempDir(), "WANT=" + want(t, h, label), "OTHER=" + other,
		"ADDON=" + library(t, "./nativebridge/napi/testdata/addon", "addon"),
	}, "several.mjs")
	s.hear("done")
	s.end()
	var got []string
	for r, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatal(err)
		}
		a, is := r.Frame.(*wire.Arrival)
		if !is {
			t.Fatalf("record %+v", r)
		}
		got = append(got, string(a.Payload))
		if len(got) == 3 {
			break
		}
	}
	slices.Sort(got)
	for i, app := range []string{"again", "first", "other"} {
		if !strings.Contains(got[i], app) {
			t.Errorf("no message of %s: %s", app, got)
		}
	}
}
