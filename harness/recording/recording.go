// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package recording keeps what a push client and Push Cloud said to each other,
// so that what is claimed of the real Push Cloud can be checked without it: a
// Recorder stands in the client's HTTP transport and writes a file per
// exchange, and a test sends what was recorded to the simulated cloud and
// compares the answers.
//
// It guarantees that no Push Token, JWT or project id is in a file: tokens are
// replaced by their fingerprints wherever they stand and however they are
// escaped, and a body in which one would be left is withheld. It guarantees that
// what the client gets is what came, whether or not it could be recorded.
// Everything else is kept as it was: the message, and whatever its author wrote
// into it. What depends on more than a file can hold (who signed, what was sent
// before, how busy Push Cloud was) is not compared.
package recording

import (
	"net/http"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// Schema is the version of a file; docs/schemas/recording.schema.json describes
// it.
const Schema = 1

// Recording is one request to Push Cloud and what came of it.
type Recording struct {
	Schema int `json:"schema"`
	// Recorded is when the request was sent, by this host's clock.
	Recorded time.Time `json:"recorded"`
	// Endpoint is scheme, host and port.
	Endpoint string `json:"endpoint"`
	// Issuer is the common name of who issued the endpoint's certificate, "" if
	// there was no answer.
	Issuer string `json:"issuer"`
	// Simulated is set if the endpoint said of itself that it is a simulator: the
	// recording then says nothing about Push Cloud.
	Simulated bool `json:"simulated"`
	// TookMillis is how long the answer took.
	TookMillis int64   `json:"tookMillis"`
	Request    Request `json:"request"`
	// Response is nil if there was no answer.
	Response *Response `json:"response,omitempty"`
	// Error is why there was no answer, or not the whole of it.
	Error string `json:"error,omitempty"`
}

// Request is what was asked.
type Request struct {
	Method string `json:"method"`
	// Path has PROJECT in place of a project id, CLIENT in place of a client id.
	Path string `json:"path"`
	// Header lacks Authorization.
	Header http.Header `json:"header"`
	Body
}

// Response is what was answered.
type Response struct {
	Status int `json:"status"`
	// Proto is HTTP/1.1 or HTTP/2.0.
	Proto string `json:"proto"`
	// Header lacks cookies.
	Header http.Header `json:"header"`
	Body
}

// Body is a body in which tokens are fingerprints.
type Body struct {
	// Text is the body, byte for byte but for what was replaced.
	Text string `json:"body"`
	// Bytes is how many it had.
	Bytes int `json:"bytes"`
	// Withheld says why Text is empty though there was a body.
	Withheld string `json:"withheld,omitempty"`
}

// API is the call that was made, "" if it is none that is known.
func (r *Recording) API() fixtures.API {
	for _, api := range []fixtures.API{fixtures.APISend, fixtures.APIRevoke, fixtures.APIImages} {
		if after(r.Request.Path, '/') == string(api) {
			return api
		}
	}
	return ""
}

// PushType is the push-type header, -1 if it is no number.
func (r *Recording) PushType() int {
	n, err := strconv.Atoi(r.Request.Header.Get("Push-Type"))
	if err != nil {
		return -1
	}
	return n
}
