// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
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
// other's. Each part goes in behind its length, so that no two lists of parts
// are the same bytes.
//
// It says nothing of what follows: whoever can pass frames on between the two
// sees and alters them, unless the link is wss.
func Proof(token []byte, side Side, run, openNonce, challengeNonce string) string {
	mac := hmac.New(sha256.New, token)
	for _, part := range []string{"pushproof/1", string(side), run, openNonce, challengeNonce} {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// Verify compares a proof in constant time. An empty token, which everybody
// knows, proves nothing.
func Verify(token []byte, side Side, run, openNonce, challengeNonce, proof string) bool {
	return len(token) > 0 && hmac.Equal([]byte(Proof(token, side, run, openNonce, challengeNonce)), []byte(proof))
}
