// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

// The two shapes, byte for byte as the documentation has their fields.
func TestShapes(t *testing.T) {
	form := status(2)
	form.PushType, form.FormID, form.Result, form.BiTag = 1, 10086, 261, ""
	for _, c := range []struct {
		name   string
		status callback.Status
		want   string
	}{
		{"delivery", status(1), `{"statuses":[{"token":"` + secretToken + `","pushType":0,"appPackageName":"com.x","biTag":"b1","requestId":"1","deliveryStatus":{"result":0,"timestamp":1697741455082}}]}`},
		{"form", form, `{"statuses":[{"token":"` + secretToken + `","pushType":1,"appPackageName":"com.x","biTag":"","requestId":"2","formStatus":{"formId":10086,"result":261,"timestamp":1697741455082}}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			if !w.Add(c.status) {
				t.Fatal("not taken")
			}
			p := w.receiver.next(t)
			if string(p.body) != c.want {
				t.Errorf("posted %s\nwant   %s", p.body, c.want)
			}
			if got := p.header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q", got)
			}
			if got := p.header.Values(callback.Header); len(got) != 0 {
				t.Errorf("signed without a key: %q", got)
			}
		})
	}
}

var signature = regexp.MustCompile(`^timestamp=(\d{13})(; |;)nonce=([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})(; |;)value=(\S+)$`)

// The signature is the documented one, for both readings of the key and both
// separators.
func TestSignature(t *testing.T) {
	const key = "c2VjcmV0IGtleSBvZiByZWNlaXB0cw==" // base64 of "secret key of receipts"
	for _, c := range []struct {
		name      string
		encoding  callback.KeyEncoding
		separator string
		bytes     string
	}{
		{"defaults", "", "", "secret key of receipts"},
		{"base64, tight", callback.KeyBase64, ";", "secret key of receipts"},
		{"text", callback.KeyText, "; ", key},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(o *callback.Config) {
				o.User, o.Key, o.KeyEncoding, o.Separator = "tester", key, c.encoding, c.separator
			})
			before := time.Now().UnixMilli()
			w.Add(status(1))
			header := w.receiver.next(t).header.Get(callback.Header)
			parts := signature.FindStringSubmatch(header)
			if parts == nil {
				t.Fatalf("%s: %q", callback.Header, header)
			}
			want := c.separator
			if want == "" {
				want = "; "
			}
			if parts[2] != want || parts[4] != want {
				t.Errorf("separators %q and %q, want %q", parts[2], parts[4], want)
			}
			if at, _ := strconv.ParseInt(parts[1], 10, 64); at < before || at > time.Now().UnixMilli() {
				t.Errorf("timestamp %d is not now in milliseconds", at)
			}
			mac := hmac.New(sha256.New, []byte(c.bytes))
			fmt.Fprint(mac, parts[1], parts[3], "tester")
			if got := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != parts[5] {
				t.Errorf("value %s, want %s", parts[5], got)
			}
		})
	}
}

// What is added while a post is under way goes together, a hundred at most, in
// its order.
func TestBatches(t *testing.T) {
	w := newWorld(t, nil)
	gate := make(chan struct{})
	w.receiver.answers <- func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		_, _ = w.Write([]byte(taken))
	}
	w.Add(status(0))
	first := w.receiver.next(t)
	for n := 1; n <= 250; n++ {
		w.Add(status(n))
	}
	close(gate)
	s := w.until(idle)
	var got []string
	var sizes []int
	for _, p := range []post{first, w.receiver.next(t), w.receiver.next(t), w.receiver.next(t)} {
		got = append(got, p.ids(t)...)
		sizes = append(sizes, len(p.ids(t)))
	}
	if !slices.Equal(sizes, []int{1, 100, 100, 50}) {
		t.Errorf("posts of %v statuses", sizes)
	}
	for n, id := range got {
		if id != fmt.Sprint(n) {
			t.Fatalf("status %d is that of request %s", n, id)
		}
	}
	if s.Posted != 251 || s.Lost != 0 || s.Posts != 4 {
		t.Errorf("state %+v", s)
	}
}

// A full queue refuses at once and counts.
func TestFullQueue(t *testing.T) {
	w := newWorld(t, func(o *callback.Config) { o.QueueLimit = 3 })
	gate := make(chan struct{})
	w.receiver.answers <- func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		_, _ = w.Write([]byte(taken))
	}
	w.Add(status(0))
	w.receiver.next(t)
	for n := 1; n <= 4; n++ {
		if got, want := w.Add(status(n)), n < 3; got != want {
			t.Errorf("status %d taken: %v", n, got)
		}
	}
	close(gate)
	if s := w.until(idle); s.Posted != 3 || s.Lost != 2 {
		t.Errorf("state %+v", s)
	}
}
