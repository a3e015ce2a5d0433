// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/nativebridge/bridge"
)

const payload = `{"type":"IM","data":"{\"text\":\"hello\",\"_pp\":\"n-1\"}"}`

func TestWhatIsDeliveredComesToTheHub(t *testing.T) {
	h, param := openHub(t)
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: param})
	b, _ := start(t, o)

	const n = 200
	at := time.UnixMilli(1764000000123).UTC()
	for i := range n {
		done, c := settled()
		text := fmt.Sprintf(`{"type":"IM","data":"message %d"}`, i)
		if err := b.Deliver("IM", "extension", text, float64(at.UnixMilli()), done); err != nil {
			t.Fatal(err)
		}
		if i == n-1 {
			if err := receive(t, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	flushed, c := settled()
	if err := b.Flush(patience, flushed); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, c); err != nil {
		t.Fatal(err)
	}
	i := 0
	for r, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatal(err)
		}
		a, _ := r.Frame.(*wire.Arrival)
		if a == nil || a.Via != push.IM || a.Kind != push.KindExtension || !a.ReceivedAt.Equal(at) ||
			!strings.Contains(string(a.Payload), fmt.Sprintf("message %d", i)) {
			t.Fatalf("record %d is %+v", i, r)
		}
		if i++; i == n {
			break
		}
	}
	if s := b.Stats(); !s.Running || !s.Connected || s.Waiting != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestClickTakesTheSessionOutOfTheWant(t *testing.T) {
	h, param := openHub(t)
	o := options(t)
	b, _ := start(t, o)
	click := func(params string) {
		t.Helper()
		done, c := settled()
		if err := b.Click("onNewWant", params, 1764000000000, done); err != nil {
			t.Fatal(err)
		}
		if err := receive(t, c); err != nil {
			t.Fatal(err)
		}
	}
	click(want(t, map[string]any{session.ParamKey: param, "order": 7}))
	for r, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if a, _ := r.Frame.(*wire.Arrival); a == nil || a.Via != push.OnNewWant || string(a.Payload) != `{"order":7}` {
			t.Errorf("record %+v", r)
		}
		break
	}
	click(want(t, map[string]any{session.ParamKey: session.ParamEnd}))
	if s := b.Stats(); s.Connected || !strings.Contains(s.Trouble, "over") {
		t.Errorf("after the end: %+v", s)
	}
	err := filepath.WalkDir(o.FilesDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(hex.EncodeToString(token))) {
			t.Errorf("the session's token stands in %s after its end", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestExtensionAnswer(t *testing.T) {
	_, param := openHub(t)
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: param})
	b, _ := start(t, o)
	text, err := b.ExtensionAnswer(payload)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != "map[delayMillis:20 text:text title:title ]" && !strings.HasPrefix(fmt.Sprint(got["title"]), "title") {
		t.Errorf("answer %v", got)
	}
	if _, err := b.ExtensionAnswer("no JSON"); codeOf(err) != bridge.CodeParameter {
		t.Errorf("error %v", err)
	}
	plain, _ := start(t, options(t))
	if text, err := plain.ExtensionAnswer(payload); text != "" || err != nil {
		t.Errorf("without a session: %q, %v", text, err)
	}
}

func codeOf(err error) bridge.Code {
	if err == nil {
		return 0
	}
	return bridge.Coded(err).Code
}

func TestBeforeStartAndAfterStop(t *testing.T) {
	b := bridge.New(nil)
	each := func(want bridge.Code) {
		t.Helper()
		none := func(error) { t.Error("an error was returned and reported as well") }
		_, answer := b.ExtensionAnswer(payload)
		for name, err := range map[string]error{
			"deliver":         b.Deliver("IM", "extension", payload, 1, none),
			"click":           b.Click("onCreate", `{"a":1}`, 1, none),
			"extensionAnswer": answer,
			"setStage":        b.SetStage("alive"),
			"tokenChanged":    b.TokenChanged("x"),
			"tokenFailed":     b.TokenFailed(1000900010, "x"),
			"flush":           b.Flush(time.Second, none),
		} {
			if codeOf(err) != want {
				t.Errorf("%s: error %v, want code %d", name, err, want)
			}
		}
	}
	each(bridge.CodeNotStarted)
	o := options(t)
	if err := b.Start(o); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(o); codeOf(err) != bridge.CodeStarted {
		t.Errorf("a second start: %v", err)
	}
	stop(t, b)
	each(bridge.CodeStopped)
	if err := b.Start(o); codeOf(err) != bridge.CodeStopped {
		t.Errorf("a start after stop: %v", err)
	}
	if err := b.OnCommand(newPlatform()); codeOf(err) != bridge.CodeStopped {
		t.Errorf("onCommand after stop: %v", err)
	}
	stop(t, b)
	stop(t, bridge.New(nil))
}

