// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// Schema is the version of the form of the files that this version reads and
// writes.
const Schema = 1

// maxFile bounds a probe file, in bytes: results of a dozen devices take 1 MB.
const maxFile = 16 << 20

// File is what a run of probes found. docs/schemas/probe.schema.json describes
// it.
type File struct {
	// Schema is Schema.
	Schema int `json:"schema"`
	// Tool is the program and its version.
	Tool string `json:"tool"`
	// Date is the day in UTC, as 2026-01-31.
	Date string `json:"date"`
	// Simulated is set where one of the subjects is a simulator.
	Simulated bool `json:"simulated"`
	// Subjects are what was probed.
	Subjects []Subject `json:"subjects"`
}

// Subject is a device with its hdc server, or a Push Cloud, and what was found
// on it.
type Subject struct {
	// Kind is KindDevice or KindCloud.
	Kind string `json:"kind"`
	// Simulated is set where the subject says that it is a simulator.
	Simulated bool `json:"simulated"`
	// Device is a fingerprint of the connect key, which is never stored itself.
	Device string `json:"device,omitempty"`
	// DeviceType, Model, OSVersion, Software, API and Emulator are the profile's.
	DeviceType string `json:"deviceType,omitempty"`
	Model      string `json:"model,omitempty"`
	OSVersion  string `json:"osVersion,omitempty"`
	Software   string `json:"software,omitempty"`
	API        int    `json:"api,omitempty"`
	Emulator   bool   `json:"emulator,omitempty"`
	// Build is the kind of firmware, in words.
	Build string `json:"build,omitempty"`
	// HDC is the hdc server's version, Transport how it reaches the device.
	HDC       string `json:"hdc,omitempty"`
	Transport string `json:"transport,omitempty"`
	// Warnings say what else may be the reason for what was found.
	Warnings []string `json:"warnings,omitempty"`
	// Endpoint is the cloud's host, Requests how many it was sent.
	Endpoint string `json:"endpoint,omitempty"`
	Requests int    `json:"requests,omitempty"`
	// Results has one for each claim that was tried, in the order of trying.
	Results []Result `json:"results"`
}

// The kinds of subjects.
const (
	KindDevice = "device"
	KindCloud  = "cloud"
)

// Outcome says what became of a claim.
type Outcome string

// The outcomes.
const (
	// Held: the real thing did what the claim says.
	Held Outcome = "held"
	// Broken: it did something else.
	Broken Outcome = "broken"
	// Undecided: nothing is known more than before.
	Undecided Outcome = "undecided"
)

// Cause says why a claim is undecided.
type Cause string

// The causes.
const (
	// CauseNeed: something that the probe needs is not there.
	CauseNeed Cause = "need"
	// CausePart: what the probe checks held, and the claim says more.
	CausePart Cause = "part"
	// CauseTrouble: something was in the way: a time-out, a lost connection.
	CauseTrouble Cause = "trouble"
)

// Result is what became of one claim.
type Result struct {
	Claim string `json:"claim"`
	// Statement is a fingerprint of what the claim said, see Fingerprint: another
	// version may say something else under the same id.
	Statement string  `json:"statement"`
	Outcome   Outcome `json:"outcome"`
	// Reason says why a claim is broken or undecided; Cause is for the latter.
	Reason string `json:"reason,omitempty"`
	Cause  Cause  `json:"cause,omitempty"`
	// Evidence is what was seen, redacted and bounded.
	Evidence []string `json:"evidence,omitempty"`
}

// Fingerprint returns the first 16 digits of the SHA-256 of a claim's
// statement.
func Fingerprint(c fixtures.Claim) string {
	sum := sha256.Sum256([]byte(c.Statement))
	return hex.EncodeToString(sum[:8])
}

// NewFile returns the file of a run that ended at that time.
func NewFile(tool string, at time.Time, subjects ...Subject) *File {
	f := &File{Schema: Schema, Tool: tool, Date: at.UTC().Format(time.DateOnly), Subjects: subjects}
	for _, s := range subjects {
		f.Simulated = f.Simulated || s.Simulated
	}
	return f
}

// Write writes the file as indented JSON.
func (f *File) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(f)
}

// ReadFile reads a probe file and refuses one that is none, or is of another
// form.
func ReadFile(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the probe file: %w", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the probe file: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s has more than %d MiB and is no probe file", path, maxFile>>20)
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Parse reads a probe file's bytes. Nothing in them is trusted: unknown
// fields, unknown outcomes and dates that are none are errors.
func Parse(data []byte) (*File, error) {
	var head struct {
		Schema   int               `json:"schema"`
		Subjects []json.RawMessage `json:"subjects"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("it is no probe file: %w", err)
	}
	if head.Schema != Schema && head.Schema > 0 && head.Subjects != nil {
		return nil, fmt.Errorf("its schema is %d, this version reads %d: take the hdc-runner that wrote it", head.Schema, Schema)
	}
	var f File
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("it is no probe file: %w", err)
	}
	if problem := f.problem(); problem != "" {
		return nil, fmt.Errorf("it is no sound probe file: %s", problem)
	}
	return &f, nil
}

// day is a date as a file and a claim's Seen write it.
var day = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// problem says what is wrong with the file, or "".
func (f *File) problem() string {
	if f.Schema != Schema || f.Subjects == nil {
		return "schema or subjects are missing"
	}
	if _, err := time.Parse(time.DateOnly, f.Date); err != nil || !day.MatchString(f.Date) {
		return fmt.Sprintf("the date %.40q is none", f.Date)
	}
	for _, s := range f.Subjects {
		switch {
		case s.Kind != KindDevice && s.Kind != KindCloud:
			return fmt.Sprintf("a subject of the kind %.40q, which is neither %s nor %s", s.Kind, KindDevice, KindCloud)
		case s.Simulated && !f.Simulated:
			return "a simulated subject in a file that says it is not simulated"
		}
		for _, r := range s.Results {
			if problem := r.problem(); problem != "" {
				return fmt.Sprintf("claim %.80q: %s", r.Claim, problem)
			}
		}
	}
	return ""
}

func (r Result) problem() string {
	switch r.Outcome {
	case Held:
		if r.Reason != "" || r.Cause != "" {
			return "it held and has a reason"
		}
	case Broken:
		if r.Reason == "" || r.Cause != "" {
			return "it is broken without a reason"
		}
	case Undecided:
		if r.Reason == "" || r.Cause != CauseNeed && r.Cause != CausePart && r.Cause != CauseTrouble {
			return "it is undecided without a reason or a cause"
		}
	default:
		return fmt.Sprintf("the outcome %.40q is none of %s, %s, %s", r.Outcome, Held, Broken, Undecided)
	}
	return ""
}
