// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/verdict"
)

// The JUnit shapes, as far as CI systems agree on them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Class     string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Failure   *junitProblem `xml:"failure,omitempty"`
		Error     *junitProblem `xml:"error,omitempty"`
		Skipped   *junitProblem `xml:"skipped,omitempty"`
		SystemOut string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit renders the report: fail is a failure; infra, quota and inconclusive
// are errors; unsupported is skipped. A device that could not be used is one
// case with an error.
func (r *Report) JUnit() ([]byte, error) {
	all := junitSuites{Name: r.title(), Time: seconds(r.Ended.Sub(r.Started))}
	for _, d := range r.Devices {
		s := d.suite(r)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
		all.Suites = append(all.Suites, s)
	}
	raw, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("render junit.xml: %w", err)
	}
	return append([]byte(xml.Header), append(raw, '\n')...), nil
}

func (r *Report) title() string {
	if len(r.Simulated) > 0 {
		return "pushproof SIMULATED (" + strings.Join(r.Simulated, ", ") + ")"
	}
	return "pushproof"
}

func (d *Device) suite(r *Report) junitSuite {
	s := junitSuite{
		Name: d.Name(),
		Properties: []junitProperty{
			{"run", r.Run}, {"model", d.Model}, {"api", fmt.Sprint(d.API)}, {"osVersion", d.OSVersion},
			{"simulated", fmt.Sprint(d.Simulated)}, {"agent", d.Agent},
		},
	}
	if d.Error != "" {
		s.add(junitCase{Name: "device is usable", Class: d.Name(), Time: "0", Error: &junitProblem{Message: d.Error, Type: string(verdict.Infra)}})
	}
	var total time.Duration
	for _, c := range d.Cells {
		took := c.Ended.Sub(c.Started)
		total += took
		s.add(c.junit(took))
	}
	s.Time = seconds(total)
	if len(d.Cells) > 0 && !d.Cells[0].Started.IsZero() {
		s.Timestamp = d.Cells[0].Started.UTC().Format("2006-01-02T15:04:05")
	}
	return s
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (c *Cell) junit(took time.Duration) junitCase {
	j := junitCase{Name: c.ID, Class: "pushproof." + c.Kind, Time: seconds(took)}
	problem := &junitProblem{Message: c.Reason, Type: string(c.Verdict), Text: c.Explain()}
	switch c.Verdict {
	case verdict.Pass:
		j.SystemOut = c.Explain()
	case verdict.Unsupported:
		j.Skipped = &junitProblem{Message: c.Reason + " (source: " + c.Source + ")"}
	case verdict.Fail:
		j.Failure = problem
	default:
		j.Error = problem
	}
	return j
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }
