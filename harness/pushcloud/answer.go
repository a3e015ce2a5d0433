// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

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

// answer is the body of every answer. Its code is a string: a number in that
// place is no code.
type answer struct {
	code, msg, requestID string
	// downloadURL and expireTime come from images:verify alone.
	downloadURL, expireTime string
}

// readAnswer makes a Response of an HTTP answer, and an *Error unless every
// token was accepted. The body's code decides, whatever the status (claim
// pushcloud.status).
//
// Nothing in the answer is trusted: an endpoint may echo a secret anywhere.
func readAnswer(op Operation, status int, body []byte, secrets secrets) (*Response, answer, error) {
	r := &Response{HTTPStatus: status}
	var a answer
	if problem := a.parse(body); problem != "" {
		e := withoutCode(op, status, problem)
		if e.OutcomeUnknown {
			r.Unresolved = slices.Clone(secrets.tokens)
		}
		return r, a, e
	}
	r.Code, r.RequestID = secrets.redact(a.code, maxID), secrets.redact(a.requestID, maxID)
	if r.Code == op.success() {
		r.Msg, r.Accepted = secrets.redact(a.msg, maxMsg), slices.Clone(secrets.tokens)
		return r, a, nil
	}
	illegal, readable := parseIllegal(a.msg, secrets)
	r.Msg = illegal.text
	if !readable {
		r.Msg = secrets.redact(a.msg, maxMsg)
	}
	row, ok := fixtures.CodeFor(fixtures.API(op), r.Code)
	if !ok || row.Class == fixtures.ClassOK {
		// The success of another operation says nothing about this one.
		row = fixtures.Code{
			Class:   fixtures.ClassUnknown,
			Meaning: "a code that this version does not know here",
			Do:      "look it up in Push Kit's documentation",
		}
	}
	row = fit(row, op)
	r.sort(illegal, readable, row.Class, secrets.tokens)
	return r, a, &Error{
		Op: op, Code: r.Code, Msg: r.Msg, HTTPStatus: status, RequestID: r.RequestID,
		Class: row.Class, Retryable: row.Retryable, Meaning: row.Meaning, Advice: row.Do,
		OutcomeUnknown: leavesOpen(op, row.Class),
		Rejected:       r.Rejected,
	}
}

// revokeFailed is the code by which a revocation failed inside.
const revokeFailed = "80000001"

// fit makes a row that was written for messages fit the operation: a failure
// inside leaves nothing open about an image, which may be checked again, and of
// a revocation it is the notification that one has to look for.
func fit(row fixtures.Code, op Operation) fixtures.Code {
	if row.Class != fixtures.ClassService {
		return row
	}
	switch op {
	case OpVerifyImage:
		row.Retryable, row.Do = true, "have the image checked again later"
	case OpRevoke:
		if own, ok := fixtures.CodeFor(fixtures.APIRevoke, revokeFailed); ok {
			row.Do = own.Do
		}
	}
	return row
}

// leavesOpen reports whether after a failure of that class the message may have
// been taken. Images are only looked at.
func leavesOpen(op Operation, class fixtures.Class) bool {
	return op != OpVerifyImage && (class == fixtures.ClassService || class == fixtures.ClassUnknown)
}

// parse reads the body and returns what is wrong with it, "" if nothing is. Of
// members that have the same name the last counts, as it does for
// encoding/json.
func (a *answer) parse(body []byte) string {
	if len(body) == 0 {
		return "the answer is empty"
	}
	text := string(body)
	if !gjson.Valid(text) || !gjson.Parse(text).IsObject() {
		return "the answer is not what Push Cloud answers (no JSON object with code, msg and requestId)"
	}
	var code, msg, id, link, expires gjson.Result
	gjson.Parse(text).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "code":
			code = value
		case "msg":
			msg = value
		case "requestId":
			id = value
		case "downloadUrl":
			link = value
		case "expireTime":
			expires = value
		}
		return true
	})
	switch {
	case !code.Exists():
		return "the answer has no code"
	case code.Type != gjson.String || code.Str == "":
		return "the answer's code is not a string"
	}
	*a = answer{code.Str, msg.String(), id.String(), link.String(), expires.String()}
	return ""
}

// withoutCode makes an error of what is left: the HTTP status. 503 means that
// the message was not taken (claim pushcloud.flow), other failures of the
// service leave that open (claim pushcloud.inner).
func withoutCode(op Operation, status int, problem string) *Error {
	row, ok := fixtures.StatusOf(status)
	switch {
	case ok:
	case status >= 300 && status < 500:
		row = fixtures.Code{Class: fixtures.ClassMessage, Meaning: strings.ToLower(http.StatusText(status)),
			Do: "check the push endpoint: this is no answer of Push Kit"}
	default:
		row = fixtures.Code{Class: fixtures.ClassService, Meaning: "no answer of Push Kit",
			Do: "check that the push endpoint is Push Kit's and that no proxy answers in its place"}
	}
	if ok {
		row = fit(row, op)
	}
	return &Error{
		Op: op, HTTPStatus: status, Malformed: problem,
		Class: row.Class, Retryable: row.Retryable, Meaning: row.Meaning, Advice: row.Do,
		OutcomeUnknown: leavesOpen(op, row.Class),
	}
}
