// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/verdict"
)

// callWindow looks for the window of an incoming call. It names nobody, so that
// a call of somebody else is one, too: whoever asks makes sure before the push
// that there was none.
func (m *Message) callWindow(ctx context.Context) verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Call, Answer: verdict.Waiting}
	list, err := m.dev.drv.Windows(ctx)
	var lacks *device.NotOfferedError
	switch {
	case errors.As(err, &lacks):
		t.Answer, t.Detail = verdict.Mute, lacks.Error()
		return t
	case err != nil:
		return m.broken(ctx, verdict.Call, err)
	}
	if calls := list.Visible(device.PlaceCall); len(calls) > 0 {
		t.Answer, t.At = verdict.Saw, time.Now()
		t.Detail = fmt.Sprintf("window %d, of type %d, at %s", calls[0].ID, calls[0].Type, calls[0].Bounds)
		return t
	}
	t.Detail = "no window of the list is of an incoming call"
	return t
}

// callID is the callId of an arrival that is about a call, "" if there is none
// (claim arkts.voip.call-id).
func callID(a Arrival) string {
	if a.Via != push.VoIP && a.Via != push.Call {
		return ""
	}
	var p push.Payload
	var data struct {
		CallID string `json:"callId"`
	}
	if json.Unmarshal(a.Payload, &p) != nil || json.Unmarshal([]byte(p.Data), &data) != nil {
		return ""
	}
	return data.CallID
}
