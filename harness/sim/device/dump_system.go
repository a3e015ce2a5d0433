// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// services are the names that hidumper -ls lists.
var services = []string{"AbilityManagerService", "DistributedNotificationService", "FormMgr", "PowerManagerService", "ScreenlockService", "WindowManagerService"}

// toolHidumper knows the services that answer on a user build without root.
func toolHidumper(c *call) int {
	d := c.d
	if len(c.args) == 1 && c.args[0] == "-ls" {
		c.print("System ability list:\n%s\n", strings.Join(services, "   "))
		return 0
	}
	if len(c.args) < 2 || c.args[0] != "-s" {
		c.print("usage: hidumper -ls | -s SERVICE [-a ARGUMENTS]\n")
		return 0
	}
	service, args := c.args[1], []string(nil)
	if len(c.args) >= 4 && c.args[2] == "-a" {
		args = strings.Fields(c.args[3])
	}
	c.print("\n-------------------------------[ability]-------------------------------\n\n\n----------------------------------%s----------------------------------\n", service)
	switch service {
	case "AbilityManagerService":
		d.dumpAbilities(c.out, args)
	case "DistributedNotificationService":
		d.dumpNotifications(c.out, args)
	case "FormMgr":
		d.dumpForms(c.out, args)
	case "PowerManagerService":
		d.dumpPower(c.out, args)
	case "ScreenlockService":
		d.dumpLock(c.out, args)
	case "WindowManagerService":
		d.dumpWindows(c.out)
	default:
		c.print("no such ability\n")
	}
	return 0
}

// dumpLock is printed with a backslash and a t in its head, as the service
// does. Source: OpenHarmony, screenlock_mgr; its values are claim
// device.lock.dump.
func (d *Device) dumpLock(w io.Writer, args []string) {
	if len(args) != 1 || args[0] != "-all" {
		fmt.Fprint(w, "Usage:dump  <command> [options]\nDescription:\n-all  dump all screenlock information in the system\n")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	interactive := 0
	if d.screen.on {
		interactive = 2
	}
	fmt.Fprint(w, " Screenlock system state\\tValue\t\tDescription\n")
	fmt.Fprintf(w, " * screenState  \t\t%t\t\tscreen on / off status\n", d.screen.on)
	fmt.Fprintf(w, " * offReason  \t\t\t0\t\tscreen failure reason\n * interactiveState \t\t%d\t\tscreen interaction status\n", interactive)
	fmt.Fprintf(w, " * deviceLocked  \t\t%t\t\t100\n * authState  \t\t1\t\t100\n", d.pin && d.screen.locked)
	fmt.Fprintf(w, " * screenLocked  \t\t%t\t\t100\n * strongAuth  \t\t100\t\t0\t\t0\n", d.screen.locked)
}

// power is what power-shell and the power service set; d.mu guards it.
type power struct {
	// timeout is in milliseconds, 0 for the user's own.
	timeout int
	// keepOn is set by the service's -t.
	keepOn bool
}

// screenTimeout is the user's own, in milliseconds. A simulated screen never
// goes off by itself.
const screenTimeout = 30_000

// off returns after how many milliseconds the screen would go off.
func (p power) off() int { return cmp.Or(p.timeout, screenTimeout) }

// dumpPower prints the state, and keeps the screen on in developer mode. Source:
// OpenHarmony, powermgr; what -t and -f print is claim device.screen.keep.
func (d *Device) dumpPower(w io.Writer, args []string) {
	if len(args) != 1 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch args[0] {
	case "-t", "-f":
		if !d.build.developer && !d.build.engineering {
			return
		}
		d.power.keepOn = args[0] == "-t"
		d.notify()
		fmt.Fprintf(w, "Keep screen on: %t\n", d.power.keepOn)
	case "-s":
		state := "AWAKE"
		if !d.screen.on {
			state = "INACTIVE"
		}
		fmt.Fprintf(w, "POWER STATE DUMP:\nCurrent State: %s  Reason: 0  Time: 0\nScreenOffTime: Timeout=%dms\n", state, d.power.off())
	}
}
