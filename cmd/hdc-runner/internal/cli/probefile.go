// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pushproof/pushproof/harness/probe"
	"github.com/pushproof/pushproof/harness/verdict"
)

// probeExit is the exit code: a claim that is broken wins over everything, and
// where nothing was decided the question is still open.
func probeExit(file *probe.File) int {
	decided, trouble := false, false
	for _, s := range file.Subjects {
		for _, r := range s.Results {
			switch {
			case r.Outcome == probe.Broken:
				return verdict.ExitFail
			case r.Outcome == probe.Held || r.Cause == probe.CausePart:
				decided = true
			case r.Cause == probe.CauseTrouble:
				trouble = true
			}
		}
	}
	if trouble || !decided {
		return verdict.ExitInfra
	}
	return verdict.ExitPass
}

// save prints the file or writes it.
func (f *probeFlags) save(out io.Writer, p *probePrinter, file *probe.File) error {
	if f.json {
		return file.Write(out)
	}
	to, err := f.create(file)
	if err != nil {
		return fmt.Errorf("write the probe file: %w", err)
	}
	p.file = to.Name()
	return errors.Join(file.Write(to), to.Close())
}

// create makes the file. One that is there already is replaced only where the
// user named it.
func (f *probeFlags) create(file *probe.File) (*os.File, error) {
	if f.out != "" {
		return os.Create(f.out)
	}
	name := probeFileName(file)
	for n := 1; ; n++ {
		path := name + ".json"
		if n > 1 {
			path = fmt.Sprintf("%s-%d.json", name, n)
		}
		to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, os.ErrExist) || n == 1000 {
			return to, err
		}
	}
}

// probeFileName is the default name, without ending: what was probed, and when.
func probeFileName(file *probe.File) string {
	what := "cloud"
	switch {
	case file.Simulated:
		what = "simulated"
	case file.Subjects[0].Kind == probe.KindDevice:
		what = strings.Map(func(r rune) rune {
			if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				return r
			}
			return '-'
		}, file.Subjects[0].Model)
		if what == "" {
			what = "device"
		}
	}
	return "pushproof-probe-" + what + "-" + file.Date
}
