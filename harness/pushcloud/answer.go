// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Response is what Push Cloud said.
type Response struct {
	// RequestID identifies the request; receipts carry it too.
	RequestID string
	// Code is the business code, 80000000 for success.
	Code string
	// Msg is the answer's text, tokens in it replaced by fingerprints.
	Msg string
	// HTTPStatus is the answer's status, which need not fit the code.
	HTTPStatus int
	// Accepted are the tokens for which the message was taken; that says
	// nothing about its arrival. All three lists are empty if the message was
	// refused as a whole.
	Accepted []push.Token
	// Rejected are the tokens that were refused.
	Rejected []Rejection
	// Unresolved are the tokens of which the answer does not say what became.
	Unresolved []push.Token
	// Attempts counts the times that the request was sent.
	Attempts int
	// Issuer is the common name of who issued the endpoint's certificate, ""
	// without TLS.
	Issuer string
}

// Rejection is a token that Push Cloud refused.
type Rejection struct {
	// Token is the refused one.
	Token push.Token
	// Reason is the key under illegalTokens, e.g. "noRight"; "" if the answer
	// gives none.
	Reason string
}

// Dead reports whether the token can never be used again. Do not delete tokens
// by it unless others of the same call were accepted: a wrong project makes
// all of them look wrong.
func (r Rejection) Dead() bool {
	row, ok := fixtures.ReasonOf(r.Reason)
	return ok && row.Dead
}

// answer is the body of every answer. Code stays raw: it is a string, and a
// number in its place is no code.
type answer struct {
	Code      json.RawMessage `json:"code"`
	Msg       string          `json:"msg"`
	RequestID string          `json:"requestId"`
}

// readAnswer makes a Response of an HTTP answer, and an *Error unless every
// token was accepted. The body's code decides, whatever the status.
func readAnswer(status int, body []byte, tokens []push.Token) (*Response, error) {
	r := &Response{HTTPStatus: status}
	var a answer
	if problem := a.parse(body, &r.Code); problem != "" {
		r.Unresolved = slices.Clone(tokens)
		return r, withoutCode(r, problem)
	}
	r.RequestID = a.RequestID
	if r.Code == fixtures.Success {
		r.Msg, r.Accepted = redact(a.Msg, tokens), slices.Clone(tokens)
		return r, nil
	}
	illegal, readable := parseIllegal(a.Msg)
	r.Msg = illegal.text
	if !readable {
		r.Msg = redact(a.Msg, tokens)
	}
	r.sort(illegal, readable, tokens)
	row, ok := fixtures.CodeOf(r.Code)
	if !ok {
		row = fixtures.Code{
			Class:   fixtures.ClassUnknown,
			Meaning: "a code that this version does not know",
			Do:      "look it up in Push Kit's documentation",
		}
	}
	return r, &Error{
		Code: r.Code, Msg: r.Msg, HTTPStatus: status, RequestID: r.RequestID,
		Class: row.Class, Retryable: row.Retryable, Meaning: row.Meaning, Advice: row.Do,
		OutcomeUnknown: row.Class == fixtures.ClassService || row.Class == fixtures.ClassUnknown,
		Rejected:       r.Rejected,
	}
}

// parse reads the body and returns what is wrong with it, "" if nothing is.
func (a *answer) parse(body []byte, code *string) string {
	switch err := json.Unmarshal(body, a); {
	case len(body) == 0:
		return "the answer is empty"
	case err != nil:
		return "the answer is not what Push Cloud answers (no JSON object with code, msg and requestId)"
	case len(a.Code) == 0:
		return "the answer has no code"
	case json.Unmarshal(a.Code, code) != nil || *code == "":
		return "the answer's code is not a string"
	}
	return ""
}

