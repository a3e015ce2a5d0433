// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// stored is a session as parameter and file hold it: the one form that has the
// token in it.
type stored struct {
	Hub       string    `json:"hub"`
	Run       string    `json:"run"`
	Label     string    `json:"label"`
	Token     string    `json:"token"`
	Expires   time.Time `json:"expires"`
	Extension *Answer   `json:"extension,omitempty"`
}

// Param returns the session as a parameter's value: base64url without padding,
// which needs no quoting in a shell. It holds the token: never log it.
func (s *Session) Param() (string, error) {
	b, err := s.encode()
	if err != nil {
		return "", err
	}
	p := base64.RawURLEncoding.EncodeToString(b)
	if len(p) > maxParam {
		return "", fmt.Errorf("encode a session: it has %d characters, at most %d fit on a command line", len(p), maxParam)
	}
	return p, nil
}

// Parse reads a parameter's value. It returns ErrEnd for ParamEnd, a *HubError
// for a hub that may not be dialled, and never repeats the value in an error.
// It does not look at the clock; see Expired.
func Parse(param string) (*Session, error) {
	if param == ParamEnd {
		return nil, ErrEnd
	}
	if len(param) > maxParam {
		return nil, fmt.Errorf("parse a session: it has %d characters, the limit is %d", len(param), maxParam)
	}
	b, err := base64.RawURLEncoding.DecodeString(param)
	if err != nil {
		return nil, errors.New("parse a session: not base64url without padding; take the value that hdc-runner prints, whole")
	}
	return decode(b)
}

func (s *Session) encode() ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(stored{
		Hub: s.Hub, Run: s.Run, Label: s.Label, Token: hex.EncodeToString(s.Token),
		Expires: s.Expires.UTC().Truncate(time.Millisecond), Extension: s.Extension,
	})
	if err != nil {
		return nil, fmt.Errorf("encode a session: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// decode reads what encode wrote. Its errors name fields and places only,
// since a JSON error can quote the token.
func decode(b []byte) (*Session, error) {
	var f stored
	if err := json.Unmarshal(b, &f); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("parse a session: the field %q has the wrong type", wrong.Field)
		}
		return nil, errors.New("parse a session: not a JSON object of a session's fields")
	}
	token, err := hex.DecodeString(f.Token)
	if err != nil {
		return nil, errors.New("parse a session: the token is not hex")
	}
	s := &Session{Hub: f.Hub, Run: f.Run, Label: f.Label, Token: token, Expires: f.Expires, Extension: f.Extension}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s, nil
}
