// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// What is kept of an evidence: a report is read by people, and travels on one
// line from worker to parent.
const (
	maxEvidenceLines = 200
	maxEvidenceText  = 500
)

// gather adds to the report what the device shows of a cell that has not passed.
// err is what ended its steps. Where nobody can look, or nothing was done, there
// is nothing to see.
func (r *run) gather(ctx context.Context, err error) {
	switch r.report.Verdict {
	case verdict.Fail, verdict.Infra, verdict.Inconclusive:
	default:
		return
	}
	var away *hdc.TargetError
	var gone *hdc.ServerError
	var manual *device.ManualError
	var lacks *device.NotOfferedError
	if ctx.Err() != nil || noMethod(err) || errors.Is(err, harness.ErrNoAgent) ||
		errors.As(err, &away) || errors.As(err, &gone) || errors.As(err, &manual) || errors.As(err, &lacks) {
		return
	}
	nonce := ""
	if r.msg != nil {
		nonce = r.msg.Nonce()
	}
	e, picture, ok := r.dev.Evidence(ctx, nonce, r.report.ID)
	if !ok {
		r.event("no evidence: enough was gathered on this device")
		return
	}
	r.report.Evidence = evidenceOf(e, picture)
}

// evidenceOf is an evidence in words.
func evidenceOf(e device.Evidence, picture string) *report.Evidence {
	words := &report.Evidence{At: e.At, Screenshot: picture, Missing: e.Missing}
	if e.State != nil {
		words.State = e.State.String()
	}
	if e.Lock != nil {
		words.Lock = e.Lock.String()
	}
	if e.Power != nil {
		words.Power = e.Power.State
	}
	if e.Windows != nil {
		words.Windows = lines(e.Windows.Windows, windowText)
		if n := e.Windows.Others; n > 0 {
			words.Windows = append(words.Windows, fmt.Sprintf("and %d visible windows of other apps", n))
		}
	}
	words.Nodes = lines(e.Nodes, nodeText)
	words.Notifications = lines(e.Notices, func(n device.Notice) string {
		return fmt.Sprintf("id %s, slot %d, reminders %d, delivered %s", n.ID, n.Slot, n.Reminders, n.Delivered)
	})
	words.Cards = lines(e.Forms, cardText)
	if e.Log != nil {
		words.Log, words.LogGaps = lines(e.Log.Lines, logText), e.Log.Gaps
		if !e.Log.Found {
			words.LogGaps = append(words.LogGaps, "no line carries the nonce "+e.Log.Nonce)
		}
	}
	return words
}

// lines makes a line of each, of the newest where there are too many.
func lines[T any](list []T, text func(T) string) []string {
	if extra := len(list) - maxEvidenceLines; extra > 0 {
		list = list[extra:]
	}
	var all []string
	for _, item := range list {
		all = append(all, cut(text(item)))
	}
	return all
}

// cut shortens a text to a whole number of characters.
func cut(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= maxEvidenceText {
		return text
	}
	end := maxEvidenceText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

func windowText(w device.Window) string {
	text := fmt.Sprintf("%s (%d), type %d, at %s", w.Name, w.ID, w.Type, w.Bounds)
	if w.Visible {
		text += ", visible"
	}
	if w.Focus {
		text += ", has the input"
	}
	return text
}

func cardText(f device.Form) string {
	text := fmt.Sprintf("card %s, %s of ability %s", f.ID, f.Name, f.Ability)
	if f.NeedRefresh {
		text += ", an update waits for it to be seen"
	}
	return text
}

func nodeText(n device.Node) string {
	return fmt.Sprintf("%s %q at %s in %s", n.Type, n.Text, n.Bounds, n.Bundle)
}

func logText(l hdc.LogLine) string {
	return fmt.Sprintf("%s %5d %5d %s %s%s/%s/%s: %s", l.Time, l.PID, l.TID, l.Level, l.Type, l.Domain, l.Process, l.Tag, l.Message)
}
