// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// ReadAnswer lets the fuzz test read an answer without a server.
func ReadAnswer(status int, body []byte, tokens []push.Token, jwt string) (*Response, error) {
	return ReadAnswerTo(OpSend, status, body, tokens, jwt)
}

// ReadAnswerTo is ReadAnswer for any operation.
func ReadAnswerTo(op Operation, status int, body []byte, tokens []push.Token, jwt string) (*Response, error) {
	r, _, err := readAnswer(op, status, body, secrets{tokens: tokens, revealed: reveal(tokens), authorization: "Bearer " + jwt})
	return r, err
}

// Signer lets the benchmark ask for a JWT, from the cache or always a new one.
func Signer(account *ServiceAccount, cached bool) func() error {
	return func() error {
		authorization, err := account.authorization(time.Now)
		if !cached {
			account.discard(authorization)
		}
		return err
	}
}
