// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// jsonProgress prints one JSON object a line, as jsonHelp says.
type jsonProgress struct {
	enc *json.Encoder
	// known are the devices of which an event was printed.
	known map[string]bool
}

// jsonHelp says what --json prints.
const jsonHelp = "With --json each line of the output is an object with the member event, and key where it is about a device:\n" +
	"device (once for each; device says what it is), planned (cells), waiting (text), started (cell), ended (cell, result),\n" +
	"error (text) and, as the last one, summary (counts by verdict, notPlanned, exitCode, simulated, interrupted, report)."

type progressEvent struct {
	Event  string         `json:"event"`
	Key    string         `json:"key,omitempty"`
	Cell   string         `json:"cell,omitempty"`
	Cells  []string       `json:"cells,omitempty"`
	Result *report.Cell   `json:"result,omitempty"`
	Device *report.Device `json:"device,omitempty"`
	Text   string         `json:"text,omitempty"`
	*summaryEvent
}

// summaryEvent is what the last event has.
type summaryEvent struct {
	Counts      map[verdict.Verdict]int `json:"counts"`
	NotPlanned  int                     `json:"notPlanned"`
	ExitCode    int                     `json:"exitCode"`
	Simulated   []string                `json:"simulated"`
	Interrupted bool                    `json:"interrupted"`
	// Report is the folder.
	Report string `json:"report"`
}

func newJSONProgress(w io.Writer) *jsonProgress {
	return &jsonProgress{enc: json.NewEncoder(w), known: map[string]bool{}}
}

// Device implements fleet.Progress. What a device says of itself is printed
// once; it is known again when its run ends.
func (p *jsonProgress) Device(d report.Device) {
	if !p.known[d.Key] {
		p.known[d.Key] = true
		_ = p.enc.Encode(progressEvent{Event: "device", Key: d.Key, Device: &d})
	}
	if d.Error != "" {
		_ = p.enc.Encode(progressEvent{Event: "error", Key: d.Key, Text: d.Error})
	}
}

// Planned implements fleet.Progress.
func (p *jsonProgress) Planned(key string, cells []string) {
	_ = p.enc.Encode(progressEvent{Event: "planned", Key: key, Cells: cells})
}

// Started implements fleet.Progress.
func (p *jsonProgress) Started(key, cell string) {
	_ = p.enc.Encode(progressEvent{Event: "started", Key: key, Cell: cell})
}

// Waiting implements fleet.Progress.
func (p *jsonProgress) Waiting(key, text string) {
	_ = p.enc.Encode(progressEvent{Event: "waiting", Key: key, Text: text})
}

// Ended implements fleet.Progress.
func (p *jsonProgress) Ended(key string, cell report.Cell) {
	_ = p.enc.Encode(progressEvent{Event: "ended", Key: key, Cell: cell.ID, Result: &cell})
}

// NotRun implements fleet.Progress.
func (p *jsonProgress) NotRun(key string, cells []report.Cell) {
	for _, c := range cells {
		p.Ended(key, c)
	}
}

// failed prints an error that concerns the whole run.
func (p *jsonProgress) failed(text string) {
	_ = p.enc.Encode(progressEvent{Event: "error", Text: text})
}

// summary prints the last event.
func (p *jsonProgress) summary(r *report.Report, dir string) {
	_ = p.enc.Encode(progressEvent{Event: "summary", summaryEvent: &summaryEvent{
		Counts: r.Counts, NotPlanned: len(notPlanned(r)), ExitCode: r.ExitCode,
		Simulated: r.Simulated, Interrupted: r.Interrupted, Report: dir,
	}})
}

// asEvents turns an error of a run into the events of one that could not be
// run: a program that reads the lines need not read standard error.
func asEvents(w io.Writer, err error) error {
	var said *exitError
	if err == nil || errors.As(err, &said) {
		return err
	}
	code := verdict.ExitInfra
	if isUsage(err) {
		code = verdict.ExitUsage
	}
	p := newJSONProgress(w)
	for line := range strings.Lines(err.Error()) {
		p.failed(strings.TrimSuffix(line, "\n"))
	}
	_ = p.enc.Encode(progressEvent{Event: "summary", summaryEvent: &summaryEvent{Counts: map[verdict.Verdict]int{}, ExitCode: code, Simulated: []string{}}})
	return exit(code)
}
