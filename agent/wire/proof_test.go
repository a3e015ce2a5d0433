// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/gomega/format"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestProofIsVerified(t *testing.T) {
	token := []byte("the run's token")
	for _, side := range []wire.Side{wire.SideHub, wire.SideAgent} {
		proof := wire.Proof(token, side, "run-7", "open", "challenge")
		if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(proof) {
			t.Errorf("proof = %q, want 64 hex digits", proof)
		}
		if !wire.Verify(token, side, "run-7", "open", "challenge", proof) {
			t.Errorf("the %s's own proof is refused", side)
		}
	}
}

func TestNoOtherProofIsTaken(t *testing.T) {
	token := []byte("the run's token")
	proof := wire.Proof(token, wire.SideAgent, "run-7", "open", "challenge")
	verify := func(token []byte, side wire.Side, run, open, challenge string) func(string) bool {
		return func(proof string) bool { return wire.Verify(token, side, run, open, challenge, proof) }
	}
	for _, c := range []struct {
		name   string
		verify func(string) bool
	}{
		{"the other side's", verify(token, wire.SideHub, "run-7", "open", "challenge")},
		{"replayed to another hub nonce", verify(token, wire.SideAgent, "run-7", "open", "challenge 2")},
		{"replayed to another agent nonce", verify(token, wire.SideAgent, "run-7", "open 2", "challenge")},
		{"of another run", verify(token, wire.SideAgent, "run-8", "open", "challenge")},
		{"of another token", verify([]byte("another token"), wire.SideAgent, "run-7", "open", "challenge")},
		{"with its nonces exchanged", verify(token, wire.SideAgent, "run-7", "challenge", "open")},
		{"with a border moved", verify(token, wire.SideAgent, "run-7o", "pen", "challenge")},
		{"with a border within a part", verify(token, wire.SideAgent, "run-7\x00open", "challenge", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.verify(proof) {
				t.Error("it was taken")
			}
		})
	}
	ours := verify(token, wire.SideAgent, "run-7", "open", "challenge")
	for name, forged := range map[string]string{
		"none":              "",
		"cut off":           proof[:63],
		"with a digit more": proof + "0",
		"in capitals":       strings.ToUpper(proof),
		"zeros":             strings.Repeat("0", 64),
	} {
		t.Run(name, func(t *testing.T) {
			if ours(forged) {
				t.Error("it was taken")
			}
		})
	}
}

func TestPartsDoNotRunTogether(t *testing.T) {
	token := []byte("the run's token")
	if wire.Proof(token, wire.SideHub, "a\x00b", "c", "d") == wire.Proof(token, wire.SideHub, "a", "b\x00c", "d") {
		t.Error("two lists of parts have one proof")
	}
}

func TestAnEmptyTokenProvesNothing(t *testing.T) {
	for _, token := range [][]byte{nil, {}} {
		proof := wire.Proof(token, wire.SideAgent, "run-7", "open", "challenge")
		if wire.Verify(token, wire.SideAgent, "run-7", "open", "challenge", proof) {
			t.Errorf("a proof without a token was taken (%#v)", token)
		}
	}
}

func TestNoncesAreFresh(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		nonce := wire.NewNonce()
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(nonce) {
			t.Fatalf("NewNonce() = %q, want 32 hex digits", nonce)
		}
		if seen[nonce] {
			t.Fatalf("%s came twice", nonce)
		}
		seen[nonce] = true
	}
}

func TestATokenFramePrintsNoToken(t *testing.T) {
	frame := &wire.Token{Value: secret, Error: &wire.Failure{Code: "1000900011", Message: "the push service is not available"}}
	fingerprint := push.NewToken(secret).Fingerprint()
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("received", "frame", frame)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("received", "frame", *frame)
	var asFrame wire.Frame = frame
	for how, text := range map[string]string{
		"%v":          fmt.Sprintf("%v", frame),
		"%+v":         fmt.Sprintf("%+v", *frame),
		"%#v":         fmt.Sprintf("%#v", frame),
		"%s":          fmt.Sprintf("%s", frame),
		"%q":          fmt.Sprintf("%q", *frame),
		"%x":          fmt.Sprintf("%x", *frame),
		"a frame":     fmt.Sprint(asFrame),
		"in a slice":  fmt.Sprint([]wire.Frame{asFrame}),
		"a log":       logged.String(),
		"expectation": format.Object(frame, 0),
	} {
		if strings.Contains(text, secret[:8]) || strings.Contains(text, fmt.Sprintf("%x", secret[:8])) {
			t.Errorf("%s prints %s", how, text)
		}
		if !strings.Contains(text, fingerprint) || !strings.Contains(text, "1000900011: the push service is not available") {
			t.Errorf("%s lacks fingerprint or failure: %s", how, text)
		}
	}
}
