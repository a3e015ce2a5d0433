// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"io"
	"slices"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// dumpAbilities is aa dump, and hidumper -s AbilityManagerService. Its lines
// are rebuilt from source: claim device.dump.state.
func (d *Device) dumpAbilities(w io.Writer, args []string) {
	has := func(names ...string) bool {
		return slices.ContainsFunc(args, func(a string) bool { return slices.Contains(names, a) })
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case has("-a", "--all"), has("-r", "--process"):
		d.dumpMissions(w)
		d.dumpExtensions(w)
		d.dumpProcesses(w)
	case has("-l", "--mission-list"):
		d.dumpMissions(w)
	case has("-e", "--extension"):
		d.dumpExtensions(w)
	default:
		fmt.Fprint(w, "error: no option specified.\nusage: aa dump <options>\n")
	}
}

func (d *Device) dumpMissions(w io.Writer) {
	fmt.Fprint(w, "User ID #100\n  current mission lists:{\n")
	for _, a := range d.apps {
		p := a.main
		if p == nil {
			continue
		}
		for _, c := range p.created {
			state := "BACKGROUND"
			if p.foreground && p.top == c.name {
				state = "FOREGROUND"
			}
			process := "BACKGROUND"
			if p.foreground {
				process = "FOREGROUND"
			}
			fmt.Fprintf(w, "    Mission ID #%d  mission name #[#%s:%s:%s]  lockedState #0  mission affinity #[]\n", c.mission, a.spec.Bundle, a.spec.module(), c.name)
			fmt.Fprintf(w, "      AbilityRecord ID #%d\n", c.record)
			fmt.Fprintf(w, "        app name [%s]\n        main name [%s]\n        bundle name [%s]\n        ability type [PAGE]\n", a.spec.Bundle, c.name, a.spec.Bundle)
			fmt.Fprintf(w, "        state #%s  start time [%d]\n        app state #%s\n", state, c.started.Sub(d.boot.at).Milliseconds(), process)
			fmt.Fprint(w, "        ready #1  window attached #0  launcher #0\n        callee connections: \n        isKeepAlive: false\n")
		}
	}
	fmt.Fprint(w, " }\n")
}

func (d *Device) dumpExtensions(w io.Writer) {
	fmt.Fprint(w, "User ID #100\n  ExtensionRecords:\n")
	for _, a := range d.apps {
		for _, p := range a.extensions {
			fmt.Fprintf(w, "    uri [/%s/%s/%s]\n      AbilityRecord ID #%d\n", a.spec.Bundle, a.spec.module(), p.ability(), p.child.PID())
			fmt.Fprintf(w, "        app name [%s]\n        main name [%s]\n        bundle name [%s]\n        ability type [EXTENSION]\n        state #ACTIVE  start time [%d]\n",
				a.spec.Bundle, p.ability(), a.spec.Bundle, p.started.Sub(d.boot.at).Milliseconds())
		}
	}
}

// ability names the extension ability of the process.
func (p *proc) ability() string {
	if p.role == seam.RoleForm && len(p.app.spec.Forms) > 0 {
		return p.app.spec.Forms[0].Ability
	}
	return p.app.spec.Extension
}

func (d *Device) dumpProcesses(w io.Writer) {
	fmt.Fprint(w, "  AppRunningRecords:\n")
	for _, p := range d.processes() {
		state := "BACKGROUND"
		if p.foreground {
			state = "FOREGROUND"
		}
		fmt.Fprintf(w, "    AppRunningRecord ID #%d\n      process name [%s]\n      pid #%d  uid #%d\n      state #%s\n", p.child.PID(), p.name(), p.child.PID(), p.app.uid, state)
	}
}
