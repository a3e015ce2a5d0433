// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package faults_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

func parse(t testing.TB, text string) faults.Fault {
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
		`{"kind":"drop"}`:                               `{"kind":"drop","on":"command"}`,
		`{"kind":"hang","on":"answer","hits":3}`:        `{"kind":"hang","on":"answer"}`,
		`{"kind":"truncate","on":"greeting"}`:           `{"kind":"truncate","on":"greeting"}`,
		`{"kind":"oversize"}`:                           `{"kind":"oversize","on":"command"}`,
		`{"kind":"foreign","count":1}`:                  `{"kind":"foreign","on":"greeting","count":1}`,
		`{"kind":"banner"}`:                             `{"kind":"banner","on":"greeting","text":"HDC NEXT GEN"}`,
		`{"kind":"version","version":"4.0.0a"}`:         `{"kind":"version","on":"greeting","version":"4.0.0a"}`,
		`{"kind":"state","state":"Ready","key":"k"}`:    `{"kind":"state","on":"connect","state":"Ready","key":"k"}`,
		`{"kind":"fail","text":"no","code":"E00C001"}`:  `{"kind":"fail","on":"command","text":"no","code":"E00C001"}`,
		`{"kind":"slow","bytesPerSecond":9}`:            `{"kind":"slow","on":"command","bytesPerSecond":9}`,
		`{"kind":"install","code":"9568320"}`:           `{"kind":"install","on":"command","code":"9568320"}`,
		`{"kind":"lost-sentinel","contains":"aa"}`:      `{"kind":"lost-sentinel","on":"command","contains":"aa"}`,
		`{"kind":"vanish","on":"transfer"}`:             `{"kind":"vanish","on":"transfer"}`,
		`{"kind":"drop","on":"answer","afterBytes":10}`: `{"kind":"drop","on":"answer","afterBytes":10}`,
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
		`{}`:                                              "unknown kind",
		`{"kind":"burn"}`:                                 `unknown kind "burn": the kinds are banner, drop, fail`,
		`{"kind":"oversize","on":"greeting"}`:             `cannot be on "greeting"`,
		`{"kind":"drop","skip":-1}`:                       "0 or more",
		`{"kind":"drop","count":-1}`:                      "0 or more",
		`{"kind":"drop","on":"greeting","key":"k"}`:       "no key is known yet",
		`{"kind":"drop","on":"greeting","command":"x"}`:   "no command is known yet",
		`{"kind":"state","state":"Ready","contains":"x"}`: "no command is known yet",
		`{"kind":"drop","afterBytes":1}`:                  "afterBytes is 0 to",
		`{"kind":"drop","on":"answer","afterBytes":-1}`:   "afterBytes is 0 to",
		`{"kind":"slow"}`:                                 "bytesPerSecond is for kind slow, which needs 1",
		`{"kind":"slow","bytesPerSecond":-1}`:             "bytesPerSecond",
		`{"kind":"drop","bytesPerSecond":1}`:              "bytesPerSecond",
		`{"kind":"state"}`:                                "state is for kind state",
		`{"kind":"state","state":"Connected"}`:            "state is for kind state",
		`{"kind":"drop","state":"Ready"}`:                 "state is for kind state",
		`{"kind":"version"}`:                              "version is for kind version",
		`{"kind":"version","version":"3.2.0f\n"}`:         "visible characters",
		`{"kind":"drop","version":"3.2.0f"}`:              "version is for kind version",
		`{"kind":"install"}`:                              "needs the code of bm",
		`{"kind":"install","code":"E000001"}`:             "7 digits",
		`{"kind":"fail","text":"x","code":"9568320"}`:     "six hex digits",
		`{"kind":"drop","code":"E000001"}`:                "code is for kinds fail and install",
		`{"kind":"fail"}`:                                 "text is for kinds fail",
		`{"kind":"drop","text":"x"}`:                      "text is for kinds fail",
		`{"kind":"banner","text":"thirteen bytes"}`:       "up to 12 bytes",
		`{"kind":"banner","text":"OHOS HDC"}`:             "another than OHOS HDC",
	} {
		if _, err := parse(t, text).Checked(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestScope(t *testing.T) {
	greeting := faults.Event{On: faults.Greeting}
	connect := faults.Event{On: faults.Connect, Key: "k"}
	shell := faults.Event{On: faults.Command, Key: "k", Command: "shell echo hi"}
	send := faults.Event{On: faults.Command, Key: "k", Command: "file send remote a b"}
	for text, want := range map[string][]bool{
		`{"kind":"drop","on":"greeting"}`:              {true, false, false, false},
		`{"kind":"state","state":"Ready"}`:             {false, true, false, false},
		`{"kind":"state","state":"Ready","key":"x"}`:   {false, false, false, false},
		`{"kind":"drop"}`:                              {false, false, true, true},
		`{"kind":"drop","on":"answer"}`:                {false, false, true, true},
		`{"kind":"drop","on":"transfer","key":"k"}`:    {false, false, true, true},
		`{"kind":"drop","key":"x"}`:                    {false, false, false, false},
		`{"kind":"drop","command":"shell"}`:            {false, false, true, false},
		`{"kind":"drop","command":"file send"}`:        {false, false, false, true},
		`{"kind":"drop","command":"file se"}`:          {false, false, false, false},
		`{"kind":"drop","contains":"hi"}`:              {false, false, true, false},
		`{"kind":"drop","command":"shell echo hi"}`:    {false, false, true, false},
		`{"kind":"drop","command":"file send remote"}`: {false, false, false, true},
	} {
		f, err := parse(t, text).Checked()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var got []bool
		for _, e := range []faults.Event{greeting, connect, shell, send} {
			got = append(got, f.Matches(e))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s at greeting, connect, shell, send: %s", text, diff)
		}
	}
}

// FuzzFaults wants that what passes the checks passes them again as it is
// listed.
func FuzzFaults(f *testing.F) {
	for _, text := range []string{`{"kind":"drop"}`, `{"kind":"banner","text":"é"}`, `{"kind":"slow","bytesPerSecond":9,"skip":1}`,
		`{"kind":"fail","text":"\u0000","code":"E000001"}`, `{"kind":"state","state":"Ready","key":"127.0.0.1:5555"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var rule faults.Fault
		if json.Unmarshal(text, &rule) != nil {
			return
		}
		var set faults.Set
		added, err := set.Add(rule)
		if err != nil {
			return
		}
		listed, err := json.Marshal(added)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parse(t, string(listed)).Checked()
		if err != nil {
			t.Fatalf("%s is refused as %s: %v", text, listed, err)
		}
		if diff := cmp.Diff(added, again); diff != "" {
			t.Errorf("%s changes: %s", text, diff)
		}
	})
}
