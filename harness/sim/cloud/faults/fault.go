// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package faults says which requests and deliveries of the simulated Push Cloud
// go wrong, and how: it holds the rules and counts them off, and does nothing
// itself.
//
// It guarantees that a rule hits exactly the matching events that its skip and
// count name, in the order in which Take is called, and that no Push Token is
// kept: rules know fingerprints only. It does not guarantee which of two
// simultaneous requests is the first; whoever needs that sends one at a time.
package faults

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
)

// Kind is what goes wrong.
type Kind string

// The kinds.
const (
	// Delay: it comes later, by Millis of the cloud's clock.
	Delay Kind = "delay"
	// Drop: the message never reaches the device, and no receipt is given.
	Drop Kind = "drop"
	// Duplicate: the device gets the message twice, and gives two receipts.
	Duplicate Kind = "duplicate"
	// Reorder: the message comes after the next one for the device, or after
	// Millis of the cloud's clock if there is none.
	Reorder Kind = "reorder"
	// Receipt: the message does not reach the device, and Result is its receipt.
	Receipt Kind = "receipt"
	// Status: the answer is HTTPStatus, with Code and Msg or Body.
	Status Kind = "status"
	// Reset: the connection is reset instead of an answer.
	Reset Kind = "reset"
	// SlowBody: the answer's body trickles for Millis of the cloud's clock.
	SlowBody Kind = "slow-body"
)

// Seam is where something goes wrong.
type Seam string

// The seams.
const (
	// Request: before anything is judged; nothing is accepted or delivered if
	// the fault gives the answer.
	Request Seam = "request"
	// Answer: what was accepted is on its way, and the sender does not learn
	// it as it should.
	Answer Seam = "answer"
	// Delivery: between the cloud and one device.
	Delivery Seam = "delivery"
)

// seams lists where each kind can happen; the first is the default.
var seams = map[Kind][]Seam{
	Delay:     {Delivery, Request, Answer},
	Drop:      {Delivery},
	Duplicate: {Delivery},
	Reorder:   {Delivery},
	Receipt:   {Delivery},
	Status:    {Request, Answer},
	Reset:     {Request, Answer},
	SlowBody:  {Answer},
}

// MillisMax bounds Millis: an hour.
const MillisMax = 3_600_000

// Fault is one rule. Zero fields do not restrict it.
type Fault struct {
	// ID names the rule in records; Set.Replace fills an empty one.
	ID   string `json:"id,omitempty"`
	Kind Kind   `json:"kind"`
	On   Seam   `json:"on,omitempty"`
	// PushType restricts the rule to one push-type.
	PushType *int `json:"pushType,omitempty"`
	// Token restricts the rule to one token, or to requests that have it among
	// others. A whole Push Token may be given; its fingerprint is kept.
	Token string `json:"token,omitempty"`
	// Skip is how many matching events pass before the first hit.
	Skip int `json:"skip,omitempty"`
	// Count is how often the rule hits; 0 means always.
	Count int `json:"count,omitempty"`
	// Millis is for Delay, Reorder and SlowBody, 1 to MillisMax.
	Millis int `json:"millis,omitempty"`
	// Result is Receipt's.
	Result *int `json:"result,omitempty"`
	// HTTPStatus, Code, Msg and Body are Status's: Body takes the place of the
	// JSON with Code and Msg. Without a Msg it is the documented one of the
	// Code; without a Code the body is empty.
	HTTPStatus int     `json:"httpStatus,omitempty"`
	Code       string  `json:"code,omitempty"`
	Msg        string  `json:"msg,omitempty"`
	Body       *string `json:"body,omitempty"`
	// Hits is how often the rule has hit. It is not read.
	Hits int `json:"hits"`
}

// DefaultReorder is the Millis of a Reorder without.
const DefaultReorder = 1000

var fingerprint = regexp.MustCompile(`^token:[0-9a-f]{8}$`)

// Checked returns the rule with its defaults and a fingerprint in place of a
// token. The error joins all that is wrong, and quotes no token.
func (f Fault) Checked() (Fault, error) {
	f.Hits = 0
	if f.Token != "" && !fingerprint.MatchString(f.Token) {
		f.Token = push.NewToken(f.Token).Fingerprint()
	}
	at, known := seams[f.Kind]
	if !known {
		return f, fmt.Errorf("unknown kind %.32q: the kinds are %s", f.Kind, kinds())
	}
	if f.On == "" {
		f.On = at[0]
	}
	if f.Kind == Reorder && f.Millis == 0 {
		f.Millis = DefaultReorder
	}
	var problems []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	timed := f.Kind == Delay || f.Kind == Reorder || f.Kind == SlowBody
	status := f.Kind == Status
	need(slices.Contains(at, f.On), "a %s cannot be on %.32q: it is on %v", f.Kind, f.On, at)
	need(f.Skip >= 0 && f.Count >= 0, "skip and count are 0 or more")
	need(!timed || f.Millis >= 1 && f.Millis <= MillisMax, "a %s needs millis from 1 to %d", f.Kind, MillisMax)
	need(timed || f.Millis == 0, "a %s has no millis", f.Kind)
	need((f.Kind == Receipt) == (f.Result != nil), "result is for kind %s, which needs it", Receipt)
	need(!status || f.HTTPStatus >= 200 && f.HTTPStatus <= 599, "a %s needs an httpStatus from 200 to 599", f.Kind)
	need(status || f.HTTPStatus == 0 && f.Code == "" && f.Msg == "" && f.Body == nil, "httpStatus, code, msg and body are for kind %s", Status)
	need(f.Body == nil || f.Code == "" && f.Msg == "", "body takes the place of code and msg: give one or the other")
	return f, errors.Join(problems...)
}

func kinds() string {
	all := make([]string, 0, len(seams))
	for k := range seams {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
