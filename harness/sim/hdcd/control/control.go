// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package control is the control plane of a simulated hdc server: plain HTTP
// with JSON on a loopback port of its own, by which a test in any language makes
// channels go wrong and takes devices away.
//
// It guarantees what package plane does of its guards, that the rules are those
// of Server.Faults, and that docs/simulated-hdc.md describes each endpoint, kind
// and field. No answer holds a command: commands may hold secrets.
package control

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
	"github.com/pushproof/pushproof/harness/sim/plane"
)

// Server is a control plane. Its methods may be called from any goroutine.
type Server struct {
	hdc *hdcd.Server
	*plane.Server
}

// New makes a control plane that serves nothing yet. Requests must bear token,
// 16 bytes at least; it is never printed.
func New(hdc *hdcd.Server, token string) (*Server, error) {
	if hdc == nil {
		return nil, errors.New("make a control plane: it needs an hdc server")
	}
	s := &Server{hdc: hdc}
	var err error
	if s.Server, err = plane.New(token, 0, s.routes()...); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) routes() []plane.Route {
	return []plane.Route{
		{Pattern: "POST /reset", Serve: s.reset},
		{Pattern: "GET /faults", Serve: plane.ListFaults(s.faults)},
		{Pattern: "PUT /faults", Serve: plane.PutFaults(s.faults)},
		{Pattern: "POST /faults", Serve: s.addFault},
		{Pattern: "DELETE /faults", Serve: s.deleteFaults},
		{Pattern: "GET /devices", Serve: s.listDevices},
		{Pattern: "PUT /devices", Serve: s.putDevice},
		{Pattern: "PUT /hand", Serve: s.putHand},
	}
}

// Routes returns the patterns, as http.ServeMux writes them, of all that the
// server answers; everything else gets 404 or 405.
func Routes() []string { return plane.Patterns(new(Server).routes()) }

// reset removes all rules, brings every device back and ends what hands have
// done to it.
func (s *Server) reset(w http.ResponseWriter, r *http.Request) {
	s.hdc.Faults().Clear()
	s.setAll(hdcd.Connected)
	s.resetHands(r.Context())
	w.WriteHeader(http.StatusNoContent)
}

// Faults is the body of GET and PUT /faults.
type Faults = plane.Faults[faults.Fault]

func (s *Server) faults() plane.FaultSet[faults.Fault] { return s.hdc.Faults() }

func (s *Server) addFault(w http.ResponseWriter, r *http.Request) {
	var f faults.Fault
	if !plane.Read(w, r, &f) {
		return
	}
	added, err := s.hdc.Faults().Add(f)
	if err != nil {
		plane.Refuse(w, http.StatusBadRequest, err)
		return
	}
	plane.Write(w, added)
}

// deleteFaults removes the rule of ?id=, or all.
func (s *Server) deleteFaults(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if id == "" {
		s.hdc.Faults().Clear()
	} else if _, ok := s.hdc.Faults().Remove(id); !ok {
		plane.Refuse(w, http.StatusNotFound, fmt.Errorf("no rule has the id %.64q: GET /faults lists them", id))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Device is a target, in the answers of /devices.
type Device struct {
	Key       string `json:"key"`
	Transport string `json:"transport"`
	State     string `json:"state"`
	Name      string `json:"name"`
	// Attached says that there is a device behind it, which can be put into a
	// state.
	Attached bool `json:"attached"`
}

// Devices is the body of the answers of /devices.
type Devices struct {
	Devices []Device `json:"devices"`
}

func (s *Server) listDevices(w http.ResponseWriter, _ *http.Request) {
	all := Devices{Devices: []Device{}}
	for _, row := range s.hdc.Rows() {
		all.Devices = append(all.Devices, Device{row.Key, row.Transport, string(row.State), row.Name, row.Attached})
	}
	plane.Write(w, all)
}

// putDevice puts one device, or all, into a state.
func (s *Server) putDevice(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Key   string `json:"key"`
		State string `json:"state"`
	}
	if !plane.Read(w, r, &body) {
		return
	}
	states := append([]string{string(hdcd.Connected)}, faults.States...)
	switch {
	case !slices.Contains(states, body.State):
		plane.Refuse(w, http.StatusBadRequest, fmt.Errorf("unknown state %.32q: the states are %s", body.State, strings.Join(states, ", ")))
		return
	case body.Key == "":
		s.setAll(hdcd.State(body.State))
	case !s.hdc.SetState(body.Key, hdcd.State(body.State)):
		plane.Refuse(w, http.StatusNotFound, fmt.Errorf("no device has the key %.64q: GET /devices lists them", body.Key))
		return
	}
	s.listDevices(w, r)
}

func (s *Server) setAll(state hdcd.State) {
	for _, row := range s.hdc.Rows() {
		if row.Attached {
			s.hdc.SetState(row.Key, state)
		}
	}
}
