// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// Faults are the rules by which requests and deliveries go wrong. They may be
// changed at any time.
func (c *Cloud) Faults() *faults.Set { return &c.faults }

// disturbed has the rules of faults act on requests and answers.
func (c *Cloud) disturbed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !c.faults.Watches(faults.Request, faults.Answer) {
			next(w, r)
			return
		}
		e := c.eventOf(r)
		e.On = faults.Request
		if c.disturbRequest(w, r, c.faults.Take(e)) {
			return
		}
		e.On = faults.Answer
		hits := c.faults.Take(e)
		if len(hits) == 0 {
			next(w, r)
			return
		}
		kept := &keptAnswer{header: http.Header{}, status: http.StatusOK}
		next(kept, r)
		c.markAnswer(kept.body.Bytes(), hits)
		c.disturbAnswer(w, r, kept, hits)
	}
}

// eventOf reads what a rule may ask about, and leaves the body to be read
// again.
func (c *Cloud) eventOf(r *http.Request) faults.Event {
	e := faults.Event{PushType: -1}
	if n, err := strconv.Atoi(r.Header.Get("push-type")); err == nil {
		e.PushType = n
	}
	// What is wrong with the body is for others to say.
	head, _ := io.ReadAll(io.LimitReader(r.Body, bodyMax))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
	var body struct {
		Target struct {
			Token []string `json:"token"`
		} `json:"target"`
		Token []string `json:"token"` // of a revocation
	}
	if json.Unmarshal(head, &body) == nil {
		for _, t := range append(body.Target.Token, body.Token...) {
			e.Tokens = append(e.Tokens, push.NewToken(t).Fingerprint())
		}
	}
	return e
}

// disturbRequest reports whether a fault has taken the place of the answer.
func (c *Cloud) disturbRequest(w http.ResponseWriter, r *http.Request, hits []faults.Fault) bool {
	for _, f := range hits {
		switch f.Kind {
		case faults.Delay:
			c.pause(r.Context(), f.Millis)
		case faults.Status:
			c.answer(w, c.recordFault(r, f), answerOf(f, r))
			return true
		case faults.Reset:
			rec := c.recordFault(r, f)
			c.mu.Lock()
			rec.generation = c.generation
			c.activity.add(rec)
			c.mu.Unlock()
			resetConnection(r)
		}
	}
	return false
}

// recordFault makes the record of a request that is not judged.
func (c *Cloud) recordFault(r *http.Request, f faults.Fault) *record {
	rec := c.newRecord(time.Now(), r.PathValue("project"))
	rec.API = apiOf(r)
	_, rec.PushType = kindOf(r)
	rec.Detail, rec.Faults = "fault: "+string(f.Kind), []string{f.ID}
	return rec
}

func apiOf(r *http.Request) fixtures.API { return fixtures.API(path.Base(r.URL.Path)) }

// answerOf is the answer of a status fault to a request.
func answerOf(f faults.Fault, r *http.Request) Answer {
	a := Answer{HTTPStatus: f.HTTPStatus, Code: f.Code, Msg: f.Msg}
	switch {
	case f.Code != "" && f.Msg == "":
		row, _ := fixtures.CodeFor(apiOf(r), f.Code)
		a.Msg = row.Msg
	case f.Body != nil:
		a.Raw = []byte(*f.Body)
	case f.Code == "":
		a.Raw = []byte{}
	}
	return a
}

// markAnswer notes in the record of an answered request which faults the
// sender sees instead.
func (c *Cloud) markAnswer(body []byte, hits []faults.Fault) {
	var said struct {
		RequestID string `json:"requestId"`
	}
	if json.Unmarshal(body, &said) != nil || said.RequestID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if rec := c.activity.find(said.RequestID); rec != nil {
		rec.Faults = idsOf(hits)
		c.activity.touch(rec)
	}
}

func idsOf(hits []faults.Fault) []string {
	ids := make([]string, len(hits))
	for i, f := range hits {
		ids[i] = f.ID
	}
	return ids
}

// disturbAnswer writes an answer, or what the faults leave of it.
func (c *Cloud) disturbAnswer(w http.ResponseWriter, r *http.Request, kept *keptAnswer, hits []faults.Fault) {
	slow := 0
	for _, f := range hits {
		switch f.Kind {
		case faults.Delay:
			c.pause(r.Context(), f.Millis)
		case faults.Reset:
			resetConnection(r)
		case faults.SlowBody:
			slow += f.Millis
		case faults.Status:
			*kept = keptAnswer{header: http.Header{}}
			c.write(kept, "", answerOf(f, r))
		}
	}
	for name, values := range kept.header {
		w.Header()[name] = values
	}
	body := kept.body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(kept.status)
	const pieces = 8
	for i := range pieces {
		if slow > 0 {
			_ = http.NewResponseController(w).Flush()
			// The time that passes here is not the client's.
			allow(w, 0)
			c.pause(r.Context(), max(slow/pieces, 1))
			allow(w, c.options.TakeWithin)
		}
		if _, err := w.Write(body[i*len(body)/pieces : (i+1)*len(body)/pieces]); err != nil {
			return // nobody reads any more
		}
	}
}

// pause waits on the cloud's clock, or until the request ends.
func (c *Cloud) pause(ctx context.Context, millis int) {
	over := make(chan struct{})
	defer c.clock.AfterFunc(time.Duration(millis)*time.Millisecond, func() { close(over) })()
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// keptAnswer is an answer that is not sent yet.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keptAnswer) Header() http.Header         { return k.header }
func (k *keptAnswer) WriteHeader(status int)      { k.status = status }
func (k *keptAnswer) Write(b []byte) (int, error) { return k.body.Write(b) }

type connKey struct{}

// withConn lets a handler find the connection of its request.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// resetConnection ends the request's TCP connection by a reset, and the
// handler with it.
func resetConnection(r *http.Request) {
	if conn, ok := r.Context().Value(connKey{}).(*tls.Conn); ok {
		if tcp, ok := conn.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	}
	panic(http.ErrAbortHandler)
}
