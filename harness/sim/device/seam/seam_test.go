// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

func noClose() error { return nil }

func TestStreamIsOneObjectALine(t *testing.T) {
	var wrote bytes.Buffer
	out := seam.NewStream(strings.NewReader(""), &wrote, noClose)
	if err := out.WriteObject(seam.Line{Level: "I", Tag: "t", Message: "a<b\nc"}); err != nil {
		t.Fatal(err)
	}
	if got := wrote.String(); got != `{"level":"I","tag":"t","message":"a<b\nc"}`+"\n" {
		t.Errorf("wrote %q", got)
	}
	in := seam.NewStream(strings.NewReader("\n  \n"+wrote.String()), io.Discard, noClose)
	var line seam.Line
	if err := in.ReadObject(&line); err != nil || line.Message != "a<b\nc" {
		t.Errorf("read %+v, %v", line, err)
	}
	if err := in.ReadObject(&line); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v, want EOF", err)
	}
}

func TestStreamRefusesALongLine(t *testing.T) {
	long := strings.Repeat("x", seam.MaxLine)
	s := seam.NewStream(strings.NewReader(`"`+long+`"`), io.Discard, noClose)
	var v any
	if err := s.ReadObject(&v); !errors.Is(err, seam.ErrTooLong) {
		t.Errorf("read: %v", err)
	}
	if err := s.WriteObject(long); !errors.Is(err, seam.ErrTooLong) {
		t.Errorf("write: %v", err)
	}
}

func TestFailureKeepsThePlatformsCode(t *testing.T) {
	err := seam.Failure(fmt.Errorf("get a token: %w", seam.Fail(1000900012, "not activated")))
	var f *wire.Failure
	if !errors.As(err, &f) || f.Code != "1000900012" || f.Message != "not activated" {
		t.Errorf("got %#v", err)
	}
	if other := errors.New("pipe"); seam.Failure(other) != other {
		t.Error("an error without a code was changed")
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"pushService.getToken"}` + "\n"))
	f.Add([]byte("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}\n\n{"))
	f.Add([]byte("null\n[]\n\"x\"\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		s := seam.NewStream(bytes.NewReader(input), io.Discard, noClose)
		for range bytes.Count(input, []byte("\n")) + 1 {
			var r jsonrpc2.Request
			if err := s.ReadObject(&r); err != nil {
				return
			}
			if _, err := json.Marshal(&r); err != nil {
				t.Fatalf("a request that was read cannot be written: %v", err)
			}
		}
	})
}
