// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"io"
	"slices"
	"strings"
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
			fmt.Fprintf(w, "    uri [/%s/%s/%s]\n      AbilityRecord ID #%d\n", a.spec.Bundle, a.spec.module(), a.spec.Extension, p.child.PID())
			fmt.Fprintf(w, "        app name [%s]\n        main name [%s]\n        bundle name [%s]\n        ability type [EXTENSION]\n        state #ACTIVE  start time [%d]\n",
				a.spec.Bundle, a.spec.Extension, a.spec.Bundle, p.started.Sub(d.boot.at).Milliseconds())
		}
	}
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

// toolHidumper knows the services that answer on a user build without root.
func toolHidumper(c *call) int {
	d := c.d
	if len(c.args) == 1 && c.args[0] == "-ls" {
		c.print("System ability list:\nAbilityManagerService   WindowManagerService   PowerManagerService   ScreenlockService   DistributedNotificationService\n")
		return 0
	}
	if len(c.args) < 2 || c.args[0] != "-s" {
		c.print("usage: hidumper -ls | -s SERVICE [-a ARGUMENTS]\n")
		return 0
	}
	service, argument := c.args[1], ""
	if len(c.args) >= 4 && c.args[2] == "-a" {
		argument = c.args[3]
	}
	c.print("\n-------------------------------[ability]-------------------------------\n\n\n----------------------------------%s----------------------------------\n", service)
	switch service {
	case "AbilityManagerService":
		d.dumpAbilities(c.out, strings.Fields(argument))
	case "WindowManagerService":
		d.dumpWindows(c.out)
	case "PowerManagerService":
		d.mu.Lock()
		state := map[bool]string{true: "AWAKE", false: "INACTIVE"}[d.screen.on]
		d.mu.Unlock()
		c.print("POWER STATE DUMP:\nCurrent State: %s  Reason: 0  Time: 0\nScreenOffTime: Timeout=30000ms\n", state)
	case "ScreenlockService":
		d.dumpLock(c.out)
	case "DistributedNotificationService":
		// Compiled out on this build: the header is all. Claim
		// pushservice.dump.notifications.
	default:
		c.print("no such ability\n")
	}
	return 0
}

// dumpWindows lists the visible windows, topmost first. Source: OpenHarmony,
// window_manager.
func (d *Device) dumpWindows(w io.Writer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprint(w, "-------------------------------------ScreenGroup 0-------------------------------------\n")
	fmt.Fprint(w, "WindowName           DisplayId Pid     WinId Type Mode Flag ZOrd Orientation [ x    y    w    h    ] [ OffsetX OffsetY ] [ ScaleX  ScaleY  PivotX  PivotY  ]\n")
	windows := d.tree().children
	types := map[string]int{"SCBDesktop": 2001, "SCBDropdownPanel": 2109, "SCBScreenLock": 2110}
	for i := len(windows) - 1; i >= 0; i-- {
		name := windows[i].attributes["abilityName"]
		kind, ok := types[name]
		if !ok {
			kind = 1
		}
		b := windows[i].box
		fmt.Fprintf(w, "%-20s 0         %-7d %-5d %-4d 1    0    %-4d 0     [ %-4d %-4d %-4d %-4d ] [ 0 0 ] [ 1 1 0.5 0.5 ]\n",
			name+itoa(i+1), 1001, i+1, kind, 100+i, b.left, b.top, b.right, b.bottom)
	}
	fmt.Fprint(w, "---------------------------------------------------------------------------------------\n")
	fmt.Fprintf(w, "Focus window: %d\nTotal window num: %d\n", len(windows), len(windows))
}

// dumpLock prints a backslash and a t in its head, as the service does. Source:
// OpenHarmony, screenlock_mgr.
func (d *Device) dumpLock(w io.Writer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprint(w, " Screenlock system state\\tValue\t\tDescription\n")
	fmt.Fprintf(w, " * screenState  \t\t%t\t\tscreen on / off status\n", d.screen.on)
	fmt.Fprintf(w, " * offReason  \t\t\t0\t\tscreen failure reason\n * interactiveState \t\t2\t\tscreen interaction status\n")
	fmt.Fprintf(w, " * deviceLocked  \t\t%t\t\t100\n * screenLocked  \t\t%t\t\t100\n", d.screen.locked, d.screen.locked)
}
