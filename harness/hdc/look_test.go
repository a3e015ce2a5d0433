// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import "context"

// Look is a Watch that looks when it is told to.
type Look struct{ w watch }

// NewLook returns one that has not looked yet.
func NewLook(c *Client) *Look { return &Look{watch{client: c}} }

// Look looks once and returns how many events there were.
func (l *Look) Look(ctx context.Context) int { return len(l.w.look(ctx)) }

// Close ends it.
func (l *Look) Close() { l.w.close() }

// AnswerGreeting reads a server's greeting and returns the client's answer.
func AnswerGreeting(payload []byte, key string) ([]byte, error) {
	g, err := parseGreeting(payload)
	if err != nil {
		return nil, err
	}
	return g.answer(key), nil
}
