// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import (
	"context"
	"fmt"
)

// Rebooter is a [Target] that `target boot` restarts.
type Rebooter interface {
	// Reboot returns when the device is up again, or when ctx ends.
	Reboot(ctx context.Context) error
}

// targetCommand answers `target mount` and `target boot`. A restart is not
// answered: the channel ends, and the target goes offline. With any further
// word the recorded daemon did the same as without, and what a device does is
// not known; here only the plain command restarts it.
func (c *channel) targetCommand(rest string) (text string, open bool) {
	device := c.begin()
	switch {
	case rest == "mount":
		c.sayLast(c.s.dialect.noRemount)
	case rest == "boot":
		if r, ok := device.(Rebooter); ok {
			c.s.reboot(c.bound, r)
		}
	case len(rest) > 5 && rest[:5] == "boot ":
	default:
		return fmt.Sprintf(textNotSimulated, "target "+rest), false
	}
	return "", false
}

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

// mode answers `tmode`: only the refusal was recorded.
func (c *channel) mode(rest string) (text string, open bool) {
	switch {
	case rest == "usb", rest == "port", len(rest) > 5 && rest[:5] == "port ":
		return fmt.Sprintf(textNotSimulated, "tmode "+rest), false
	}
	return c.s.dialect.badMode, false
}

// track answers track-jpid: no process can be debugged, and that never
// changes, so nothing more comes.
func (c *channel) track() {
	if c.s.dialect.tracked == "" || c.say(c.s.dialect.tracked) == nil {
		c.hang()
	}
}
