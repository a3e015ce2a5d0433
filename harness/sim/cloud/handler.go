// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// bodyMax is what is read of a request at all: 1000 tokens of any plausible
// length and a body of the documented size.
const bodyMax = 1 << 20

// Answer is what a request gets.
type Answer struct {
	// HTTPStatus is the status; 0 means what the mode gives for Code.
	HTTPStatus int
	Code, Msg  string
	// Raw, when not nil, is the whole body instead of code, msg and requestId:
	// a gateway's page, or nothing at all.
	Raw []byte

	// downloadURL and expireTime are of a verified image.
	downloadURL, expireTime string
	// recorded takes the place of Msg in the record when Msg holds tokens.
	recorded string
}

// send answers POST /v3/{projectId}/messages:send.
func (c *Cloud) send(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	rec := c.newRecord(now, r.PathValue("project"))
	if c.intercepted(w, r, rec) {
		return
	}
	project, req, f := c.examine(w, r, rec, now)
	if f == nil {
		var a Answer
		if a, f = c.accept(project, req, rec); f == nil {
			c.write(w, rec.RequestID, a)
			return
		}
	}
	rec.Detail = f.detail
	c.answer(w, rec, f.answer())
}

// intercepted reports whether somebody else has given the answer.
func (c *Cloud) intercepted(w http.ResponseWriter, r *http.Request, rec *record) bool {
	if c.options.Intercept == nil {
		return false
	}
	a := c.options.Intercept(r)
	if a == nil {
		return false
	}
	rec.Detail = "intercepted"
	c.answer(w, rec, *a)
	return true
}

// examine judges everything that a request says by itself. The order of the
// checks is the simulator's choice (claim cloud.check-order).
func (c *Cloud) examine(w http.ResponseWriter, r *http.Request, rec *record, now time.Time) (*project, *request, *fault) {
	project, f := c.authorise(r.Header.Get("Authorization"), rec.Project, now)
	if f != nil {
		return nil, nil, f
	}
	kind, number := kindOf(r)
	if kind == 0 {
		return nil, nil, illegalPayload("The header does not contain valid push-type")
	}
	rec.PushType = number
	body, f := readBody(w, r)
	if f != nil {
		return nil, nil, f
	}
	req, f := parseRequest(kind, body)
	if f != nil {
		return nil, nil, f
	}
	rec.BiTag, rec.Test, rec.CategoryAsked = req.options.biTag, req.options.test, req.notice.category
	rec.receiptID = req.options.receiptID
	return project, req, req.judgeCount()
}

// readBody reads the whole body of a request.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *fault) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return nil, refuse(codeSize, "the body is longer than %d bytes, its tokens included", bodyMax)
	} else if err != nil {
		return nil, refuse(codeParameter, "the body could not be read to its end")
	}
	return body, nil
}

// sendLegacy answers the URLs of other OS generations (claim cloud.legacy-url).
func (c *Cloud) sendLegacy(w http.ResponseWriter, r *http.Request) {
	rec := c.newRecord(time.Now(), r.PathValue("id"))
	rec.Detail = "the URL is not that of v3, which HarmonyOS 5 and later need"
	c.answer(w, rec, Answer{Code: codeAuth, Msg: textOf(codeAuth)})
}

// unknownPath answers everything else: the documented status, and a text for
// whoever tries the simulator by hand.
func (c *Cloud) unknownPath(w http.ResponseWriter, r *http.Request) {
	rec := c.newRecord(time.Now(), "")
	rec.API, rec.Detail = "", "unknown method or path"
	text := "This simulated Push Cloud knows:\n" + strings.Join(Routes(), "\n") + "\n"
	c.answer(w, rec, Answer{HTTPStatus: http.StatusNotFound, Raw: []byte(text)})
}

// answer keeps the record of a request from which nothing is delivered, and
// writes the answer.
func (c *Cloud) answer(w http.ResponseWriter, rec *record, a Answer) {
	c.mu.Lock()
	c.keep(rec, a)
	c.mu.Unlock()
	c.write(w, rec.RequestID, a)
}

func (c *Cloud) status(a Answer) int {
	if a.HTTPStatus != 0 {
		return a.HTTPStatus
	}
	return c.options.Mode.statusOf(a.Code)
}

func (c *Cloud) write(w http.ResponseWriter, requestID string, a Answer) {
	body := a.Raw
	if body == nil {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		body = marshal(struct {
			Code        string `json:"code"`
			Msg         string `json:"msg"`
			RequestID   string `json:"requestId"`
			DownloadURL string `json:"downloadUrl,omitempty"`
			ExpireTime  string `json:"expireTime,omitempty"`
		}{a.Code, a.Msg, requestID, a.downloadURL, a.expireTime})
	} else {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(c.status(a))
	// A client that has gone does not read why.
	_, _ = w.Write(body)
}

// marshal writes values of this package's own making, which cannot fail.
func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("marshal an answer: " + err.Error())
	}
	return data
}
