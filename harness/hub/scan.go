// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/pushproof/pushproof/agent/wire"
)

// scan decodes an arrival that is written as the agent's own encoder writes it:
// the same keys in the same order, plain strings, no spaces. It keeps b, which
// the payload is part of, and takes the origin's strings from like where they
// are the same. It gives up (nil) on anything else, and wire.Decode then
// decides.
//
// Arrivals are all but all of what a hub gets, and the general decoder goes
// over each three times: with it the benchmark reaches 0.6 of a bare echo.
// FuzzIntake holds this one to the same results.
func scan(b []byte, like wire.Origin) *wire.Arrival {
	s := scanner{b: b}
	s.literal(`{"type":"arrival","origin":{"install":"`)
	install := s.text()
	s.literal(`,"role":"`)
	role := s.text()
	s.literal(`,"epoch":"`)
	epoch := s.text()
	s.literal(`,"seq":`)
	seq := s.number()
	s.literal(`},"via":"`)
	via := s.text()
	s.literal(`,"kind":"`)
	kind := s.text()
	s.literal(`,"stage":"`)
	stage := s.text()
	s.literal(`,"receivedAt":`)
	at := s.quoted()
	s.literal(`,"payload":`)
	payload := s.rest()
	if s.failed || seq == 0 || len(install) == 0 || len(role) == 0 || len(epoch) == 0 {
		return nil
	}
	a := &wire.Arrival{
		Origin: wire.Origin{
			Install: same(install, like.Install), Role: wire.Role(same(role, string(like.Role))),
			Epoch: same(epoch, like.Epoch), Seq: seq,
		},
		Stage: string(stage), Payload: payload,
	}
	if a.Via.UnmarshalText(via) != nil || a.Kind.UnmarshalText(kind) != nil || a.ReceivedAt.UnmarshalJSON(at) != nil {
		return nil
	}
	return a
}

// same returns b as a string, and like itself if it is that.
func same(b []byte, like string) string {
	if string(b) == like {
		return like
	}
	return string(b)
}

// scanner takes a text apart from the front until something is not as expected.
type scanner struct {
	b      []byte
	failed bool
}

func (s *scanner) fail() []byte {
	s.failed, s.b = true, nil
	return nil
}

func (s *scanner) literal(text string) {
	if len(s.b) < len(text) || string(s.b[:len(text)]) != text {
		s.fail()
		return
	}
	s.b = s.b[len(text):]
}

// text takes a string's inside up to its closing quote. Anything that JSON
// escapes, and anything beyond ASCII, is not for this scanner.
func (s *scanner) text() []byte {
	for i, c := range s.b {
		switch {
		case c == '"':
			t := s.b[:i]
			s.b = s.b[i+1:]
			return t
		case c < ' ' || c > '~' || c == '\\':
			return s.fail()
		}
	}
	return s.fail()
}

// quoted takes a string with its quotes.
func (s *scanner) quoted() []byte {
	all := s.b
	s.literal(`"`)
	t := s.text()
	if s.failed {
		return nil
	}
	return all[:len(t)+2]
}

// number takes a natural number without leading zeros.
func (s *scanner) number() uint64 {
	n := 0
	for n < len(s.b) && s.b[n] >= '0' && s.b[n] <= '9' {
		n++
	}
	v, err := strconv.ParseUint(string(s.b[:n]), 10, 64)
	if err != nil || s.b[0] == '0' {
		s.fail()
		return 0
	}
	s.b = s.b[n:]
	return v
}

// rest takes one JSON value up to the brace that ends the frame.
func (s *scanner) rest() []byte {
	value, ok := bytes.CutSuffix(s.b, []byte("}"))
	if !ok || len(bytes.TrimSpace(value)) != len(value) || !json.Valid(value) {
		return s.fail()
	}
	return value
}
