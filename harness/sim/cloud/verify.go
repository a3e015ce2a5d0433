// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

var checksPerMinute = func() (r rate) {
	for _, p := range fixtures.Paces() {
		if p.API == fixtures.APIImages {
			r = rateOf(p)
		}
	}
	return r
}()

// The codes of image checks.
const (
	codeImageGood    = "83010000"
	codeImageBad     = "83010001"
	codeImagePace    = "83010002"
	codeImageEmpty   = "83010003"
	codeImageNone    = "83010004"
	codeImageFetch   = "83010005"
	codeImageHeader  = "83010007"
	codeImageNoHTTPS = "80100003"
)

// verifyClient answers POST /v1/{clientId}/images:verify.
func (c *Cloud) verifyClient(w http.ResponseWriter, r *http.Request) {
	c.verify(w, r, func(now time.Time) (*project, string, *fault) {
		return c.authoriseClient(r.Header.Get("Authorization"), r.PathValue("client"), now)
	})
}

// verifyProject answers POST /v2/{projectId}/images:verify.
func (c *Cloud) verifyProject(w http.ResponseWriter, r *http.Request) {
	c.verify(w, r, func(now time.Time) (*project, string, *fault) {
		p, f := c.authorise(r.Header.Get("Authorization"), r.PathValue("project"), now)
		return p, "", f
	})
}

// verify answers an image check. Source: Push Kit REST API, image check.
func (c *Cloud) verify(w http.ResponseWriter, r *http.Request, authorise func(time.Time) (*project, string, *fault)) {
	now := time.Now()
	rec := c.newRecord(now, r.PathValue("project"))
	rec.API = fixtures.APIImages
	if c.intercepted(w, r, rec) {
		return
	}
	p, bundle, f := authorise(now)
	if p != nil {
		rec.Project = p.ID
	}
	if f == nil {
		f = c.paceOfChecks(p, bundle)
	}
	var kind push.Kind
	var image string
	if f == nil {
		kind, rec.PushType = kindOf(r)
		image, f = c.examineImage(w, r, p, kind)
	}
	if f != nil {
		rec.Detail = f.detail
		c.answer(w, rec, f.answer())
		return
	}
	a, err := c.verified(p, kind, image)
	if err != nil {
		rec.Detail = err.Error()
		a = Answer{Code: codeInner, Msg: textOf(codeInner)}
	}
	c.answer(w, rec, a)
}

// refuseImage makes a fault with the text that image checks have for a code.
func refuseImage(code, format string, args ...any) *fault {
	row, _ := fixtures.CodeFor(fixtures.APIImages, code)
	return &fault{code: code, msg: row.Msg, detail: fmt.Sprintf(format, args...)}
}

// paceOfChecks counts a check, for the app that the URL names or for the whole
// project (claim cloud.image-pace).
func (c *Cloud) paceOfChecks(p *project, bundle string) *fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	checks := c.checks[owner{bundle, p.ID}]
	if checks == nil {
		checks = &pace{}
		c.checks[owner{bundle, p.ID}] = checks
	}
	if !checks.allow(c.clock.Now(), checksPerMinute) {
		return refuseImage(codeImagePace, "more than %d checks in a minute", checksPerMinute.most)
	}
	return nil
}

// examineImage judges a request by its header, its body and the image's URL.
func (c *Cloud) examineImage(w http.ResponseWriter, r *http.Request, p *project, kind push.Kind) (string, *fault) {
	if kind != push.KindAlert && kind != push.KindForm && kind != push.KindExtension {
		return "", refuseImage(codeImageHeader, "the push-type is not 0, 1 or 2")
	}
	body, f := readBody(w, r)
	switch {
	case f != nil:
		return "", f
	case len(strings.TrimSpace(string(body))) == 0:
		return "", refuseImage(codeImageEmpty, "there is no body")
	}
	var top object
	if json.Unmarshal(body, &top.fields) != nil || top.fields == nil {
		return "", refuse(codeParameter, "the body is no JSON object")
	}
	in := &reader{fail: func(format string, args ...any) *fault { return refuse(codeParameter, format, args...) }}
	image := in.required(top, "imageUrl")
	if in.fault != nil {
		return "", in.fault
	}
	return image, judgeImageURL(p, image)
}

// judgeImageURL decides on an image by its URL alone: nothing is downloaded. A
// host under .invalid, which no resolver knows, cannot be fetched; the name of
// the file decides on the rest, for senders that want each answer (claim
// cloud.image-rules).
func judgeImageURL(p *project, image string) *fault {
	u, err := url.Parse(image)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return refuseImage(codeImageNoHTTPS, "the URL is not of https")
	}
	file := path.Base(u.Path)
	name := strings.TrimSuffix(file, path.Ext(file))
	switch {
	case p.NoImageCheck, name == "not-supported":
		return refuseImage(codeImageNone, "there are no rules for this image")
	case name == "download-failed", strings.HasSuffix("."+u.Hostname(), ".invalid"):
		return refuseImage(codeImageFetch, "the image cannot be fetched")
	case name == "verify-failed":
		return refuseImage(codeImageBad, "the image is not fit to be sent")
	}
	return nil
}

// verified keeps that an image passed and makes the answer.
func (c *Cloud) verified(p *project, kind push.Kind, image string) (Answer, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return Answer{}, fmt.Errorf("make the key of an image: %w", err)
	}
	u, err := url.Parse(image)
	if err != nil {
		return Answer{}, fmt.Errorf("read the URL of an image: %w", err)
	}
	query := u.Query()
	query.Set("verifyKey", base64.RawURLEncoding.EncodeToString(secret))
	u.RawQuery = query.Encode()
	c.mu.Lock()
	defer c.mu.Unlock()
	expires := c.clock.Now().Add(imageVerifiedFor)
	c.images.put(imageKey{p.ID, u.String()}, verdict{kind, expires})
	row, _ := fixtures.CodeFor(fixtures.APIImages, codeImageGood)
	return Answer{Code: row.Code, Msg: row.Msg, downloadURL: u.String(), expireTime: fmt.Sprint(expires.Unix())}, nil
}
