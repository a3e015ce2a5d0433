// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"io"
	"slices"
)

// of returns the notifications of a bundle, or all for "".
func of(all []*notification, bundle string) []*notification {
	if bundle == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(n *notification) bool { return n.app.spec.Bundle != bundle })
}

// dumpNotifications is hidumper -s DistributedNotificationService. It takes one
// argument. From HarmonyOS 6.1 the dump is compiled for engineering builds
// only; a user build prints its header. Claim pushservice.dump.notifications.
// Source of the texts: OpenHarmony, distributed_notification_service.
func (d *Device) dumpNotifications(w io.Writer, args []string) {
	if d.build.api >= api61 && !d.build.engineering {
		return
	}
	argument := ""
	if len(args) == 1 {
		argument = args[0]
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch argument {
	case "-h", "--help":
		fmt.Fprint(w, "Usage:dump <command> [options]\nDescription::\n  --active, -a\n    list all active notifications\n  --recent, -r\n    list recent notifications\n")
	case "-a", "--active":
		fmt.Fprint(w, "notification list:\n")
		d.printNotifications(w, d.shade, false)
		if len(d.shade) == 0 {
			fmt.Fprint(w, "no notification\n")
		}
	case "-r", "--recent":
		fmt.Fprint(w, "recent notification list:\n")
		d.printNotifications(w, d.recent, true)
		if len(d.recent) == 0 {
			fmt.Fprint(w, "no notification\n")
		}
	default:
		fmt.Fprint(w, "error: unknown option.\nThe arguments are illegal and you can enter '-h' for help.\n")
	}
}

// dumpTime is how a dump writes a time.
const dumpTime = "2006-01-02, 15:04:05"

// printNotifications writes one block each: no title, no text, no badge; d.mu
// is held. Its lines are claim device.text.notifications.
func (d *Device) printNotifications(w io.Writer, all []*notification, recent bool) {
	owner := "OwnerBundleName"
	if recent {
		owner = "BundleName"
	}
	for i, n := range all {
		fmt.Fprintf(w, "No.%d\n\tUserId: 100\n\tCreatePid: %d\n\t%s: %s\n\tOwnerUid: %d\n\tReceiverUserId: 100\n\tDeliveryTime = %s\n",
			i+1, pushServicePID, owner, n.app.spec.Bundle, n.app.uid, n.at.Format(dumpTime))
		if recent && !n.goneAt.IsZero() {
			fmt.Fprintf(w, "\tDeleteTime: %s\n\tDeleteReason: %d\n", n.goneAt.Format(dumpTime), n.reason)
		}
		fmt.Fprintf(w, "\tNotification:\n\t\tId: %d\n\t\tLabel: \n\t\tSlotType = %d\n", n.id, n.slot.dump)
		if d.build.api < api61 {
			continue
		}
		fmt.Fprintf(w, "\t\tReminderFlags : %d\n", n.flags)
		for _, way := range []struct {
			name string
			bit  int
		}{{"Sound", remindSound}, {"Vibration", remindVibration}, {"Banner", remindBanner},
			{"LockScreen", remindLockScreen}, {"LightScreen", remindLight}, {"StatusIcon", remindIcon}} {
			on := 0
			if n.flags&way.bit != 0 {
				on = 1
			}
			fmt.Fprintf(w, "\t\t%s : %d\n", way.name, on)
		}
	}
}
