// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/wire"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

func TestEveryFrameReturnsFromTheWire(t *testing.T) {
	seen := map[wire.Type]int{}
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			kind := e.frame.FrameType()
			seen[kind]++
			text, err := wire.Encode(e.frame)
			if err != nil {
				t.Fatal(err)
			}
			if first := `{"type":"` + string(kind) + `",`; !strings.HasPrefix(string(text), first) {
				t.Errorf("%s does not begin with %s", text, first)
			}
			golden(t, filepath.Join("testdata", "frames", e.name+".json"), text)

			back, err := wire.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e.frame, back, emptyIsNil); diff != "" {
				t.Errorf("it came back altered (-sent +got):\n%s", diff)
			}
			again, err := wire.Encode(back)
			if err != nil || !bytes.Equal(text, again) {
				t.Errorf("encoded again it is %s, %v", again, err)
			}
		})
	}
	for _, kind := range wire.Types() {
		if seen[kind] < 2 {
			t.Errorf("%d examples of %s, want 2", seen[kind], kind)
		}
	}
	if len(seen) != len(wire.Types()) {
		t.Errorf("%d types have examples, Types() has %d", len(seen), len(wire.Types()))
	}
}

// emptyIsNil takes no cursors for no cursors; a token frame is compared by its
// fields, not by what it prints.
var emptyIsNil = cmp.Transformer("", func(c wire.Cursors) []wire.Origin { return append([]wire.Origin{}, c...) })

// golden compares with a file that -update writes.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	got = append(bytes.Clone(got), '\n')
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./agent/wire -update", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the wire format changed; if that is meant: go test ./agent/wire -update\n got %s\nwant %s", got, want)
	}
}

func TestNewMakesTheTypeThatIsAskedFor(t *testing.T) {
	for _, kind := range wire.Types() {
		frame, err := wire.New(kind)
		if err != nil || frame.FrameType() != kind {
			t.Errorf("New(%s) = %T, %v", kind, frame, err)
		}
	}
	var unknown *wire.UnknownTypeError
	if frame, err := wire.New("sms"); !errors.As(err, &unknown) || frame != nil {
		t.Errorf("New(sms) = %v, %v", frame, err)
	}
}

func TestUnknownFieldsAreIgnored(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			text, err := wire.Encode(e.frame)
			if err != nil {
				t.Fatal(err)
			}
			newer := append([]byte(`{"zz":{"type":"ack"},"later":[1,null],`), text[1:]...)
			back, err := wire.Decode(newer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e.frame, back, emptyIsNil); diff != "" {
				t.Errorf("unknown fields altered it:\n%s", diff)
			}
		})
	}
}

func TestAnUnknownTypeIsTold(t *testing.T) {
	for _, text := range []string{`{"type":"sms"}`, `{"type":"sms","id":{}}`, `{"id":1,"type":"sms"}`} {
		var unknown *wire.UnknownTypeError
		if frame, err := wire.Decode([]byte(text)); !errors.As(err, &unknown) || frame != nil {
			t.Fatalf("Decode(%s) = %v, %v", text, frame, err)
		}
		if unknown.Type != "sms" || unknown.Error() != `unknown frame type "sms"` {
			t.Errorf("Type %q, Error %q", unknown.Type, unknown)
		}
	}
}

