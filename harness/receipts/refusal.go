// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Kind says why a request was refused.
type Kind string

// The kinds of refusals.
const (
	// RefusedMethod: a collector takes POST, a reader GET.
	RefusedMethod Kind = "method"
	// RefusedHeader: the signature's header cannot be read.
	RefusedHeader Kind = "header"
	// RefusedSignature: it is not by the configured user and key.
	RefusedSignature Kind = "signature"
	// RefusedStale: it was made outside the freshness window.
	RefusedStale Kind = "stale"
	// RefusedReplay: its nonce came with another body before.
	RefusedReplay Kind = "replay"
	// RefusedSize: the body is too large.
	RefusedSize Kind = "size"
	// RefusedBody: the body is not one of receipts V2.
	RefusedBody Kind = "body"
	// RefusedToken: a reader's token is missing or wrong.
	RefusedToken Kind = "token"
	// RefusedOrigin: a page of another origin asks for receipts.
	RefusedOrigin Kind = "origin"
	// RefusedQuery: a reader's question cannot be answered.
	RefusedQuery Kind = "query"
	// RefusedBusy: there are too many requests at once.
	RefusedBusy Kind = "busy"
	// RefusedStore: the store failed.
	RefusedStore Kind = "store"
)

// statuses are the HTTP statuses of refusals. Of the two that may pass, 503
// asks for the same request once more.
var statuses = map[Kind]int{
	RefusedMethod:    http.StatusMethodNotAllowed,
	RefusedHeader:    http.StatusUnauthorized,
	RefusedSignature: http.StatusUnauthorized,
	RefusedStale:     http.StatusUnauthorized,
	RefusedReplay:    http.StatusForbidden,
	RefusedSize:      http.StatusRequestEntityTooLarge,
	RefusedBody:      http.StatusBadRequest,
	RefusedToken:     http.StatusUnauthorized,
	RefusedOrigin:    http.StatusForbidden,
	RefusedQuery:     http.StatusBadRequest,
	RefusedBusy:      http.StatusServiceUnavailable,
	RefusedStore:     http.StatusServiceUnavailable,
}

// Refusal is why a request was not served. Its text goes to whoever sent the
// request, so it quotes nothing of what is kept.
type Refusal struct {
	Kind   Kind
	Reason string
}

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// Status is the HTTP status that goes with it.
func (r *Refusal) Status() int { return statuses[r.Kind] }

// answer is what Push Cloud wants to read: both fields are texts, and the name
// is message, not msg. Source: Push Kit, message receipt.
type answer struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// success is the documented answer.
var success = answer{Code: "0", Message: "success"}

// refuse answers with the refusal, in the form of any other answer.
func refuse(w http.ResponseWriter, r *Refusal) {
	switch r.Kind {
	case RefusedToken:
		w.Header().Set("WWW-Authenticate", `Bearer realm="receipts"`)
	case RefusedBusy, RefusedStore:
		w.Header().Set("Retry-After", "5")
	}
	reply(w, r.Status(), answer{Code: strconv.Itoa(r.Status()), Message: r.Reason})
}

func reply(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		panic("marshal an answer: " + err.Error()) // texts, numbers and times in range
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}
