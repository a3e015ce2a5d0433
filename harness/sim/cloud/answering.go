// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"io"
	"net/http"
	"time"
)

// restMax bounds what is still read of a request that has its answer. Over
// HTTP/2 an answer before the end of the request is followed by a reset of the
// stream, and over HTTP/1.1 by the end of the connection: clients such as curl
// then report that, and lose the answer.
const restMax = 2 * bodyMax

// answering takes a request to its end before the first byte of its answer,
// and gives the client a bounded time to take that.
type answering struct {
	http.ResponseWriter
	body   io.Reader
	within time.Duration
	begun  bool
}

// answeringAll has every handler answer so.
func (c *Cloud) answeringAll(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&answering{ResponseWriter: w, body: r.Body, within: c.options.TakeWithin}, r)
	})
}

// Unwrap is for http.ResponseController.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answering) WriteHeader(status int) {
	a.begin()
	a.ResponseWriter.WriteHeader(status)
}

func (a *answering) Write(b []byte) (int, error) {
	a.begin()
	return a.ResponseWriter.Write(b)
}

func (a *answering) begin() {
	if a.begun {
		return
	}
	a.begun = true
	// A request that breaks off has been judged already.
	_, _ = io.CopyN(io.Discard, a.body, restMax)
	allow(a, a.within)
}

// allow gives the client so long, from now, to take what is written to it; 0
// means for ever. The time that was set before does not count any more.
func allow(w http.ResponseWriter, within time.Duration) {
	var until time.Time
	if within > 0 {
		until = time.Now().Add(within)
	}
	// Both of net/http's writers have deadlines; that of a test recorder waits
	// for nobody.
	_ = http.NewResponseController(w).SetWriteDeadline(until)
}