// What was delivered before stop is with the kernel after it.
func TestStopAnswersEveryDelivery(t *testing.T) {
	o := options(t)
	b, _ := start(t, o)
	const n = 500
	answers := make(chan error, n)
	for range n {
		if err := b.Deliver("BACKGROUND", "background", payload, 1, func(err error) { answers <- err }); err != nil {
			t.Fatal(err)
		}
	}
	stop(t, b)
	for range n {
		select {
		case err := <-answers:
			if err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatal("a delivery has no answer after stop")
		}
	}
	h, param := openHub(t)
	o.Want = want(t, map[string]any{session.ParamKey: param})
	start(t, o)
	i := 0
	for _, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if i++; i == n {
			return
		}
	}
}

func TestWrongParameters(t *testing.T) {
	b, _ := start(t, options(t))
	none := func(error) {}
	for name, tc := range map[string]struct {
		err  error
		says string
	}{
		"no via":              {b.Deliver("im", "extension", payload, 1, none), "it is one of DEFAULT"},
		"a click's via":       {b.Deliver("onCreate", "alert", payload, 1, none), "goes to click"},
		"no kind":             {b.Deliver("IM", "im", payload, 1, none), "the kinds are"},
		"no time":             {b.Deliver("IM", "extension", payload, math.NaN(), none), "Date.now()"},
		"a time before 1970":  {b.Deliver("IM", "extension", payload, -1, none), "Date.now()"},
		"a message's via":     {b.Click("IM", `{}`, 1, none), "goes to deliver"},
		"a want that is none": {b.Click("onCreate", `[1]`, 1, none), "no JSON object"},
		"a stage":             {b.SetStage("dead"), "none of alive, visible, focused"},
		"a reply":             {b.Reply(7, "no JSON"), "no JSON"},
	} {
		if codeOf(tc.err) != bridge.CodeParameter || !strings.Contains(tc.err.Error(), tc.says) {
			t.Errorf("%s: error %v, want 401 that says %q", name, tc.err, tc.says)
		}
	}
}

func TestParseOptions(t *testing.T) {
	for name, tc := range map[string]struct{ text, says string }{
		"an unknown field": {`{"filesDir":"/data","role":"main","device":{"type":"phone"},"tempdir":"/t","x":1}`, "x"},
		"no folder":        {`{"role":"main","device":{"type":"phone"}}`, "context.filesDir"},
		"a relative one":   {`{"filesDir":"files","role":"main","device":{"type":"phone"}}`, "absolute"},
		"no role":          {`{"filesDir":"/data","device":{"type":"phone"}}`, "neither main nor extension"},
		"no type":          {`{"filesDir":"/data","role":"main"}`, "deviceInfo"},
		"a far zone":       {`{"filesDir":"/data","role":"main","device":{"type":"phone"},"utcOffsetMinutes":2000}`, "utcOffsetMinutes"},
		"no object":        {`7`, "options"},
	} {
		if _, err := bridge.ParseOptions([]byte(tc.text)); codeOf(err) != bridge.CodeParameter || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: error %v, want 401 that says %q", name, err, tc.says)
		}
	}
}

// Two main processes cannot have the same files; an extension has its own.
func TestFilesBelongToOneMainProcess(t *testing.T) {
	o := options(t)
	start(t, o)
	second := bridge.New(nil)
	if err := second.Start(o); codeOf(err) != bridge.CodeLocked {
		t.Errorf("a second main process: %v", err)
	}
	stop(t, second)
	o.Role = wire.RoleExtension
	start(t, o)
}

func TestWhatIsNoPayloadIsKeptAsItIs(t *testing.T) {
	h, param := openHub(t)
	o := options(t)
	o.Want = want(t, map[string]any{session.ParamKey: param})
	b, _ := start(t, o)
	done, c := settled()
	if err := b.Deliver("DEFAULT", "alert", "not JSON", 1, done); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, c); err != nil {
		t.Fatal(err)
	}
	for r, err := range h.Records(timeout(t)) {
		if err != nil {
			t.Fatal(err)
		}
		if a, _ := r.Frame.(*wire.Arrival); a == nil || !strings.Contains(string(a.Payload), "not JSON") {
			t.Errorf("record %+v", r)
		}
		break
	}
	done, c = settled()
	if err := b.Deliver("DEFAULT", "alert", `{"data":"`+strings.Repeat("x", 1<<20)+`"}`, 1, done); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, c); codeOf(err) != bridge.CodeTooLarge {
		t.Errorf("a large one: %v", err)
	}
}

func TestAPanicBehindACallIsItsAnswer(t *testing.T) {
	done, c := settled()
	go bridge.Answered(done, func() error { panic("ouch") })
	if err := receive(t, c); codeOf(err) != bridge.CodePanic || !strings.Contains(err.Error(), "ouch") {
		t.Errorf("error %v, want code %d that says ouch", err, bridge.CodePanic)
	}
}
