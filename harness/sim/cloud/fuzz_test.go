// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// Whatever the body, the answer is JSON with a known code, its text and a
// request id, and the record has it.
func FuzzBody(f *testing.F) {
	w := newWorld(f, withClients)
	token := w.token(bundle, &device{id: "phone"})
	for _, m := range fixtures.Messages() {
		if m.Tokens <= 10 {
			f.Add(m.PushType, bytes.ReplaceAll(m.Body, []byte(`"`+fixtures.Placeholder+`"`), []byte(`"`+token+`"`)))
		}
	}
	f.Add(0, []byte(`{"payload":{"notification":{"badge":{"setNum":1e400}}},"target":{"token":[[[[]]]]}}`))
	f.Add(7, []byte("{\"payload\":{\"\xff\":0}}"))
	f.Add(1, []byte(`{"payload":{"formData":{"k":1e999999999},"images":[null]},"target":{"token":["x"]}}`))
	f.Add(7, []byte(`{"payload":{"activityId":1,"operation":4,"event":"TAXI","trigger":{"condition":{"longitude":1e400}}}}`))
	f.Fuzz(func(t *testing.T, pushType int, body []byte) {
		w := &world{TB: t, Cloud: w.Cloud, client: w.client, bearer: w.bearer}
		w.fuzzed(sendPath, pushType, body, fixtures.APISend)
	})
}

// fuzzed posts a body and holds the answer to what all answers have.
func (w *world) fuzzed(path string, pushType int, body []byte, api fixtures.API) {
	w.Helper()
	r := w.post(path, w.bearer, strconv.Itoa(pushType), body)
	var fields map[string]string
	if err := json.Unmarshal([]byte(r.Body), &fields); err != nil {
		w.Fatalf("the answer is no JSON object of strings: %q", r.Body)
	}
	row, known := fixtures.CodeFor(api, r.Code)
	if !known || r.Msg == "" || len(r.RequestID) != 24 || r.Status != 200 {
		w.Fatalf("HTTP %d %s", r.Status, r.Body)
	}
	if row.Class == fixtures.ClassOK && !json.Valid(body) {
		w.Fatal("accepted what is not JSON")
	}
	if a := w.settled(r.RequestID); a.Code != r.Code || a.API != api {
		w.Fatalf("recorded %s %s, answered %s", a.API, a.Code, r.Code)
	}
}

func FuzzRevocation(f *testing.F) {
	w := newWorld(f, withClients)
	token, other := w.token(bundle, &revocable{device: device{id: "phone"}}), w.token(secondBundle, &device{id: "phone"})
	w.accepted(0, numbered("1", "", token))
	for _, tokens := range [][]string{{token}, {token, "x"}, {token, other}, {other}, {"x"}, {}} {
		f.Add(0, []byte(revocation("1", tokens...)))
		f.Add(2, []byte(revocation("-1", tokens...)))
	}
	f.Add(0, []byte(`{"notifyId":null,"token":null}`))
	f.Add(0, []byte(`{"notifyId":1e9,"token":[null]}`))
	f.Fuzz(func(t *testing.T, pushType int, body []byte) {
		w := &world{TB: t, Cloud: w.Cloud, client: w.client, bearer: w.bearer}
		w.fuzzed(revokePath, pushType, body, fixtures.APIRevoke)
	})
}

func FuzzImage(f *testing.F) {
	fixed := &fixedClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w := newWorld(f, func(o *cloud.Options) { fixed.Clock, o.Clock = o.Clock, fixed })
	for _, url := range []string{
		"https://example.com/i.png", "https://example.com/i.png?a=b;c&verifyKey=x#y", "http://example.com", "https://[::1]:x/", "https://example.invalid", "//x", "https://%zz", "",
	} {
		f.Add(0, imageBody(url))
	}
	f.Add(1, []byte(" "))
	f.Add(2, []byte(`{"imageUrl":null}`))
	f.Fuzz(func(t *testing.T, pushType int, body []byte) {
		w := &world{TB: t, Cloud: w.Cloud, client: w.client, bearer: w.bearer}
		fixed.set(fixed.Now().Add(time.Minute)) // no limit of checks
		w.fuzzed(verifyV2, pushType, body, fixtures.APIImages)
	})
}
