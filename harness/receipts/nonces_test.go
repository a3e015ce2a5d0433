// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/receipts"
)

func TestReplays(t *testing.T) {
	now := noon
	s := newStage(t, func(o *receipts.Options) {
		o.NonceLimit = 3
		o.Now = func() time.Time { return now }
	})
	header := s.signature()
	wantSuccess(t, s.post(header, bodyOf(status("b1", 0))))
	// Whoever repeats a post may repeat its signature with it.
	wantSuccess(t, s.post(header, bodyOf(status("b1", 0))))
	wantRefusal(t, s.post(header, bodyOf(status("b1", 6))), 403, "another body")
	now = noon.Add(receipts.DefaultWindow)
	wantRefusal(t, s.post(header, bodyOf(status("b1", 6))), 403, "another body")
	now = noon.Add(receipts.DefaultWindow + time.Second)
	wantRefusal(t, s.post(header, bodyOf(status("b1", 0))), 401, "away from")
	fresh := func() string { return sign(decoded(t), user, newNonce(), now, "; ") }
	// Three are remembered; none is forgotten for a fourth.
	for range 2 {
		wantSuccess(t, s.post(fresh(), bodyOf(status("b1", 0))))
	}
	wantRefusal(t, s.post(fresh(), bodyOf(status("b1", 0))), 503, "post again")
	// All are, once none of them could be used again.
	now = noon.Add(10 * receipts.DefaultWindow)
	wantSuccess(t, s.post(fresh(), bodyOf(status("b1", 0))))
}

// A nonce is remembered as long as its signature is fresh, however early the
// sender's clock was.
func TestANonceIsNotForgottenTooSoon(t *testing.T) {
	for step := time.Duration(0); step <= 2*receipts.DefaultWindow; step += receipts.DefaultWindow / 8 {
		now := noon
		s := newStage(t, func(o *receipts.Options) { o.Now = func() time.Time { return now } })
		wantSuccess(t, s.post(sign(decoded(t), user, newNonce(), now, "; "), bodyOf(status("first", 0))))
		now = noon.Add(step)
		header := sign(decoded(t), user, newNonce(), now.Add(receipts.DefaultWindow), "; ")
		wantSuccess(t, s.post(header, bodyOf(status("b1", 0))))
		for _, later := range []time.Duration{receipts.DefaultWindow / 2, receipts.DefaultWindow, 2 * receipts.DefaultWindow} {
			now = noon.Add(step + later)
			wantSuccess(t, s.post(sign(decoded(t), user, newNonce(), now, "; "), bodyOf(status("other", 0))))
			wantRefusal(t, s.post(header, bodyOf(status("b1", 6))), 403, "another body")
		}
	}
}

// A stranger's posts must not cost what Push Cloud's need.
func TestANonceIsRememberedOnlyWithASignature(t *testing.T) {
	s := newStage(t, func(o *receipts.Options) { o.NonceLimit = 1 })
	for range 3 {
		wantRefusal(t, s.post(sign([]byte("other"), user, newNonce(), noon, "; "), bodyOf(status("b1", 0))), 401, "signature")
	}
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b1", 0))))
}
