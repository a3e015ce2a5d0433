// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// ReadAnswer lets the fuzz test read an answer without a server.
func ReadAnswer(status int, body []byte, tokens []push.Token, jwt string) (*Response, error) {
	return readAnswer(status, body, secrets{tokens: tokens, revealed: reveal(tokens), authorization: "Bearer " + jwt})
}

// Signer lets the benchmark ask for a JWT, from the cache or always a new one.
func Signer(account *ServiceAccount, cached bool) func() error {
	s := &signer{account: account, now: time.Now}
	return func() error {
		authorization, err := s.authorization()
		if !cached {
			s.discard(authorization)
		}
		return err
	}
}
