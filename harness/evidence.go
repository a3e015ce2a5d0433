// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/report"
)

const (
	// evidenceLimit bounds the gathering of evidence.
	evidenceLimit = 15 * time.Second
	// maxEvidence bounds how often a run gathers evidence on a device: one on
	// which all fails is seen well enough by then.
	maxEvidence = 20
)

// Evidence gathers what the device shows of a message ("" for none), within 15
// s: for a check that has failed. The screenshot is written below
// Config.ReportDir, under a name made of the given one; picture is its path from
// there, with slashes. ok is false, and nothing is done, once it was done for
// 20 checks.
//
// A screenshot shows whatever is on the display, also what is not the app's.
func (d *Device) Evidence(ctx context.Context, nonce, name string) (e device.Evidence, picture string, ok bool) {
	d.mu.Lock()
	d.evidences++
	ok = d.evidences <= maxEvidence
	d.mu.Unlock()
	if !ok {
		return e, "", false
	}
	ctx, cancel := context.WithTimeout(ctx, evidenceLimit)
	defer cancel()
	e = d.drv.Evidence(ctx, nonce)
	if e.Screenshot == nil {
		return e, "", true
	}
	picture = path.Join(report.EvidenceFolder, d.s.run, safeName(d.Key()), fileName(name)+"."+e.Screenshot.Format)
	if err := writeFile(filepath.Join(d.s.cfg.ReportDir, filepath.FromSlash(picture)), e.Screenshot.Data); err != nil {
		e.Missing[device.PartScreenshot] = err.Error()
		picture = ""
	}
	return e, picture, true
}

// writeFile writes a file for its owner alone, and makes its folder.
func writeFile(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// fileName makes a cell's id the name of a file on any system.
func fileName(id string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, id), "-")
}
