// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Deliver hands over a message as the system gave it: payload is the JSON of
// PushPayload, at the time in milliseconds since 1970 by the device's clock.
// done is called once, by another goroutine or before Deliver returns, unless
// that returns an error, with an error that Coded takes. Of via and kind nothing
// is kept.
func (b *Bridge) Deliver(via, kind, payload string, at float64, done func(error)) error {
	a, err := b.running()
	if err != nil {
		return err
	}
	v, err := parseVia("deliver", via, false)
	if err != nil {
		return err
	}
	k, err := push.ParseKind(kind)
	if err != nil {
		return newError(CodeParameter, "deliver: %v", err)
	}
	when, err := timeOf("deliver", at)
	if err != nil {
		return err
	}
	a.DeliverJSON(v, k, payload, when, done)
	return nil
}

const maxMillis = 253402300799999 // the end of the year 9999

func timeOf(what string, millis float64) (time.Time, error) {
	if !(millis >= 0 && millis <= maxMillis) {
		return time.Time{}, newError(CodeParameter, "%s: receivedAt %v is no time in milliseconds since 1970: pass Date.now()", what, millis)
	}
	return time.UnixMilli(int64(millis)).UTC(), nil
}

// parseVia refuses what is none, where the caller can still be told.
func parseVia(function, name string, click bool) (push.Via, error) {
	via, err := push.ParseVia(name)
	if err != nil {
		return 0, newError(CodeParameter, "%s: %v", function, err)
	}
	if via.Click() != click {
		right := "deliver"
		if via.Click() {
			right = "click"
		}
		return 0, newError(CodeParameter, "%s: what comes via %v goes to %s", function, via, right)
	}
	return via, nil
}
