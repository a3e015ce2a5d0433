// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// Side names who proves.
type Side string

// The sides.
const (
	SideHub   Side = "hub"
	SideAgent Side = "agent"
)

// NewNonce returns 32 random hex digits.
func NewNonce() string {
	var b [16]byte
	// crypto/rand.Read does not fail: it ends the program if the system has no
	// randomness.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Proof returns the HMAC-SHA256, in hex, by which a side shows that it knows
// the run's token without sending it. Both nonces are in it, so that a proof
// cannot be replayed, and the side, so that one side's proof is not the
// other's.
func Proof(token []byte, side Side, run, openNonce, challengeNonce string) string {
	mac := hmac.New(sha256.New, token)
	for _, part := range []string{"pushproof/1", string(side), run, openNonce, challengeNonce} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// Verify compares a proof in constant time.
func Verify(token []byte, side Side, run, openNonce, challengeNonce, proof string) bool {
	return hmac.Equal([]byte(Proof(token, side, run, openNonce, challengeNonce)), []byte(proof))
}
