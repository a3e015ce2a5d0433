// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"io"
	"strings"
)

// windowTypes are the numbers of the system's windows; an app's is 1. That of
// the banner is claim device.windows.dump, like the columns.
var windowTypes = map[string]int{nameDesktop: 2001, nameCall: 2102, nameStatusBar: 2108, nameBanner: 2109, nameDropdown: 2109, nameLock: 2110}

// maxWindowName is where the list cuts a name. Source: OpenHarmony,
// window_manager.
const maxWindowName = 20

// topOrder is the Z order of the topmost window.
const topOrder = 120

// dumpWindows lists the windows, topmost first; behind the dashed line are
// those that nobody sees. Source: OpenHarmony, window_manager.
func (d *Device) dumpWindows(w io.Writer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	visible, hidden := d.visible(), d.hidden()
	fmt.Fprint(w, "-------------------------------------ScreenGroup 0-------------------------------------\n")
	fmt.Fprint(w, "WindowName           DisplayId Pid     WinId Type Mode Flag ZOrd Orientation [ x    y    w    h    ] [ OffsetX OffsetY ] [ ScaleX  ScaleY  PivotX  PivotY  ]\n")
	focus := 0
	for i := len(visible) - 1; i >= 0; i-- {
		windowRow(w, visible[i], topOrder-len(visible)+1+i)
		// A banner takes no focus, nor does the status bar.
		if focus == 0 && visible[i].window != windowBanner && visible[i].window != windowStatusBar {
			focus = visible[i].window
		}
	}
	fmt.Fprintf(w, "%s\n", strings.Repeat("-", 87))
	for _, n := range hidden {
		windowRow(w, n, -1)
	}
	fmt.Fprintf(w, "Focus window: %d\nAll Focus window: \nDisplayId: 0 WindowId: %d\nSingleHand: X[0] Y[0] scale[1]\nTotal window num: %d\n",
		focus, focus, len(visible)+len(hidden))
}

func windowRow(w io.Writer, n *node, order int) {
	name, pid := n.attributes["abilityName"], sceneboardPID
	kind, system := windowTypes[name]
	name += itoa(n.window)
	if !system {
		kind = 1
	}
	if n.owner != nil {
		pid = n.owner.main.child.PID()
	}
	b := n.box
	fmt.Fprintf(w, "%-20s %-9d %-7d %-5d %-4d %-4d %-4d %-4d %-5d [ %-4d %-4d %-4d %-4d ] [ 0 0 ] [ 1 1 0.5 0.5 ]\n",
		name[:min(len(name), maxWindowName)], 0, pid, n.window, kind, 1, 0, order, 0, b.left, b.top, b.right-b.left, b.bottom-b.top)
}
