// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"time"
)

// ChoosePort exports choosePort.
var ChoosePort = choosePort

// Lowest and highest port of a way on a device.
const (
	LowestPort  = lowestPort
	HighestPort = highestPort
)

// RemoveWaysOf exports removeWays.
func RemoveWaysOf(ctx context.Context, rules ruler, ways []Way) error {
	return removeWays(ctx, rules, ways)
}

// SettleTwins exports settleTwins.
func (w Way) SettleTwins(ctx context.Context, rules ruler, every time.Duration) error {
	return w.settleTwins(ctx, rules, every)
}

// Reverse exports reverse.
func (d *Device) Reverse(ctx context.Context) error { return d.reverse(ctx) }

// SetConnect sets Config.Connect of an open session.
func (s *Session) SetConnect(d Duration) { s.cfg.Connect = d }
