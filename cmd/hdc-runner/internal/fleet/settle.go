// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"strings"

	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// settle gives a verdict to each planned cell that has none. Only the cell that
// had begun, and those after it, are concerned; none of it is the app's fault.
func (w *worker) settle(ctx context.Context, err error) {
	reason, next := "the run ended before this cell", "run it again; `hdc-runner doctor` checks device and server"
	switch {
	case ctx.Err() != nil:
		reason, next = report.NotRun, "run it again, to its end"
	case err != nil:
		reason = err.Error()
	}
	if err != nil && len(w.planned) == 0 && w.device.Error == "" {
		w.device.Error = reason
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []report.Cell
	for _, id := range w.planned {
		if w.ended[id] {
			continue
		}
		cell := lost(id, reason, next)
		if id != w.started {
			left = append(left, cell)
			w.device.Cells = append(w.device.Cells, cell)
			continue
		}
		if cell.Reason = "while this cell ran: " + reason; ctx.Err() != nil {
			cell.Reason = "the run was interrupted while this cell ran"
		}
		w.device.Cells = append(w.device.Cells, cell)
		w.options.Progress.Ended(w.order.Key, cell)
	}
	if len(left) > 0 {
		w.options.Progress.NotRun(w.order.Key, left)
	}
}

// lost is the report of a cell that nobody judged. Its id says what it was.
func lost(id, reason, next string) report.Cell {
	cell := report.Cell{ID: id, Verdict: verdict.Infra, Reason: reason, Next: next}
	name, condition, _ := strings.Cut(strings.TrimSuffix(id, "]"), "[")
	cell.Condition = condition
	if parts := strings.Split(name, "/"); len(parts) == 4 {
		cell.Kind, cell.State, cell.Expect = parts[0], parts[2], parts[3]
	}
	return cell
}
