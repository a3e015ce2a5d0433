// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

var (
	bodyLimit      = int(fixtures.LimitOf("body.max"))
	tokensMin      = int(fixtures.LimitOf("tokens.min"))
	tokensMax      = int(fixtures.LimitOf("tokens.max"))
	tokensFormMax  = int(fixtures.LimitOf("tokens.form.max"))
	tokensTestMax  = int(fixtures.LimitOf("tokens.test.max"))
	ttlDefault     = fixtures.LimitOf("ttl.default")
	ttlMin         = fixtures.LimitOf("ttl.min")
	ttlMax         = fixtures.LimitOf("ttl.max")
	biTagMax       = int(fixtures.LimitOf("biTag.max"))
	collapseKeyMin = fixtures.LimitOf("collapseKey.min")
	collapseKeyMax = fixtures.LimitOf("collapseKey.max")
)

// request is a body that passed every rule that needs no tokens' owners.
type request struct {
	kind    push.Kind
	payload json.RawMessage
	notice  notice
	options options
	tokens  []string
}

type options struct {
	test        bool
	ttl         time.Duration
	biTag       string
	collapseKey int
	receiptID   string
}

// parseRequest judges the raw JSON of a body.
func parseRequest(kind push.Kind, body []byte) (*request, *fault) {
	parameters := &reader{fail: func(format string, args ...any) *fault { return refuse(codeParameter, format, args...) }}
	var top object
	// Unmarshal takes null for a map.
	if err := json.Unmarshal(body, &top.fields); err != nil || top.fields == nil || !utf8.Valid(body) {
		return nil, refuse(codeParameter, "the body is no JSON object")
	}
	target, _ := parameters.object(top, "target")
	// A null among the tokens is one that is malformed.
	tokens, _ := read[[]string](parameters, target, "token", "an array of strings")
	if size := countedSize(body, target); size > bodyLimit {
		return nil, refuse(codeSize, "%d bytes without the tokens, %d are allowed", size, bodyLimit)
	}
	req := &request{kind: kind, payload: top.fields["payload"], tokens: tokens}
	payloads := &reader{fail: illegalPayload}
	payload := payloads.requiredObject(top, "payload")
	if payloads.fault == nil {
		req.notice = judgePayload(payloads, kind, payload)
	}
	if payloads.fault != nil {
		return nil, payloads.fault
	}
	if parameters.fault != nil {
		return nil, parameters.fault
	}
	var f *fault
	if req.options, f = parseOptions(parameters, kind, top); f != nil {
		return nil, f
	}
	return req, nil
}

// countedSize is the body's length as it was sent, white space and escapes as
// they are, with an empty array in place of the tokens (claim cloud.size).
func countedSize(body []byte, target object) int {
	size := len(body)
	raw := target.fields["token"]
	if len(raw) > 0 && raw[0] == '[' {
		size += len("[]") - len(raw)
	}
	return size
}

// parseOptions judges pushOptions, all of which are optional (claim
// cloud.background-mode).
func parseOptions(r *reader, kind push.Kind, top object) (options, *fault) {
	o, _ := r.object(top, "pushOptions")
	out := options{collapseKey: int(collapseKeyMin), ttl: time.Duration(ttlDefault) * time.Second}
	out.test, _ = r.truth(o, "testMessage")
	if ttl, ok := r.integer(o, "ttl"); ok {
		if ttl < ttlMin || ttl > ttlMax {
			return options{}, refuse(codeTTL, "pushOptions.ttl value ranges from %d to %d", ttlMin, ttlMax)
		}
		out.ttl = time.Duration(ttl) * time.Second
	}
	out.biTag, _ = r.text(o, "biTag")
	r.need(len(out.biTag) <= biTagMax, "pushOptions.biTag has %d bytes, %d are allowed", len(out.biTag), biTagMax)
	out.receiptID, _ = r.text(o, "receiptId")
	if key, ok := r.within(o, "collapseKey", collapseKeyMin, collapseKeyMax); ok {
		out.collapseKey = int(key)
	}
	if _, ok := r.within(o, "backgroundMode", 0, 1); ok {
		r.need(kind == push.KindBackground, "pushOptions.backgroundMode is for push-type 6 only")
	}
	return out, r.fault
}

// judgeCount judges the number of tokens, duplicates counted (claims
// cloud.test-count, cloud.duplicate-tokens).
func (q *request) judgeCount() *fault {
	most, mostTest := tokensMax, tokensTestMax
	if q.kind == push.KindForm {
		most, mostTest = tokensFormMax, tokensFormMax
	}
	n := len(q.tokens)
	switch {
	case n < tokensMin, n > most && !q.options.test:
		return wrongCount(n, tokensMin, most)
	case q.options.test && n > mostTest:
		return refuse(codeTestCount, "%d tokens, %d are allowed in a test message", n, mostTest)
	}
	return nil
}

// runes counts characters (claim cloud.characters).
func runes(s string) int64 { return int64(utf8.RuneCountInString(s)) }
