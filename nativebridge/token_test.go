// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// The agent keeps a Push Token, and the error of getToken, for longer than the
// call that brought it, whose texts are JavaScript's. The token is copied twice,
// since push.Token seals it; the error's text is not.
func TestTokenOutlivesItsCall(t *testing.T) {
	for _, length := range []int{1000, 4000, 20_000} {
		text := strings.Repeat("token", length/5)
		after := func(t *testing.T, what string, is func(hub.Agent) bool) hub.Agent {
			h := openHub(t)
			s := node(t, []string{"FILES=" + t.TempDir(), "WANT=" + want(t, h, label)}, "token.mjs", what, strconv.Itoa(length))
			s.hear("connected")
			a, err := h.WaitAgent(timeout(t), label, wire.RoleMain, is)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		t.Run(fmt.Sprintf("token of %d", length), func(t *testing.T) {
			a := after(t, "token", func(a hub.Agent) bool { return !a.Token.IsZero() })
			if want := push.NewToken(text).Fingerprint(); a.Token.Fingerprint() != want {
				t.Errorf("the hub got the token %s, want %s", a.Token.Fingerprint(), want)
			}
		})
		t.Run(fmt.Sprintf("error of %d", length), func(t *testing.T) {
			a := after(t, "error", func(a hub.Agent) bool { return a.TokenError != nil })
			if a.TokenError.Message != text {
				t.Errorf("the hub got the error %.40q of %d bytes", a.TokenError.Message, len(a.TokenError.Message))
			}
		})
	}
}
