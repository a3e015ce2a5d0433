// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rebooter is a [Target] that `target boot` restarts.
type Rebooter interface {
	// Reboot returns when the device is up again, or when ctx ends.
	Reboot(ctx context.Context) error
}

// targetCommand answers `target mount` and `target boot`. A restart is not
// answered: the channel ends, and the target goes offline. With a mode in which
// no hdcd runs it does not come back by itself (claim hdc.boot-modes). With any
// other word the recorded daemon did the same as without, and what a device does
// is not known; here nothing.
func (c *channel) targetCommand(rest string) (text string, open bool) {
	device := c.begin()
	switch {
	case rest == "mount":
		c.sayLast(c.s.dialect.noRemount)
	case rest == "boot":
		if r, ok := device.(Rebooter); ok {
			c.s.reboot(c.bound, r)
		}
	case strings.HasPrefix(rest, "boot "):
		if slices.Contains(modesWithoutDaemon, strings.TrimPrefix(rest, "boot ")) {
			c.s.SetState(c.bound.key, Offline)
		}
	default:
		return fmt.Sprintf(textNotSimulated, "target "+rest), false
	}
	return "", false
}

// modesWithoutDaemon are the modes of `target boot` in which hdc finds no
// device. Source: OpenHarmony, hdc manual, target boot.
var modesWithoutDaemon = []string{"-bootloader", "bootloader", "-recovery", "recovery", "shutdown"}

// reboot takes the target offline until its device is up again.
func (s *Server) reboot(t *target, r Rebooter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || t.device == nil {
		return
	}
	device := t.device
	t.disconnect()
	t.state = Offline
	s.group.Go(func() {
		err := r.Reboot(s.ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		// Someone may have taken the device away, or put it into a state.
		if err == nil && t.device == device && t.state == Offline {
			s.connect(t)
		}
	})
}

// mode answers `tmode`. Only the refusal was recorded; for the others hdcd
// starts again, which ends what runs on the target (claim hdc.tmode).
func (c *channel) mode(rest string) (text string, open bool) {
	word, port, _ := strings.Cut(rest, " ")
	switch {
	case rest == "usb" && c.s.dialect.usbMode != "":
		return c.s.dialect.usbMode, false
	case rest == "usb":
		return fmt.Sprintf(textNotSimulated, "tmode "+rest), false
	case word != "port":
		return c.s.dialect.badMode, false
	case port == "close":
		c.s.bounce(c.bound)
		return "", false
	case port != "":
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return textBadPortRange, false
		}
	}
	if c.say(textModeSet) == nil {
		c.s.bounce(c.bound)
	}
	return "", false
}

// bounce is the device's hdcd ending and starting again.
func (s *Server) bounce(t *target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.device != nil && t.state == Connected {
		t.disconnect()
		s.connect(t)
	}
}

// rootMode answers `smode`, which only works where hdcd may be root. The
// simulated devices have user builds (claim hdc.smode).
func (c *channel) rootMode(rest string) (text string, open bool) {
	if rest != "" && rest != "-r" {
		return textUnknownCommand, false
	}
	return c.s.dialect.noRemount, false
}

// track answers track-jpid: no process can be debugged, and that never
// changes, so nothing more comes.
func (c *channel) track() {
	if c.s.dialect.tracked == "" || c.say(c.s.dialect.tracked) == nil {
		c.hang()
	}
}
