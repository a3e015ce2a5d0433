// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// The agent keeps a Push Token for longer than the call that brought it, whose
// texts are JavaScript's.
func TestTokenOutlivesItsCall(t *testing.T) {
	for _, length := range []int{1000, 4000, 20_000} {
		t.Run(strconv.Itoa(length), func(t *testing.T) {
			h := openHub(t)
			s := node(t, []string{"FILES=" + t.TempDir(), "WANT=" + want(t, h, label)}, "token.mjs", strconv.Itoa(length))
			s.hear("connected")
			a, err := h.WaitAgent(timeout(t), label, wire.RoleMain, func(a hub.Agent) bool { return a.Token != push.Token{} })
			if err != nil {
				t.Fatal(err)
			}
			if want := push.NewToken(strings.Repeat("token", length/5)).Fingerprint(); a.Token.Fingerprint() != want {
				t.Errorf("the hub got the token %s, want %s", a.Token.Fingerprint(), want)
			}
		})
	}
}
