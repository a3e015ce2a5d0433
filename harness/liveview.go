// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// codeNoLiveView is getActiveLiveView's for an id that is not there, or has
// ended. Source: Live View Kit, ArkTS API error codes.
const (
	codeNoLiveView    = "1003500009"
	codeLiveViewEnded = "1003500010"
)

// LiveView returns what the app itself sees of its live view of that
// activityId, and whether there is one. The app must be in the foreground.
func (d *Device) LiveView(ctx context.Context, id int64) (view wire.LiveView, there bool, err error) {
	err = d.Command(ctx, wire.CmdLiveViewGet, wire.LiveViewID{ID: id}, &view)
	var refused *wire.Failure
	if errors.As(err, &refused) && (refused.Code == codeNoLiveView || refused.Code == codeLiveViewEnded) {
		return wire.LiveView{}, false, nil
	}
	return view, err == nil, err
}

// liveView asks the app for the live view. Without a nonce in its texts it is
// the message's if it is there.
func (m *Message) liveView(ctx context.Context) verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Eyes, Answer: verdict.Waiting}
	view, there, err := m.dev.LiveView(ctx, m.activity)
	switch {
	case err != nil:
		return m.broken(ctx, verdict.Eyes, err)
	case !there:
		t.Detail = fmt.Sprintf("the app has no live view %d", m.activity)
		return t
	case m.carriers.For(pushcloud.WitnessEyes) && !strings.Contains(view.Title+"\n"+view.Text, m.nonce):
		t.Detail = fmt.Sprintf("the live view %d shows another message, sequence %d", m.activity, view.Sequence)
		return t
	}
	t.Answer, t.At = verdict.Saw, time.Now()
	t.Detail = fmt.Sprintf("%q, sequence %d", view.Title, view.Sequence)
	m.mu.Lock()
	m.seenTitle, m.seenText = view.Title, view.Text
	m.mu.Unlock()
	return t
}

// activityOf returns the activityId of a live view message, 0 for others.
func activityOf(kind push.Kind, m pushcloud.Message) int64 {
	if kind != push.KindLiveView {
		return 0
	}
	payload, err := m.Payload()
	var v struct {
		ActivityID int64 `json:"activityId"`
	}
	if err != nil || json.Unmarshal(payload, &v) != nil {
		return 0
	}
	return v.ActivityID
}
