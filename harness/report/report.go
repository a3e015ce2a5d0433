// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package report writes what a run found: report.json, junit.xml and the
// summary on the terminal.
//
// It guarantees that the three agree, since all are made from one Report, and
// that a run on simulators says so in each of them. It holds no token: tokens
// come in as fingerprints. It judges nothing.
package report

import (
	"time"

	"github.com/pushproof/pushproof/harness/verdict"
)

// Schema is the version of report.json; docs/schemas/report.schema.json
// describes it.
const Schema = 1

// Report is one run.
type Report struct {
	Schema  int       `json:"schema"`
	Run     string    `json:"run"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Simulated names the parts that said of themselves that they are
	// simulated: "device", "cloud". Empty means that nothing was.
	Simulated []string `json:"simulated"`
	Bundle    string   `json:"bundle"`
	Devices   []Device `json:"devices"`
	// Interrupted is set if the run was ended before its plan was.
	Interrupted bool                    `json:"interrupted,omitempty"`
	Counts      map[verdict.Verdict]int `json:"counts"`
	ExitCode    int                     `json:"exitCode"`
}

// Device is one device's part of a run.
type Device struct {
	Key       string `json:"key"`
	Type      string `json:"type"`
	Model     string `json:"model"`
	API       int    `json:"api"`
	OSVersion string `json:"osVersion"`
	Emulator  bool   `json:"emulator,omitempty"`
	Simulated bool   `json:"simulated,omitempty"`
	// Agent is the agent's version, "" if none connected.
	Agent string `json:"agent,omitempty"`
	// Token is the fingerprint of the Push Token that the run pushed to.
	Token string `json:"token,omitempty"`
	// ClockOffset is device clock minus host clock, with its error bound.
	ClockOffset time.Duration `json:"clockOffsetNanos"`
	ClockError  time.Duration `json:"clockErrorNanos"`
	// Error is set if the device could not be used at all, or not be left as it
	// was.
	Error string `json:"error,omitempty"`
	// Notes say what the run did to the device that lasts, and what its owner
	// should know, e.g. that an installation ended the app's Push Token.
	Notes []string `json:"notes,omitempty"`
	Cells []Cell   `json:"cells"`
	// NotPlanned lists cells for which no method is known here.
	NotPlanned []Skip `json:"notPlanned,omitempty"`
	// Repeats lists messages that were delivered more than once. They alter no
	// verdict.
	Repeats []Repeat `json:"repeats,omitempty"`
}

// Repeat is a message that was delivered more than once.
type Repeat struct {
	Nonce string `json:"nonce"`
	// What says by which way, how often, and under which origins.
	What string `json:"what"`
}

// Cell is the outcome of one cell.
type Cell struct {
	// ID is kind/device type/state/expectation, with the condition if there is
	// one: alert/phone/foreground/delivered[foregroundShow=false].
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	State     string          `json:"state"`
	Expect    string          `json:"expect"`
	Condition string          `json:"condition,omitempty"`
	Verdict   verdict.Verdict `json:"verdict"`
	// Reason says in one sentence why.
	Reason string `json:"reason"`
	// Next says what a person can do about it.
	Next string `json:"next,omitempty"`
	// Source stands behind unsupported.
	Source  string    `json:"source,omitempty"`
	Proof   string    `json:"proof,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	// Testimonies are of the message that the cell is about; further messages
	// of a cell (older kept ones, fences) stand in Others.
	Testimonies []verdict.Testimony `json:"testimonies,omitempty"`
	Messages    []Message           `json:"messages,omitempty"`
	// Waterfall lists what happened, in order of time.
	Waterfall []Event `json:"waterfall,omitempty"`
	// Log is the agent's last lines, for a cell that did not pass.
	Log []string `json:"log,omitempty"`
	// Evidence is what the device showed, for a cell that did not pass.
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Message is a push of a cell.
type Message struct {
	Nonce     string `json:"nonce"`
	RequestID string `json:"requestId,omitempty"`
	Code      string `json:"code,omitempty"`
	Role      string `json:"role,omitempty"`
}

// Event is a line of a waterfall.
type Event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// Skip is a cell that was not planned.
type Skip struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Source string `json:"source"`
}

// NotRun is the reason of a cell that an interrupt left unrun.
const NotRun = "not run, since the run was interrupted"

// Tally counts verdicts and sets Counts and ExitCode. planned says whether any
// cell was selected at all.
func (r *Report) Tally(allowInconclusive bool) {
	var all []verdict.Verdict
	r.Counts = map[verdict.Verdict]int{}
	if r.Devices == nil {
		r.Devices = []Device{}
	}
	for i := range r.Devices {
		if r.Devices[i].Cells == nil {
			// A reader of the JSON gets an array, not null.
			r.Devices[i].Cells = []Cell{}
		}
	}
	for _, d := range r.Devices {
		if d.Error != "" {
			all = append(all, verdict.Infra)
		}
		for _, c := range d.Cells {
			all = append(all, c.Verdict)
			r.Counts[c.Verdict]++
		}
	}
	r.ExitCode = verdict.ExitCode(all, allowInconclusive)
}
