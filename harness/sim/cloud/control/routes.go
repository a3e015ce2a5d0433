// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

// waitMax bounds waitMillis.
const waitMax = time.Minute

// advanceMax bounds how far the clock moves at once: longer than any limit of
// Push Kit.
const advanceMax = 400 * 24 * time.Hour

type route struct {
	pattern string
	serve   func(*Server, http.ResponseWriter, *http.Request)
}

var routes = []route{
	{"POST /reset", (*Server).reset},
	{"GET /activity", (*Server).activity},
	{"GET /faults", (*Server).listFaults},
	{"PUT /faults", (*Server).putFaults},
	{"DELETE /faults", (*Server).deleteFaults},
	{"GET /clock", (*Server).readClock},
	{"POST /clock", (*Server).moveClock},
}

// Routes returns the patterns, as http.ServeMux writes them, of all that the
// server answers; everything else gets 404 or 405.
func Routes() []string {
	patterns := make([]string, len(routes))
	for i, r := range routes {
		patterns[i] = r.pattern
	}
	return patterns
}

func (s *Server) reset(w http.ResponseWriter, _ *http.Request) {
	s.cloud.Reset()
	w.WriteHeader(http.StatusNoContent)
}

// Activity is the body of GET /activity.
type Activity struct {
	Requests  []cloud.Activity      `json:"requests"`
	Callbacks []cloud.CallbackState `json:"callbacks"`
}

// activity answers with the record: all of it, or that of one request, for
// whose end it can wait.
func (s *Server) activity(w http.ResponseWriter, r *http.Request) {
	id, wait := r.URL.Query().Get("requestId"), r.URL.Query().Get("waitMillis")
	a := Activity{Requests: []cloud.Activity{}}
	if wait != "" {
		millis, err := strconv.Atoi(wait)
		if err != nil || millis < 1 || millis > int(waitMax.Milliseconds()) || id == "" {
			refuse(w, http.StatusBadRequest, fmt.Errorf("waitMillis is 1 to %d, together with requestId", waitMax.Milliseconds()))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), time.Duration(millis)*time.Millisecond)
		defer cancel()
		// Whoever waited in vain sees the record as it is.
		_, _ = s.cloud.Settled(ctx, id)
	}
	for _, one := range s.cloud.Activity() {
		if id == "" || one.RequestID == id {
			a.Requests = append(a.Requests, one)
		}
	}
	a.Callbacks = s.cloud.Callbacks()
	write(w, a)
}

// Faults is the body of PUT and GET /faults.
type Faults struct {
	Faults []faults.Fault `json:"faults"`
}

func (s *Server) listFaults(w http.ResponseWriter, _ *http.Request) {
	write(w, Faults{s.cloud.Faults().List()})
}

func (s *Server) putFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Faults *[]faults.Fault `json:"faults"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.Faults == nil {
		refuse(w, http.StatusBadRequest, errors.New(`the body is {"faults":[...]}; an empty array, or DELETE, removes all`))
		return
	}
	list, err := s.cloud.Faults().Replace(*body.Faults)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, Faults{list})
}

func (s *Server) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	s.cloud.Faults().Clear()
	w.WriteHeader(http.StatusNoContent)
}

// Time is the body of GET and POST /clock's answers.
type Time struct {
	// Now is the cloud's time.
	Now time.Time `json:"now"`
	// AheadMillis is how far it is ahead of the real one.
	AheadMillis int64 `json:"aheadMillis"`
}

func (s *Server) readClock(w http.ResponseWriter, _ *http.Request) {
	now := s.clock.Now()
	// The two clocks are read one after the other.
	write(w, Time{now, time.Until(now).Round(time.Millisecond).Milliseconds()})
}

func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		AdvanceMillis int64 `json:"advanceMillis"`
	}
	if !read(w, r, &body) {
		return
	}
	if body.AdvanceMillis < 1 || body.AdvanceMillis > advanceMax.Milliseconds() {
		refuse(w, http.StatusBadRequest, fmt.Errorf("advanceMillis is 1 to %d: the clock never goes back", advanceMax.Milliseconds()))
		return
	}
	s.clock.Advance(time.Duration(body.AdvanceMillis) * time.Millisecond)
	s.readClock(w, r)
}

// read decodes a request's JSON and refuses names that it does not know: a
// misspelt scope would widen a fault.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	raw, err := io.ReadAll(r.Body)
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", tooLong.Limit))
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err == nil {
		err = decoder.Decode(into)
	}
	if err == nil && decoder.More() {
		err = errors.New("there is more than one value")
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the body is no JSON of this endpoint: %w", err))
		return false
	}
	return true
}

func write(w http.ResponseWriter, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		refuse(w, http.StatusInternalServerError, fmt.Errorf("write the answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A client that has gone does not read why.
	_, _ = w.Write(append(data, '\n'))
}

// refuse answers {"error":"..."}.
func refuse(w http.ResponseWriter, status int, err error) {
	data, _ := json.Marshal(struct {
		Error string `json:"error"`
	}{err.Error()})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}