func TestMalformedFramesAreRefused(t *testing.T) {
	const origin = `"origin":{"install":"i","role":"main","epoch":"e","seq":1}`
	for _, c := range []struct{ name, text, says string }{
		{"nothing", ``, "unexpected end"},
		{"no JSON", `hello`, "invalid character"},
		{"cut off", `{"type":"ack"`, "unexpected end"},
		{"something behind it", `{"type":"ack"} {}`, "after top-level value"},
		{"null", `null`, "type has 0 bytes"},
		{"an array", `[{"type":"ack"}]`, "cannot unmarshal array"},
		{"a text", `"ack"`, "cannot unmarshal string"},
		{"no type", `{"cursors":[]}`, "type has 0 bytes"},
		{"an empty type", `{"type":""}`, "type has 0 bytes"},
		{"a type that is a number", `{"type":7}`, "cannot unmarshal number"},
		{"a type of 65 bytes", `{"type":"` + strings.Repeat("x", 65) + `"}`, "type has 65 bytes, and must have 1 to 64"},
		{"cursors that are a text", `{"type":"ack","cursors":"all"}`, "decode a ack frame: json: cannot unmarshal string"},
		{"a negative seq", `{"type":"ack","cursors":[{"seq":-1}]}`, "cannot unmarshal number -1"},
		{"a seq above 64 bits", `{"type":"ack","cursors":[{"seq":18446744073709551616}]}`, "cannot unmarshal number"},
		{"an arrival without via", `{"type":"arrival",` + origin + `,"kind":"alert"}`, "via and kind"},
		{"an arrival without kind", `{"type":"arrival",` + origin + `,"via":"IM"}`, "via and kind"},
		{"an arrival of no known kind", `{"type":"arrival",` + origin + `,"via":"IM","kind":"sms"}`, `unknown kind "sms"`},
		{"an arrival by no known via", `{"type":"arrival",` + origin + `,"via":"mail","kind":"alert"}`, `unknown via "mail"`},
		{"an arrival without origin", `{"type":"arrival","via":"IM","kind":"alert"}`, "origin must have"},
		{"an arrival of no install", `{"type":"arrival","origin":{"role":"main","epoch":"e","seq":1},"via":"IM","kind":"alert"}`, "origin must have"},
		{"an arrival of no role", `{"type":"arrival","origin":{"install":"i","epoch":"e","seq":1},"via":"IM","kind":"alert"}`, "origin must have"},
		{"a loss of no epoch", `{"type":"loss","origin":{"install":"i","role":"main","seq":1},"count":1}`, "origin must have"},
		{"a loss with seq 0", `{"type":"loss","origin":{"install":"i","role":"main","epoch":"e","seq":0},"count":1}`, "origin must have"},
		{"a time that is none", `{"type":"loss",` + origin + `,"at":"yesterday"}`, "parsing time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame, err := wire.Decode([]byte(c.text))
			if err == nil || frame != nil {
				t.Fatalf("Decode = %v, %v; want an error", frame, err)
			}
			if !strings.HasPrefix(err.Error(), "decode a ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
			var unknown *wire.UnknownTypeError
			if errors.As(err, &unknown) {
				t.Error("it is taken for an unknown type")
			}
		})
	}
}

func TestNoFrameAboveTheLimit(t *testing.T) {
	// The rest of the frame is what Encode writes around an empty text.
	rest, err := wire.Encode(&wire.Goodbye{})
	if err != nil {
		t.Fatal(err)
	}
	largest := &wire.Goodbye{Reason: strings.Repeat("x", wire.MaxFrame-len(rest))}
	text, err := wire.Encode(largest)
	if err != nil || len(text) != wire.MaxFrame {
		t.Fatalf("the largest frame: %d bytes, %v", len(text), err)
	}
	if back, err := wire.Decode(text); err != nil || !cmp.Equal(largest, back) {
		t.Errorf("the largest frame does not come back: %v", err)
	}

	var size *wire.SizeError
	if _, err := wire.Encode(&wire.Goodbye{Reason: largest.Reason + "x"}); !errors.As(err, &size) || size.Size != wire.MaxFrame+1 {
		t.Errorf("Encode of one byte more: %v", err)
	}
	size = nil
	// White space counts: the limit is on what is read.
	if _, err := wire.Decode(append(text, ' ')); !errors.As(err, &size) || size.Size != wire.MaxFrame+1 {
		t.Errorf("Decode of one byte more: %v", err)
	}
	if want := "frame of 262145 bytes exceeds the limit of 262144"; size.Error() != want {
		t.Errorf("it says %q, want %q", size, want)
	}
}

func TestEncodeRefusesWhatItCannotWrite(t *testing.T) {
	for name, frame := range map[string]wire.Frame{
		"nil":                  (*wire.Ack)(nil),
		"an arrival of none":   &wire.Arrival{},
		"a value of no JSON":   &wire.Result{Value: json.RawMessage(`{`)},
		"a payload of no JSON": &wire.Command{Args: json.RawMessage(`order 7`)},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := wire.Encode(frame)
			if err == nil || !strings.HasPrefix(err.Error(), "encode a ") {
				t.Errorf("Encode = %s, %v", text, err)
			}
		})
	}
}

// FuzzDecode holds for any bytes: whatever Decode takes, Encode writes, and
// that comes back unaltered.
func FuzzDecode(f *testing.F) {
	seeds, err := filepath.Glob("testdata/frames/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, seed := range seeds {
		text, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{``, `null`, `{}`, `{"type":"sms"}`, `{"type":"ack","cursors":[null]}`, `{"TYPE":"result","value":{"a" : 1}}`, "{\"type\":\"goodbye\",\"reason\":\"\xff\"}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		frame, err := wire.Decode(text)
		if (frame == nil) == (err == nil) {
			t.Fatalf("Decode = %v, %v", frame, err)
		}
		if err != nil {
			return
		}
		first, err := wire.Encode(frame)
		var size *wire.SizeError
		if errors.As(err, &size) {
			return // bytes that are no UTF-8 grow
		}
		if err != nil {
			t.Fatalf("Encode of what was decoded: %v", err)
		}
		back, err := wire.Decode(first)
		if err != nil {
			t.Fatalf("Decode of what was encoded: %v\n%s", err, first)
		}
		second, err := wire.Encode(back)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("it alters on its way: %v\n%s\n%s", err, first, second)
		}
	})
}
