// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"errors"
	"fmt"

	"github.com/pushproof/pushproof/agent/push"
)

// Request is one call of messages:send.
type Request struct {
	// Message is what is sent.
	Message Message
	// Tokens are the addressees: 1 to 1000, to 10 for a test message.
	Tokens []push.Token
	// Options says how; the zero value is a test message.
	Options PushOptions
	// Unchecked sends the request though Validate finds faults in it.
	Unchecked bool
	// Verbatim keeps Carry from filling or altering fields.
	Verbatim bool
}

// encoded is a request's body in parts: the tokens come between them.
type encoded struct {
	pushType         int
	payload, options []byte
}

// What stands around the parts of a body.
const (
	bodyHead   = `{"payload":`
	bodyTokens = `,"target":{"token":[`
	bodyTail   = `]},"pushOptions":`
	bodyEnd    = `}`
)

func (r Request) encode() (encoded, error) {
	if r.Message == nil {
		return encoded{}, errors.New("the request has no message")
	}
	payload, err := r.Message.Payload()
	if err != nil {
		return encoded{}, fmt.Errorf("encode the %v message: %w", r.Message.Kind(), err)
	}
	options, err := r.Options.encode()
	if err != nil {
		return encoded{}, err
	}
	return encoded{pushType: r.Message.PushType(), payload: payload, options: options}, nil
}

// size is the body's length without its tokens: with an empty array of them.
// Push Kit does not say how it counts (claim pushcloud.size).
func (e encoded) size() int {
	return len(bodyHead) + len(e.payload) + len(bodyTokens) + len(bodyTail) + len(e.options) + len(bodyEnd)
}

// body is the whole body, with revealed tokens.
func (e encoded) body(tokens []string) []byte {
	n := e.size()
	for _, t := range tokens {
		n += len(t) + 3
	}
	body := append(make([]byte, 0, n), bodyHead...)
	body = append(body, e.payload...)
	body = append(body, bodyTokens...)
	for i, t := range tokens {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendQuoted(body, t)
	}
	body = append(body, bodyTail...)
	body = append(body, e.options...)
	return append(body, bodyEnd...)
}

func reveal(tokens []push.Token) []string {
	revealed := make([]string, len(tokens))
	for i, t := range tokens {
		revealed[i] = t.Reveal()
	}
	return revealed
}

// appendQuoted appends text as a JSON string; the characters of a usual token
// need no escape.
func appendQuoted(to []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := marshal(text)
			if err != nil {
				panic(fmt.Sprintf("marshal a string: %v", err))
			}
			return append(to, quoted...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}
