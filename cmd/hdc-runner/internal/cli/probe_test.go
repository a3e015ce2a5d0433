// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
	"github.com/pushproof/pushproof/harness/probe"
)

func TestExitOfProbes(t *testing.T) {
	held := probe.Result{Outcome: probe.Held}
	broken := probe.Result{Outcome: probe.Broken}
	undecided := func(c probe.Cause) probe.Result { return probe.Result{Outcome: probe.Undecided, Cause: c} }
	for name, tt := range map[string]struct {
		results []probe.Result
		want    int
	}{
		"all held":            {[]probe.Result{held, held}, 0},
		"held, and no need":   {[]probe.Result{undecided(probe.CauseNeed), held}, 0},
		"held in part":        {[]probe.Result{undecided(probe.CausePart)}, 0},
		"broken":              {[]probe.Result{held, undecided(probe.CauseTrouble), broken}, 1},
		"trouble":             {[]probe.Result{held, undecided(probe.CauseTrouble)}, 3},
		"nothing was decided": {[]probe.Result{undecided(probe.CauseNeed)}, 3},
		"nothing was tried":   {nil, 3},
	} {
		file := &probe.File{Subjects: []probe.Subject{{Results: tt.results}}}
		if got := cli.ProbeExit(file); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", name, got, tt.want)
		}
	}
}

func TestNamesOfProbeFiles(t *testing.T) {
	device := probe.Subject{Kind: probe.KindDevice, Model: "ALN-AL00/x y"}
	cloud := probe.Subject{Kind: probe.KindCloud, Endpoint: "push-api.cloud.huawei.com"}
	for want, file := range map[string]*probe.File{
		"pushproof-probe-ALN-AL00-x-y-2026-01-31": {Date: "2026-01-31", Subjects: []probe.Subject{device, cloud}},
		"pushproof-probe-cloud-2026-01-31":        {Date: "2026-01-31", Subjects: []probe.Subject{cloud}},
		"pushproof-probe-device-2026-01-31":       {Date: "2026-01-31", Subjects: []probe.Subject{{Kind: probe.KindDevice}}},
		"pushproof-probe-simulated-2026-01-31":    {Date: "2026-01-31", Simulated: true, Subjects: []probe.Subject{device}},
	} {
		if got := cli.ProbeFileName(file); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
