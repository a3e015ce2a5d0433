// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim"
)

// viewMessage is the payload of a live view message, as far as a device shows
// it. Source: Push Kit REST API, LiveViewPayload.
type viewMessage struct {
	ActivityID   int64  `json:"activityId"`
	Operation    int    `json:"operation"`
	Event        string `json:"event"`
	Status       string `json:"status"`
	Mute         *bool  `json:"mute"`
	Version      *int64 `json:"version"`
	ActivityData struct {
		NotificationData struct {
			ContentTitle string            `json:"contentTitle"`
			ContentText  []viewPart        `json:"contentText"`
			Keywords     map[string]string `json:"keywords"`
			KeepTime     int64             `json:"keepTime"`
			ClickAction  *clickAction      `json:"clickAction"`
		} `json:"notificationData"`
		CapsuleData *struct {
			Title   string `json:"title"`
			Content string `json:"content"`
			Status  int    `json:"status"`
		} `json:"capsuleData"`
	} `json:"activityData"`
}

type viewPart struct {
	Text string `json:"text"`
}

const (
	opCreate = 0
	opUpdate = 1
	opEnd    = 2
)

// liveview deals with a message of push-type 7: the system creates, updates or
// ends the live view, and tells the app nothing. Places (operations 4 and 6) are
// not simulated.
func (d *Device) liveview(a *app, m sim.Message) sim.Receipt {
	var v viewMessage
	if err := json.Unmarshal(m.Payload, &v); err != nil {
		d.refuse(m, fmt.Errorf("read a live view's payload: %w", err))
		return sim.Other
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	receipt, why := d.admitView(a, v)
	if why != "" {
		d.systemLog("W", "PushService", fmt.Sprintf("live view %d of %s: %s", v.ActivityID, a.spec.Bundle, why))
		return receipt
	}
	version := int64(unversioned)
	if v.Version != nil {
		version = *v.Version
	}
	switch v.Operation {
	case opCreate:
		d.createView(a, v.ActivityID, v.Event, version, true, v.texts())
	case opUpdate:
		d.updateView(a.view(v.ActivityID), version, v.texts())
	default:
		d.updateView(a.view(v.ActivityID), version, v.texts())
		d.endView(a.view(v.ActivityID), time.Duration(v.ActivityData.NotificationData.KeepTime)*time.Second)
	}
	return sim.Delivered
}

// admitView says why a message does not change a live view, "" if it does; d.mu
// is held.
func (d *Device) admitView(a *app, v viewMessage) (sim.Receipt, string) {
	old := a.view(v.ActivityID)
	there := old != nil && !old.ended
	switch {
	case !d.supports(push.KindLiveView):
		return sim.Other, "live views are not supported here"
	case v.Event == "":
		return sim.Other, "the message names no event"
	case v.Operation < opCreate || v.Operation > opEnd:
		return sim.Other, "live views that depend on a place are not simulated"
	case !a.kept.Enabled || a.kept.NoLiveViews:
		// Claim kinds.liveview.switch-off.
		return sim.NotificationsOff, "the user does not allow them"
	case v.Operation == opCreate && there && old.pushed:
		return sim.LiveViewDuplicate, "push has created it before"
	case v.Operation == opCreate && there:
		return sim.LiveViewExists, "the app has created it"
	case v.Operation == opCreate:
	case !there:
		return sim.LiveViewUpdateFail, "there is none"
	case old.removed():
		// Claim kinds.liveview.removed.
		return sim.LiveViewUpdateFail, "the user or the app has removed it"
	case v.Version != nil && *v.Version <= old.version:
		return sim.LiveViewOutOfOrder, fmt.Sprintf("version %d is not above %d", *v.Version, old.version)
	case v.Operation == opUpdate && old.pushed && v.Status == "":
		return sim.LiveViewStatusMissing, "push has created it, and the update has no status"
	}
	return sim.Delivered, ""
}

// texts puts the status and the keywords where the message wants them. The
// phone shows the status in its own words: claim kinds.liveview.status.
func (v *viewMessage) texts() viewText {
	n := v.ActivityData.NotificationData
	values := []string{"{{status}}", v.Status}
	for name, value := range n.Keywords {
		values = append(values, "{{"+name+"}}", value)
	}
	fill := strings.NewReplacer(values...)
	t := viewText{title: fill.Replace(n.ContentTitle), mute: v.Mute == nil || *v.Mute}
	for _, part := range n.ContentText {
		t.text += fill.Replace(part.Text)
	}
	if c := v.ActivityData.CapsuleData; c != nil && c.Status >= 0 {
		t.capsule = strings.TrimSpace(c.Title + " " + c.Content)
	}
	if n.ClickAction != nil {
		t.click = &target{action: *n.ClickAction}
	}
	return t
}
