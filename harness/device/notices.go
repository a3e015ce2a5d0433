// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Notice is a notification as the notification service dumps it: without title
// and text.
type Notice struct {
	Bundle string `json:"bundle"`
	// ID and Label are what the notification was posted under.
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
	// Slot is the service's own number of the slot's type (not that of ArkTS): 0
	// social, 1 service, 2 content, 3 other, 4 custom, 5 live view, 6 customer
	// service, 7 emergency; -1 where it is not given.
	Slot int `json:"slot"`
	// Delivered is when, by the device's clock.
	Delivered string `json:"delivered,omitempty"`
	// Reminders are the bits of how it reminds: 1 sound, 2 lock screen, 4 banner,
	// 8 light, 16 vibration, 32 status bar; -1 where the version does not say.
	Reminders int `json:"reminders"`
}

// Notices lists the app's notifications by the dump of the notification
// service: by anm, where the firmware is for engineers, else by hidumper, which
// old firmware answers. Only rows of the app are kept. None is no error.
//
// The error is a *NotOfferedError on all firmware else, or an *OutputError, or
// the shell's. (Claims device.notices.dump and pushservice.dump.notifications.)
func (d *Device) Notices(ctx context.Context) ([]Notice, error) {
	const doing = "list the app's notifications"
	if err := d.needApp(doing); err != nil {
		return nil, err
	}
	tool := "anm dump"
	text, err := d.dump(ctx, "anm.dump", map[string]string{"bundle": d.app.Bundle})
	if none := (*NotOfferedError)(nil); errors.As(err, &none) {
		tool = "hidumper -s DistributedNotificationService"
		text, err = d.dump(ctx, "notices.dump", nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	notices, known := parseNotices(text, d.app.Bundle)
	if !known {
		// It may hold other apps' rows: none of it is quoted.
		return nil, newOutputError(doing, tool, fmt.Sprintf("%d bytes", len(text)), nil)
	}
	return notices, nil
}

// maxNotices bounds the list; the service keeps 100 of an app.
const maxNotices = 1000

// parseNotices reads the rows of a bundle. known is false where the text is no
// such dump.
func parseNotices(text, bundle string) (notices []Notice, known bool) {
	var current *Notice
	keep := func() {
		if current != nil && current.Bundle == bundle && len(notices) < maxNotices {
			notices = append(notices, *current)
		}
		current = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		name, value, found := strings.Cut(line, ":")
		if !found {
			name, value, _ = strings.Cut(line, "=")
		}
		name, value = strings.TrimSpace(name), oneLine(value, maxExcerpt)
		switch {
		case line == "notification list:", line == "no notification", name == "Total" && found:
			known = true
		case strings.HasPrefix(line, "No."):
			keep()
			known, current = true, &Notice{Slot: -1, Reminders: -1}
		case current == nil:
		case name == "OwnerBundleName", name == "BundleName":
			current.Bundle = value
		case name == "Id":
			current.ID = value
		case name == "Label":
			current.Label = value
		case strings.HasPrefix(line, "SlotType ="):
			current.Slot = number(line)
		case strings.HasPrefix(line, "DeliveryTime ="):
			_, at, _ := strings.Cut(line, "=")
			current.Delivered = oneLine(at, maxExcerpt)
		case name == "ReminderFlags":
			current.Reminders = number(line)
		}
	}
	keep()
	return notices, known
}

// number returns the number at the end of a line, or -1.
func number(line string) int {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return -1
	}
	n, err := strconv.Atoi(fields[len(fields)-1])
	if err != nil || n < 0 {
		return -1
	}
	return n
}
