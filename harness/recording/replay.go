// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"fmt"
	"regexp"

	"github.com/pushproof/pushproof/fixtures"
)

var fingerprint = regexp.MustCompile(`token:[0-9a-f]{8}`)

// Replayable returns "" if another cloud can be asked the same and should
// answer the same, else why not.
func (r *Recording) Replayable() string {
	switch {
	case r.API() != fixtures.APISend:
		return "it is a call that leans on what was sent before"
	case r.Response == nil || r.Error != "":
		return "it has no whole answer"
	case r.Request.Withheld != "" || r.Response.Withheld != "":
		return "a body was withheld"
	}
	switch class := r.classOf(); class {
	case fixtures.ClassOK, fixtures.ClassPartial, fixtures.ClassMessage, fixtures.ClassTokens:
		return ""
	case "":
		return "its answer has no code that is known"
	default:
		return fmt.Sprintf("its code is of class %s: it tells of account, project or load, not of the message", class)
	}
}

// Fill returns the request's body with tokens in place of fingerprints. token is
// asked for one each time; reason is why the recorded answer refused it, "" if
// it did not.
func (r *Recording) Fill(token func(fingerprint, reason string) (string, error)) ([]byte, error) {
	reasons := map[string]string{}
	if r.Response != nil {
		reasons = reasonsOf(r.Response)
	}
	var failed error
	filled := fingerprint.ReplaceAllStringFunc(r.Request.Text, func(name string) string {
		t, err := token(name, reasons[name])
		if err != nil && failed == nil {
			failed = fmt.Errorf("fill a recorded body: %w", err)
		}
		return t
	})
	return []byte(filled), failed
}
