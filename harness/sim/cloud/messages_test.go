// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

// Every case of fixtures/messages gets its code, in both modes.
func TestFixtureMessages(t *testing.T) {
	for _, mode := range []cloud.Mode{cloud.StatusAll200, cloud.StatusMapped} {
		w := newWorld(t, func(o *cloud.Options) { o.Mode = mode })
		var tokens []string
		for _, m := range fixtures.Messages() {
			for len(tokens) < m.Tokens {
				tokens = append(tokens, w.token(bundle, &device{id: fmt.Sprintf("device %d", len(tokens))}))
			}
			t.Run(fmt.Sprintf("%d/%s", mode, m.Name), func(t *testing.T) {
				w := &world{TB: t, Cloud: w.Cloud, clock: w.clock, client: w.client, bearer: w.bearer}
				r := w.post(sendPath, w.bearer, strconv.Itoa(m.PushType), m.Fill(tokens[:m.Tokens]...))
				if r.Code != m.Code {
					t.Errorf("code %s, want %s (%s): %.300s", r.Code, m.Code, m.Why, r.Body)
				}
				if m.Reason != "" && !strings.Contains(r.Msg, m.Reason) {
					t.Errorf("msg %.300q does not name the reason %s", r.Msg, m.Reason)
				}
				if want := wantStatus(mode, m.Code); r.Status != want {
					t.Errorf("HTTP status %d, want %d", r.Status, want)
				}
				if a := w.settled(r.RequestID); a.Code != m.Code {
					t.Errorf("recorded code %s, want %s", a.Code, m.Code)
				}
			})
		}
	}
}

func wantStatus(mode cloud.Mode, code string) int {
	if mode == cloud.StatusAll200 {
		return 200
	}
	status, known := map[string]int{
		"80000000": 200, "80100000": 200,
		"80100001": 400, "80100003": 400, "80100004": 400, "80300007": 400, "80300008": 400, "80300010": 400, "80300030": 400,
		"80200001": 401, "80200005": 401, "80300036": 400, "80300002": 400, "80300029": 400,
	}[code]
	if !known {
		return 0
	}
	return status
}

func TestPushTypeHeader(t *testing.T) {
	w := newWorld(t, nil)
	body := []byte(background("x", "", w.token(bundle, &device{id: "phone"})))
	for _, header := range []string{"", "3", "-1", "six", "6.0", "06x"} {
		r := w.post(sendPath, w.bearer, header, body)
		if r.Code != "80100003" || r.Msg != "Illegal payload, The header does not contain valid push-type" {
			t.Errorf("push-type %q: %s", header, r.Body)
		}
	}
}

// The texts that are known word by word.
func TestKnownTexts(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	for _, c := range []struct{ name, body, msg string }{
		{"success", alert("IM", "", token), "Success"},
		{"badge", strings.Replace(alert("IM", "", token), `"title"`, `"badge":{"addNum":100},"title"`, 1), "Illegal payload, badge addNum value ranges from 1 to 99"},
		{"no tokens", alert("IM", ""), "token count should within 1 and 1000."},
		{"ttl", alert("IM", `"ttl":-1`, token), "Illegal expire time."},
		{"test tokens", alert("IM", `"testMessage":true`, strings.Split(strings.Repeat("t ", 10)+"t", " ")...), "When send test message, token count exceed limit."},
	} {
		if r := w.send(0, c.body); r.Msg != c.msg {
			t.Errorf("%s: msg %q, want %q", c.name, r.Msg, c.msg)
		}
	}
}

// requestId has 24 digits that begin with the time, and is there once; code,
// msg and requestId are strings and all there is.
func TestAnswerShape(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	seen := map[string]bool{}
	for range 20 {
		r := w.send(6, background("x", "", token))
		var fields map[string]any
		if err := json.Unmarshal([]byte(r.Body), &fields); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"code", "msg", "requestId"} {
			if _, ok := fields[name].(string); !ok {
				t.Errorf("%s is no string in %s", name, r.Body)
			}
		}
		if len(fields) != 3 {
			t.Errorf("%s has other fields than code, msg and requestId", r.Body)
		}
		if len(r.RequestID) != 24 || strings.Trim(r.RequestID, "0123456789") != "" || seen[r.RequestID] {
			t.Errorf("requestId %q is not 24 digits, or was there before", r.RequestID)
		}
		seen[r.RequestID] = true
		at := w.settled(r.RequestID).At.UnixMilli()
		if r.RequestID[:13] != strconv.FormatInt(at, 10) {
			t.Errorf("requestId %s does not begin with the request's time %d", r.RequestID, at)
		}
	}
}
