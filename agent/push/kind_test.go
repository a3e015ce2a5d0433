// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
)

func TestKindsHaveTheirNamesAndPushTypes(t *testing.T) {
	want := []struct {
		kind     push.Kind
		name     string
		pushType int
	}{
		{push.KindAlert, "alert", 0},
		{push.KindForm, "form", 1},
		{push.KindExtension, "extension", 2},
		{push.KindBackground, "background", 6},
		{push.KindLiveView, "liveview", 7},
		{push.KindVoIP, "voip", 10},
	}
	if got := push.Kinds(); len(got) != len(want) {
		t.Fatalf("Kinds() = %v, want %d kinds", got, len(want))
	}
	for i, w := range want {
		t.Run(w.name, func(t *testing.T) {
			if got := push.Kinds()[i]; got != w.kind {
				t.Errorf("Kinds()[%d] = %v", i, got)
			}
			if got := w.kind.String(); got != w.name {
				t.Errorf("String() = %q", got)
			}
			if got := w.kind.PushType(); got != w.pushType {
				t.Errorf("PushType() = %d, want %d", got, w.pushType)
			}
			if got, err := push.KindOfPushType(w.pushType); err != nil || got != w.kind {
				t.Errorf("KindOfPushType(%d) = %v, %v", w.pushType, got, err)
			}
			if got, err := push.ParseKind(w.name); err != nil || got != w.kind {
				t.Errorf("ParseKind(%q) = %v, %v", w.name, got, err)
			}
			text, err := json.Marshal(w.kind)
			if err != nil || string(text) != `"`+w.name+`"` {
				t.Fatalf("marshal = %s, %v", text, err)
			}
			var back push.Kind
			if err := json.Unmarshal(text, &back); err != nil || back != w.kind {
				t.Errorf("unmarshal = %v, %v", back, err)
			}
		})
	}
}

func TestViasHaveTheirNames(t *testing.T) {
	want := []struct {
		via   push.Via
		name  string
		click bool
	}{
		{push.Default, "DEFAULT", false},
		{push.IM, "IM", false},
		{push.Background, "BACKGROUND", false},
		{push.VoIP, "VoIP", false},
		{push.Extension, "extension", false},
		{push.OnCreate, "onCreate", true},
		{push.OnNewWant, "onNewWant", true},
		{push.Row, "row", false},
		{push.Call, "call", false},
	}
	if got := push.Vias(); len(got) != len(want) {
		t.Fatalf("Vias() = %v, want %d ways in", got, len(want))
	}
	for i, w := range want {
		t.Run(w.name, func(t *testing.T) {
			if got := push.Vias()[i]; got != w.via {
				t.Errorf("Vias()[%d] = %v", i, got)
			}
			if got := w.via.Click(); got != w.click {
				t.Errorf("Click() = %v", got)
			}
			text, err := json.Marshal(w.via)
			if err != nil || string(text) != `"`+w.name+`"` {
				t.Fatalf("marshal = %s, %v", text, err)
			}
			var back push.Via
			if err := json.Unmarshal(text, &back); err != nil || back != w.via {
				t.Errorf("unmarshal = %v, %v", back, err)
			}
		})
	}
}

func TestValid(t *testing.T) {
	for n := range 256 {
		kind, via := push.Kind(n), push.Via(n)
		if got, want := kind.Valid(), slices.Contains(push.Kinds(), kind); got != want {
			t.Errorf("%v: valid %v, want %v", kind, got, want)
		}
		if got, want := via.Valid(), slices.Contains(push.Vias(), via); got != want {
			t.Errorf("%v: valid %v, want %v", via, got, want)
		}
	}
}

func TestStrangersAreRefusedWithWhatIsKnown(t *testing.T) {
	_, kindErr := push.ParseKind("Alert")
	_, emptyErr := push.ParseKind("")
	_, typeErr := push.KindOfPushType(3)
	_, viaErr := push.ParseVia("default")
	var kind push.Kind
	var via push.Via
	for _, c := range []struct {
		name string
		err  error
		says []string
	}{
		{"a kind in other letters", kindErr, []string{`"Alert"`, "alert, form, extension, background, liveview, voip"}},
		{"no kind", emptyErr, []string{`""`, "alert"}},
		{"a push-type of none", typeErr, []string{"3", "10 (voip)"}},
		{"a via in other letters", viaErr, []string{`"default"`, "DEFAULT, IM, BACKGROUND, VoIP, extension, onCreate, onNewWant, row, call"}},
		{"a kind's text", kind.UnmarshalText([]byte("sms")), []string{`"sms"`}},
		{"a via's text", via.UnmarshalText([]byte("mail")), []string{`"mail"`}},
		{"the zero kind marshalled", marshalError(push.Kind(0)), []string{"kind(0)"}},
		{"a kind beyond the last", marshalError(push.KindVoIP + 1), []string{"kind(7)"}},
		{"the zero via marshalled", marshalError(push.Via(0)), []string{"via(0)"}},
		{"a via beyond the last", marshalError(push.Call + 1), []string{"via(10)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.err == nil {
				t.Fatal("no error")
			}
			for _, part := range c.says {
				if !strings.Contains(c.err.Error(), part) {
					t.Errorf("%q does not say %q", c.err, part)
				}
			}
		})
	}
	if kind != 0 || via != 0 {
		t.Errorf("refused texts were stored: %v, %v", kind, via)
	}
	if got := push.Kind(0).PushType(); got != -1 {
		t.Errorf("PushType of no kind = %d, want -1", got)
	}
}

func marshalError(v any) error {
	_, err := json.Marshal(v)
	return err
}