// withoutCode makes an error of what is left: the HTTP status.
func withoutCode(r *Response, problem string) *Error {
	e := &Error{HTTPStatus: r.HTTPStatus, Malformed: problem}
	row, ok := fixtures.StatusOf(r.HTTPStatus)
	switch {
	case ok:
		e.Class, e.Retryable, e.Meaning, e.Advice = row.Class, row.Retryable, row.Meaning, row.Do
	case r.HTTPStatus >= 300 && r.HTTPStatus < 500:
		e.Class = fixtures.ClassMessage
		e.Meaning, e.Advice = strings.ToLower(http.StatusText(r.HTTPStatus)), "check the push endpoint: this is no answer of Push Kit"
	default:
		e.Class = fixtures.ClassService
		e.Meaning, e.Advice = "no answer of Push Kit", "check that the push endpoint is Push Kit's and that no proxy answers in its place"
	}
	e.OutcomeUnknown = e.Class == fixtures.ClassService
	return e
}

// illegal is the JSON text in msg that names refused tokens.
type illegal struct {
	tokens  map[string][]string
	failure int
	counted bool
	text    string
}

func parseIllegal(msg string) (illegal, bool) {
	var doc struct {
		Tokens  map[string][]string `json:"illegalTokens"`
		Failure *int                `json:"failure"`
		Success *int                `json:"success"`
	}
	if json.Unmarshal([]byte(msg), &doc) != nil || doc.Tokens == nil {
		return illegal{}, false
	}
	found := illegal{tokens: map[string][]string{}}
	shown := map[string][]string{}
	for key, tokens := range doc.Tokens {
		// The documentation writes a key with spaces around it.
		reason := strings.TrimSpace(key)
		found.tokens[reason] = append(found.tokens[reason], tokens...)
		for _, t := range tokens {
			shown[reason] = append(shown[reason], push.NewToken(t).Fingerprint())
		}
	}
	if doc.Failure != nil {
		found.failure, found.counted = *doc.Failure, true
	}
	text, err := json.Marshal(struct {
		Tokens  map[string][]string `json:"illegalTokens"`
		Success *int                `json:"success,omitempty"`
		Failure *int                `json:"failure,omitempty"`
	}{shown, doc.Success, doc.Failure})
	if err != nil {
		return illegal{}, false
	}
	found.text = string(text)
	return found, true
}

// sort puts each token where the answer says that it belongs. A partial answer
// that does not list as many refused tokens as it counts leaves the others
// unresolved. A message refused as a whole says nothing of its tokens.
func (r *Response) sort(i illegal, readable bool, tokens []push.Token) {
	refused := map[push.Token]bool{}
	for _, reason := range slices.Sorted(maps.Keys(i.tokens)) {
		for _, text := range i.tokens[reason] {
			t := push.NewToken(text)
			refused[t] = true
			r.Rejected = append(r.Rejected, Rejection{Token: t, Reason: reason})
		}
	}
	row, _ := fixtures.CodeOf(r.Code)
	complete := readable && (!i.counted || i.failure == len(r.Rejected))
	for _, t := range tokens {
		switch {
		case refused[t]:
		case row.Class == fixtures.ClassPartial && complete:
			r.Accepted = append(r.Accepted, t)
		case row.Class == fixtures.ClassPartial, row.Class == fixtures.ClassService, row.Class == "":
			r.Unresolved = append(r.Unresolved, t)
		case row.Class == fixtures.ClassTokens:
			r.Rejected = append(r.Rejected, Rejection{Token: t})
		}
	}
}

// redact replaces every token of the request by its fingerprint.
func redact(text string, tokens []push.Token) string {
	if len(text) < minTokenBytes {
		return text
	}
	for _, t := range tokens {
		if !t.IsZero() {
			text = strings.ReplaceAll(text, t.Reveal(), t.Fingerprint())
		}
	}
	return fmt.Sprintf("%.*s", maxMsg, text)
}

// minTokenBytes is shorter than any token: a text below it holds none.
const minTokenBytes = 8

// maxMsg bounds the answer's text in an error, in characters.
const maxMsg = 500
