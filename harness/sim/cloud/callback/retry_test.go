// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// wrong are answers other than the documented one, and what is said of them.
var wrong = []struct {
	name   string
	answer http.HandlerFunc
	want   string
}{
	{"500", answering(500, taken), "HTTP 500"},
	{"204", answering(204, ""), "HTTP 204"},
	{"401", answering(401, taken), "HTTP 401"},
	{"nothing", answering(200, ""), "is not"},
	{"a page", answering(200, "<html>"), "is not"},
	{"null", answering(200, "null"), "is not"},
	{"a number for a code", answering(200, `{"code":0,"message":"success"}`), "is not"},
	{"msg", answering(200, `{"code":"0","msg":"success"}`), "message, not msg"},
	{"another code", answering(200, `{"code":"1","message":"success"}`), "did not answer"},
	{"another message", answering(200, `{"code":"0","message":"ok"}`), "did not answer"},
	{"a redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}, "HTTP 307"},
	{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "post to "},
	{"a short body", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(taken))
	}, "read the answer"},
}

// Whatever is not the documented answer has the same post come again, signed
// anew, after a pause.
func TestRepeats(t *testing.T) {
	for _, c := range wrong {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(o *callback.Config) { o.User, o.Key = "tester", "a2V5" })
			w.receiver.answers <- c.answer
			w.Add(status(1))
			first := w.receiver.next(t)
			pause := w.hands.next(t)
			if s := w.State(); !strings.Contains(s.LastError, c.want) || s.Waiting != 1 || s.Posted != 0 {
				t.Errorf("after the first post: %+v", s)
			}
			pause.fire()
			second := w.receiver.next(t)
			if !bytes.Equal(first.body, second.body) {
				t.Errorf("posted %s, then %s", first.body, second.body)
			}
			if first.header.Get(callback.Header) == second.header.Get(callback.Header) {
				t.Error("the signature is that of the first post: a receiver must take it for a replay")
			}
			if s := w.until(idle); s.Posted != 1 || s.Posts != 2 || s.LastError != "" {
				t.Errorf("state %+v", s)
			}
			if strings.Contains(w.log.String(), secretToken) || strings.Contains(w.log.String(), "a2V5") {
				t.Errorf("the log tells: %s", w.log)
			}
		})
	}
}

// Pauses grow; what is given up is counted, and what comes after it is posted.
func TestGivesUp(t *testing.T) {
	w := newWorld(t, func(o *callback.Config) { o.Attempts = 5 })
	for range 5 {
		w.receiver.answers <- answering(503, "")
	}
	w.Add(status(1))
	expect := time.Second
	for range 4 {
		w.receiver.next(t)
		pause := w.hands.next(t)
		if pause.pause < expect/2 || pause.pause > expect*3/2 {
			t.Errorf("a pause of %v, want %v and up to a half of it more or less", pause.pause, expect)
		}
		expect *= 2
		pause.fire()
	}
	w.receiver.next(t)
	if s := w.until(idle); s.Lost != 1 || s.Posted != 0 || s.Posts != 5 || s.LastError == "" {
		t.Errorf("state %+v", s)
	}
	w.Add(status(2))
	if got := w.receiver.next(t).ids(t); got[0] != "2" {
		t.Errorf("the next post has %v", got)
	}
	if s := w.until(idle); s.Posted != 1 || s.LastError != "" {
		t.Errorf("state %+v", s)
	}
}

// A receiver that does not answer is left after the time-out.
func TestSilentReceiver(t *testing.T) {
	w := newWorld(t, func(o *callback.Config) { o.Timeout = 200 * time.Millisecond })
	w.receiver.answers <- func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	w.Add(status(1))
	w.receiver.next(t)
	w.hands.next(t).fire()
	if s := w.until(idle); s.Posted != 1 || s.Posts != 2 {
		t.Errorf("state %+v", s)
	}
}

// Reset in a pause forgets the batch, and what comes later is posted.
func TestReset(t *testing.T) {
	w := newWorld(t, nil)
	w.receiver.answers <- answering(503, "")
	w.Add(status(1))
	w.receiver.next(t)
	pause := w.hands.next(t)
	w.Reset()
	if s := w.State(); s != (callback.State{Place: w.receiver.URL + "/receipts"}) {
		t.Errorf("state %+v", s)
	}
	pause.fire()
	w.Add(status(2))
	if got := w.receiver.next(t).ids(t); len(got) != 1 || got[0] != "2" {
		t.Errorf("posted %v after the reset", got)
	}
	if s := w.until(idle); s.Posted != 1 || s.Posts != 1 {
		t.Errorf("state %+v", s)
	}
}

// Reset during a post: that post counts no more.
func TestResetDuringPost(t *testing.T) {
	w := newWorld(t, nil)
	gate := make(chan struct{})
	w.receiver.answers <- func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		_, _ = w.Write([]byte(taken))
	}
	w.Add(status(1))
	w.receiver.next(t)
	w.Reset()
	w.Add(status(2))
	close(gate)
	if got := w.receiver.next(t).ids(t); got[0] != "2" {
		t.Errorf("posted %v", got)
	}
	if s := w.until(idle); s.Posted != 1 || s.Lost != 0 {
		t.Errorf("state %+v", s)
	}
}

// Close ends a pause and a post at once, and what waits is lost.
func TestClose(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"in a pause": answering(503, ""),
		"in a post":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.receiver.answers <- answer
			w.Add(status(1))
			w.receiver.next(t)
			if name == "in a pause" {
				w.hands.next(t)
			}
			w.Add(status(2))
			w.Close()
			if s := w.State(); s.Lost != 2 || s.Waiting != 0 {
				t.Errorf("state %+v", s)
			}
			if w.Add(status(3)) {
				t.Error("a closed poster takes a status")
			}
			w.Close()
		})
	}
}
