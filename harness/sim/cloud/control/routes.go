// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
	"github.com/pushproof/pushproof/harness/sim/plane"
)

// waitMax bounds waitMillis.
const waitMax = time.Minute

// advanceMax bounds how far the clock moves at once: longer than any limit of
// Push Kit.
const advanceMax = 400 * 24 * time.Hour

func (s *Server) routes() []plane.Route {
	return []plane.Route{
		{Pattern: "POST /reset", Serve: s.reset},
		{Pattern: "GET /activity", Serve: s.activity},
		{Pattern: "GET /faults", Serve: plane.ListFaults(s.faults)},
		{Pattern: "PUT /faults", Serve: plane.PutFaults(s.faults)},
		{Pattern: "DELETE /faults", Serve: s.deleteFaults},
		{Pattern: "GET /clock", Serve: s.readClock},
		{Pattern: "POST /clock", Serve: s.moveClock},
	}
}

// Routes returns the patterns, as http.ServeMux writes them, of all that the
// server answers; everything else gets 404 or 405.
func Routes() []string { return plane.Patterns(new(Server).routes()) }

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
			plane.Refuse(w, http.StatusBadRequest, fmt.Errorf("waitMillis is 1 to %d, together with requestId", waitMax.Milliseconds()))
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
	plane.Write(w, a)
}

// Faults is the body of PUT and GET /faults.
type Faults = plane.Faults[faults.Fault]

func (s *Server) faults() plane.FaultSet[faults.Fault] { return s.cloud.Faults() }

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
	plane.Write(w, Time{now, time.Until(now).Round(time.Millisecond).Milliseconds()})
}

func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		AdvanceMillis int64 `json:"advanceMillis"`
	}
	if !plane.Read(w, r, &body) {
		return
	}
	if body.AdvanceMillis < 1 || body.AdvanceMillis > advanceMax.Milliseconds() {
		plane.Refuse(w, http.StatusBadRequest, fmt.Errorf("advanceMillis is 1 to %d: the clock never goes back", advanceMax.Milliseconds()))
		return
	}
	s.clock.Advance(time.Duration(body.AdvanceMillis) * time.Millisecond)
	s.readClock(w, r)
}
