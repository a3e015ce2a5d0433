// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// revocation is a request to take messages back.
type revocation struct {
	kind     push.Kind
	notifyID int64
	tokens   []string
}

// revoke answers POST /v1/{clientId}/messages:revoke. Source: Push Kit REST
// API, message revoke.
func (c *Cloud) revoke(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	rec := c.newRecord(now, "")
	rec.API = fixtures.APIRevoke
	if c.intercepted(w, r, rec) {
		return
	}
	bundle, q, f := c.examineRevocation(w, r, rec, now)
	if f == nil {
		var a Answer
		if a, f = c.takeBack(bundle, q, rec); f == nil {
			c.write(w, rec.RequestID, a)
			return
		}
	}
	rec.Detail = f.detail
	c.answer(w, rec, f.answer())
}

// examineRevocation judges what a request says by itself, and whose app its
// client id names.
func (c *Cloud) examineRevocation(w http.ResponseWriter, r *http.Request, rec *record, now time.Time) (string, *revocation, *fault) {
	project, bundle, f := c.authoriseClient(r.Header.Get("Authorization"), r.PathValue("client"), now)
	if project != nil {
		rec.Project = project.ID
	}
	if f != nil {
		return "", nil, f
	}
	kind, number := kindOf(r)
	if kind != push.KindAlert && kind != push.KindExtension {
		return "", nil, illegalPayload("The header does not contain valid push-type")
	}
	rec.PushType = number
	body, f := readBody(w, r)
	if f != nil {
		return "", nil, f
	}
	q, f := parseRevocation(kind, body)
	return bundle, q, f
}

// kindOf reads the push-type header; its kind is zero if there is no valid one.
func kindOf(r *http.Request) (push.Kind, int) {
	number, err := strconv.Atoi(r.Header.Get("push-type"))
	kind, unknown := push.KindOfPushType(number)
	if err != nil || unknown != nil {
		return 0, -1
	}
	return kind, number
}

// parseRevocation judges the raw JSON of a body (claim cloud.revoke-fields).
func parseRevocation(kind push.Kind, body []byte) (*revocation, *fault) {
	var top object
	if err := json.Unmarshal(body, &top.fields); err != nil || top.fields == nil {
		return nil, refuse(codeParameter, "the body is no JSON object")
	}
	if size := countedSize(body, top); size > bodyLimit {
		return nil, refuse(codeSize, "%d bytes without the tokens, %d are allowed", size, bodyLimit)
	}
	if top.has("notifyId") != top.has("token") {
		return nil, refuse(codeRevokeRight, "a message is revoked by notifyId and token together")
	}
	r := &reader{fail: func(format string, args ...any) *fault { return refuse(codeParameter, format, args...) }}
	q := &revocation{kind: kind}
	q.tokens, _ = r.texts(top, "token")
	var given bool
	q.notifyID, given = r.within(top, "notifyId", 0, notifyIDMax)
	r.need(given, "notifyId and token are required")
	if r.fault != nil {
		return nil, r.fault
	}
	if n := len(q.tokens); n < tokensMin || n > tokensMax {
		return nil, wrongCount(n, tokensMin, tokensMax)
	}
	return q, nil
}
