// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
	"github.com/pushproof/pushproof/harness/sim/world"
)

const (
	run   = "run-1"
	label = "phone"
)

// demo is a phone with the project's own app, whose agent reports to a hub.
type demo struct {
	*stage
	hub *hub.Hub
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	token := bytes.Repeat([]byte{7}, 32)
	h, err := hub.Open(t.Context(), hub.Options{Dir: t.TempDir(), Runs: map[string][]byte{run: token}})
	if err != nil {
		t.Fatal(err)
	}
	d := &demo{newStageOf(t, runtime(t)), h}
	t.Cleanup(func() { _ = h.Close(t.Context()) })
	param, err := (&session.Session{Hub: h.URL(), Run: run, Label: label, Token: token, Expires: time.Now().Add(time.Hour)}).Param()
	if err != nil {
		t.Fatal(err)
	}
	d.sh("aa start -a EntryAbility -b %s --ps %s %s", world.Bundle, session.ParamKey, param)
	agent, err := h.WaitAgent(t.Context(), label, wire.RoleMain, func(a hub.Agent) bool { return a.Connected && !a.Token.IsZero() })
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := d.State().App(world.Bundle); a.Token != agent.Token {
		t.Errorf("the agent reports %v, the app has %v", agent.Token, a.Token)
	}
	return d
}

// arrivals returns how the first n arrivals came.
func (d *demo) arrivals(n int) []push.Via {
	d.t.Helper()
	var all []push.Via
	for r, err := range d.hub.Records(d.t.Context()) {
		if err != nil {
			d.t.Fatalf("after %v: %v", all, err)
		}
		if a, ok := r.Frame.(*wire.Arrival); ok {
			if all = append(all, a.Via); len(all) == n {
				break
			}
		}
	}
	return all
}

// A call starts the app, is reported with the id that came, and is answered;
// both the message and what the user did come home.
func TestDemoCall(t *testing.T) {
	d := newDemo(t)
	d.agree()
	d.sh("devicedebug kill -9 $(pidof %s)", world.Bundle)
	d.until("its end", func(a device.AppState) bool { return a.PID == 0 })
	if got := d.push(10, `{"extraData":"{\"scene\":\"voice\"}"}`); got != sim.Delivered {
		t.Fatalf("receipt %d", got)
	}
	var call device.CallState
	d.until("a call that rings", func(device.AppState) bool {
		calls := d.State().Calls
		if len(calls) == 1 {
			call = calls[0]
		}
		return call.Reported && call.Banner
	})
	if err := d.ActOnCall(t.Context(), call.ID, seam.EventVoiceAnswer); err != nil {
		t.Fatal(err)
	}
	d.until("a call that is spoken", func(device.AppState) bool { return d.State().Calls[0].State == seam.StateActive })
	if via := d.arrivals(2); via[0] != push.VoIP || via[1] != push.Call {
		t.Errorf("arrivals via %v", via)
	}
}

// The agent looks at a live view that a push has made, by the app's eyes.
func TestDemoLiveView(t *testing.T) {
	d := newDemo(t)
	made := `{"activityId":7,"operation":0,"event":"TAXI","status":"DRIVER_ON_THE_WAY","version":1,"activityData":{"notificationData":{"type":3,` +
		`"contentTitle":"Taxi {{status}}","contentText":[{"text":"1.2"},{"text":" km"}],"keepTime":0,"clickAction":{"actionType":0}}}}`
	d.agree()
	if got := d.push(7, made); got != sim.Delivered {
		t.Fatalf("receipt %d", got)
	}
	value, err := d.hub.Command(t.Context(), label, wire.RoleMain, wire.CmdLiveViewGet, wire.LiveViewID{ID: 7})
	if err != nil {
		t.Fatal(err)
	}
	var seen wire.LiveView
	if err := json.Unmarshal(value, &seen); err != nil || seen.Title != "Taxi DRIVER_ON_THE_WAY" || seen.Text != "1.2 km" || seen.Sequence != 1 {
		t.Errorf("the agent sees %s, %v", value, err)
	}
}

// A message for the extension reaches the agent of its process, which also
// leaves a line in hilog.
func TestDemoExtension(t *testing.T) {
	d := newDemo(t)
	d.agree()
	d.sh("uitest uiInput keyEvent Home")
	message := `{"extraData":"{\"_pp\":\"n-1\"}","notification":{"category":"PLAY_VOICE","title":"T","body":"B","clickAction":{"actionType":0}}}`
	if got := d.push(2, message); got != sim.Delivered {
		t.Fatalf("receipt %d", got)
	}
	if via := d.arrivals(1); via[0] != push.Extension {
		t.Errorf("arrivals via %v", via)
	}
	d.sees("W A02D00/" + world.Bundle + ":remoteNotification/Pushproof: pushproof arrival via=extension nonce=n-1")
}
