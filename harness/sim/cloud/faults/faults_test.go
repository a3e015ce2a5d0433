// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package faults_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

const token = "MAMzLgIkEUMKzGmvoDkzGfUvQmhDmBNrQw"

var fingerprint = push.NewToken(token).Fingerprint()

func parse(t *testing.T, text string) faults.Fault {
	t.Helper()
	var f faults.Fault
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Each kind, as little as it needs: the defaults that it gets.
func TestDefaults(t *testing.T) {
	for text, want := range map[string]string{
		`{"kind":"delay","millis":5}`:                               `{"kind":"delay","on":"delivery","millis":5,"hits":0}`,
		`{"kind":"delay","millis":5,"on":"answer"}`:                 `{"kind":"delay","on":"answer","millis":5,"hits":0}`,
		`{"kind":"drop"}`:                                           `{"kind":"drop","on":"delivery","hits":0}`,
		`{"kind":"duplicate","count":1}`:                            `{"kind":"duplicate","on":"delivery","count":1,"hits":0}`,
		`{"kind":"reorder"}`:                                        `{"kind":"reorder","on":"delivery","millis":1000,"hits":0}`,
		`{"kind":"receipt","result":0}`:                             `{"kind":"receipt","on":"delivery","result":0,"hits":0}`,
		`{"kind":"status","httpStatus":503}`:                        `{"kind":"status","on":"request","httpStatus":503,"hits":0}`,
		`{"kind":"status","httpStatus":502,"body":""}`:              `{"kind":"status","on":"request","httpStatus":502,"body":"","hits":0}`,
		`{"kind":"reset","pushType":0,"hits":7}`:                    `{"kind":"reset","on":"request","pushType":0,"hits":0}`,
		`{"kind":"slow-body","millis":3600000}`:                     `{"kind":"slow-body","on":"answer","millis":3600000,"hits":0}`,
		`{"kind":"drop","token":"` + token + `"}`:                   `{"kind":"drop","on":"delivery","token":"` + fingerprint + `","hits":0}`,
		`{"kind":"drop","token":"` + fingerprint + `","id":"mine"}`: `{"id":"mine","kind":"drop","on":"delivery","token":"` + fingerprint + `","hits":0}`,
	} {
		got, err := parse(t, text).Checked()
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(parse(t, want), got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// Each rule about a rule.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                                       "unknown kind",
		`{"kind":"explode"}`:                                       `unknown kind "explode": the kinds are delay, drop, duplicate`,
		`{"kind":"delay"}`:                                         "millis from 1 to 3600000",
		`{"kind":"delay","millis":3600001}`:                        "millis from 1",
		`{"kind":"reorder","millis":-1}`:                           "millis from 1",
		`{"kind":"drop","millis":1}`:                               "has no millis",
		`{"kind":"drop","on":"answer"}`:                            `cannot be on "answer"`,
		`{"kind":"slow-body","millis":1,"on":"request"}`:           "cannot be on",
		`{"kind":"drop","skip":-1}`:                                "0 or more",
		`{"kind":"drop","count":-1}`:                               "0 or more",
		`{"kind":"receipt"}`:                                       "result is for kind receipt",
		`{"kind":"drop","result":6}`:                               "result is for kind receipt",
		`{"kind":"status"}`:                                        "httpStatus from 200",
		`{"kind":"status","httpStatus":600}`:                       "httpStatus from 200",
		`{"kind":"reset","httpStatus":503}`:                        "are for kind status",
		`{"kind":"reset","code":"1"}`:                              "are for kind status",
		`{"kind":"status","httpStatus":200,"code":"1","body":"x"}`: "one or the other",
	} {
		f := parse(t, text)
		f.Token = token
		_, err := f.Checked()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Skip and count are counted in matching events only, and each rule by itself.
func TestTake(t *testing.T) {
	alert := 0
	var s faults.Set
	_, err := s.Replace([]faults.Fault{
		{ID: "second and third alert", Kind: faults.Drop, PushType: &alert, Skip: 1, Count: 2},
		{ID: "token", Kind: faults.Duplicate, Token: token},
		{ID: "request", Kind: faults.Reset, Count: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		event faults.Event
		want  []string
	}{
		{faults.Event{On: faults.Delivery, PushType: 0}, nil},
		{faults.Event{On: faults.Delivery, PushType: 6}, nil},
		{faults.Event{On: faults.Request, PushType: 0}, []string{"request"}},
		{faults.Event{On: faults.Delivery, PushType: 0, Tokens: []string{"token:00000000", fingerprint}}, []string{"second and third alert", "token"}},
		{faults.Event{On: faults.Request, PushType: 0}, nil},
		{faults.Event{On: faults.Delivery, PushType: 0}, []string{"second and third alert"}},
		{faults.Event{On: faults.Delivery, PushType: 0}, nil},
		{faults.Event{On: faults.Delivery, PushType: 6, Tokens: []string{fingerprint}}, []string{"token"}},
	} {
		var got []string
		for _, f := range s.Take(step.event) {
			got = append(got, f.ID)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
	}
	hits := map[string]int{}
	for _, f := range s.List() {
		hits[f.ID] = f.Hits
	}
	if diff := cmp.Diff(map[string]int{"second and third alert": 2, "token": 2, "request": 1}, hits); diff != "" {
		t.Error(diff)
	}
}

func TestWatches(t *testing.T) {
	var s faults.Set
	if s.Watches(faults.Request, faults.Answer, faults.Delivery) {
		t.Error("an empty set watches")
	}
	if _, err := s.Replace([]faults.Fault{{Kind: faults.SlowBody, Millis: 1}}); err != nil {
		t.Fatal(err)
	}
	if s.Watches(faults.Request, faults.Delivery) || !s.Watches(faults.Request, faults.Answer) {
		t.Error("it watches the wrong seam")
	}
	s.Clear()
	if s.Watches(faults.Answer) || len(s.List()) != 0 {
		t.Error("a cleared set watches")
	}
}

// One wrong rule leaves the former ones in force, and all wrong ones are named.
func TestReplace(t *testing.T) {
	var s faults.Set
	list, err := s.Replace([]faults.Fault{{Kind: faults.Drop}, {Kind: faults.Reset, ID: "r"}})
	if err != nil || list[0].ID != "fault-0" || list[1].ID != "r" {
		t.Fatalf("%v, %v", list, err)
	}
	for name, c := range map[string]struct {
		list []faults.Fault
		want []string
	}{
		"two wrong": {[]faults.Fault{{Kind: "x"}, {Kind: faults.Drop}, {Kind: "y"}}, []string{"fault 0:", "fault 2:"}},
		"twice":     {[]faults.Fault{{Kind: faults.Drop, ID: "a"}, {Kind: faults.Drop, ID: "a"}}, []string{"there twice"}},
		"default":   {[]faults.Fault{{Kind: faults.Drop}, {Kind: faults.Drop, ID: "fault-0"}}, []string{"there twice"}},
		"too many":  {make([]faults.Fault, faults.Most+1), []string{"too many"}},
	} {
		_, err := s.Replace(c.list)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		if diff := cmp.Diff(list, s.List()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever JSON a rule is made of, it is either refused or stays what it is
// when it is checked again, and it never keeps a token.
func FuzzFault(f *testing.F) {
	for _, text := range []string{
		`{"kind":"delay","millis":5,"on":"request"}`, `{"kind":"drop","token":"MAxx","skip":2}`,
		`{"kind":"receipt","result":6,"pushType":0}`, `{"kind":"status","httpStatus":503,"body":"x"}`, `{"kind":"reorder"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var fault faults.Fault
		if json.Unmarshal([]byte(text), &fault) != nil {
			return
		}
		once, err := fault.Checked()
		if err != nil {
			return
		}
		if once.Token != "" && (len(once.Token) != 14 || !strings.HasPrefix(once.Token, "token:")) {
			t.Errorf("token %q is no fingerprint", once.Token)
		}
		twice, err := once.Checked()
		if err != nil {
			t.Fatalf("%+v is wrong when it is checked again: %v", once, err)
		}
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Error(diff)
		}
	})
}
