// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
)

// Whatever the body, the answer is JSON with a known code, its text and a
// request id, and the record has it.
func FuzzBody(f *testing.F) {
	w := newWorld(f, nil)
	token := w.token(bundle, &device{id: "phone"})
	for _, m := range fixtures.Messages() {
		if m.Tokens <= 10 {
			f.Add(m.PushType, bytes.ReplaceAll(m.Body, []byte(`"`+fixtures.Placeholder+`"`), []byte(`"`+token+`"`)))
		}
	}
	f.Add(0, []byte(`{"payload":{"notification":{"badge":{"setNum":1e400}}},"target":{"token":[[[[]]]]}}`))
	f.Add(7, []byte("{\"payload\":{\"\xff\":0}}"))
	f.Fuzz(func(t *testing.T, pushType int, body []byte) {
		w := &world{TB: t, Cloud: w.Cloud, client: w.client, bearer: w.bearer}
		r := w.post(sendPath, w.bearer, strconv.Itoa(pushType), body)
		var fields map[string]string
		if err := json.Unmarshal([]byte(r.Body), &fields); err != nil {
			t.Fatalf("the answer is no JSON object of strings: %q", r.Body)
		}
		if _, known := fixtures.CodeOf(r.Code); !known || r.Msg == "" || len(r.RequestID) != 24 || r.Status != 200 {
			t.Fatalf("HTTP %d %s", r.Status, r.Body)
		}
		if r.Code == fixtures.Success && !json.Valid(body) {
			t.Fatal("accepted what is not JSON")
		}
		if a := w.settled(r.RequestID); a.Code != r.Code {
			t.Fatalf("recorded %s, answered %s", a.Code, r.Code)
		}
	})
}
