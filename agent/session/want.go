// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrWant is returned by FromWant for what is no want's parameters.
var ErrWant = errors.New("the want's parameters are no JSON object")

// FromWant takes the session out of a want's parameters, a JSON object: its
// token must not be stored with a click. The session is nil if there is none,
// rest is nil if nothing else is there. The error is ErrEnd for the value that
// ends a session, ErrWant for parameters that are no object, or Parse's; rest
// is right with all but ErrWant.
func FromWant(params json.RawMessage) (s *Session, rest json.RawMessage, err error) {
	if len(params) == 0 {
		return nil, nil, nil
	}
	values := map[string]json.RawMessage{}
	if json.Unmarshal(params, &values) != nil {
		// The error could quote the token.
		return nil, nil, ErrWant
	}
	param, there := values[ParamKey]
	delete(values, ParamKey)
	if len(values) > 0 {
		if rest, err = json.Marshal(values); err != nil {
			return nil, nil, fmt.Errorf("write the want's parameters: %w", err)
		}
	}
	var text string
	switch {
	case !there:
		return nil, rest, nil
	case json.Unmarshal(param, &text) != nil:
		return nil, rest, errors.New("parse a session: it is no text")
	case text == "":
		return nil, rest, nil
	}
	s, err = Parse(text)
	return s, rest, err
}
