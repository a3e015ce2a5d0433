// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/harness/report"
)

// runID is the form of NewRun's ids.
var runID = regexp.MustCompile(`^\d{8}-\d{6}-[0-9a-f]{6}$`)

// Journal removes the hub journals and screenshots of earlier runs below
// reportDir and returns the folder for a run's journal. Only folders that are such journals and nothing else
// are removed, and none that a hub has open: another run may be going on there.
func Journal(reportDir, run, label string) (string, error) {
	root := filepath.Join(reportDir, "journal")
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("look for journals of earlier runs: %w", err)
	}
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if e.Name() == run || !e.IsDir() || !runID.MatchString(e.Name()) || !abandoned(dir) {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return "", fmt.Errorf("remove the journal of an earlier run: %w", err)
		}
		// Its report is about to be replaced, which names the pictures.
		if err := os.RemoveAll(filepath.Join(reportDir, report.EvidenceFolder, e.Name())); err != nil {
			return "", fmt.Errorf("remove the screenshots of an earlier run: %w", err)
		}
	}
	return filepath.Join(root, run, safeName(label)), nil
}

// abandoned reports whether dir holds a run's journals, a folder for each
// device, and nobody has one of them open.
func abandoned(dir string) bool {
	devices, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, d := range devices {
		sub := filepath.Join(dir, d.Name())
		if !d.IsDir() || !isJournal(sub) {
			return false
		}
		lock, err := journal.TryLock(sub)
		if err != nil {
			return false
		}
		if lock.Release() != nil {
			return false
		}
	}
	return true
}

// isJournal reports whether a folder holds a journal's files and nothing else.
func isJournal(dir string) bool {
	files, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, f := range files {
		if !f.Type().IsRegular() || !journal.IsFile(f.Name()) {
			return false
		}
	}
	return true
}
