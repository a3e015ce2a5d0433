// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import "context"

// ChoosePort exports choosePort.
var ChoosePort = choosePort

// Lowest and highest port of a way on a device.
const (
	LowestPort  = lowestPort
	HighestPort = highestPort
)

// Reverse exports reverse.
func (d *Device) Reverse(ctx context.Context) error { return d.reverse(ctx) }

// SetConnect sets Config.Connect of an open session.
func (s *Session) SetConnect(d Duration) { s.cfg.Connect = d }
