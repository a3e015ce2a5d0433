// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/session"
)

func TestFromWant(t *testing.T) {
	s := &session.Session{
		Hub: "ws://127.0.0.1:8000/agent", Run: "r", Label: "l",
		Token: []byte("0123456789abcdef"), Expires: time.Now().Add(time.Hour),
	}
	param, err := s.Param()
	if err != nil {
		t.Fatal(err)
	}
	with := func(value string) string { return `{"` + session.ParamKey + `":"` + value + `","order":7}` }
	for _, tc := range []struct {
		name, params string
		session      bool
		rest         string
		err          error
		says         string
	}{
		{name: "nothing"},
		{name: "an empty object", params: `{}`},
		{name: "a click", params: `{"order":7}`, rest: `{"order":7}`},
		{name: "a session", params: `{"` + session.ParamKey + `":"` + param + `"}`, session: true},
		{name: "a session and a click", params: with(param), session: true, rest: `{"order":7}`},
		{name: "the end", params: with(session.ParamEnd), rest: `{"order":7}`, err: session.ErrEnd},
		{name: "an empty session", params: with(""), rest: `{"order":7}`},
		{name: "a session that is a number", params: `{"` + session.ParamKey + `":1,"order":7}`, rest: `{"order":7}`, says: "no text"},
		{name: "a session that is none", params: with("x"), rest: `{"order":7}`, says: "parse a session"},
		{name: "an array", params: `[1]`, err: session.ErrWant},
		{name: "no JSON", params: `{"` + session.ParamKey + `":"` + param, err: session.ErrWant},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, rest, err := session.FromWant(json.RawMessage(tc.params))
			switch {
			case tc.err != nil && !errors.Is(err, tc.err), tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)),
				tc.err == nil && tc.says == "" && err != nil:
				t.Errorf("error %v", err)
			}
			if err != nil && strings.Contains(err.Error(), param) {
				t.Error("the error repeats the parameter")
			}
			if (got != nil) != tc.session || string(rest) != tc.rest {
				t.Errorf("session %v, rest %s; want %v, %s", got, rest, tc.session, tc.rest)
			}
		})
	}
}
