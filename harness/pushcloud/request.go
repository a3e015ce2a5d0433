// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"
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

// encoded is a request's body in parts: head and tail surround the tokens.
type encoded struct {
	pushType   int
	payload    json.RawMessage
	options    []byte
	head, tail []byte
}

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
	e := encoded{pushType: r.Message.PushType(), payload: payload, options: options}
	e.head = make([]byte, 0, len(payload)+64)
	e.head = append(e.head, `{"payload":`...)
	e.head = append(e.head, payload...)
	e.head = append(e.head, `,"target":{"token":[`...)
	e.tail = make([]byte, 0, len(options)+32)
	e.tail = append(e.tail, `]},"pushOptions":`...)
	e.tail = append(append(e.tail, options...), '}')
	return e, nil
}

// size is the body's length without its tokens: with an empty array of them.
// Push Kit does not say how it counts (claim pushcloud.size).
func (e encoded) size() int { return len(e.head) + len(e.tail) }

// body is the whole body, with revealed tokens.
func (e encoded) body(tokens []string) []byte {
	n := e.size()
	for _, t := range tokens {
		n += len(t) + 3
	}
	body := append(make([]byte, 0, n), e.head...)
	for i, t := range tokens {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendQuoted(body, t)
	}
	return append(body, e.tail...)
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
