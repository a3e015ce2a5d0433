// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Each of these apps deals wrongly with a card or a call, and the cell must find
// it.
func TestTheSuiteFindsFaultsOfCardsAndCalls(t *testing.T) {
	calling := func(c seam.CallBehavior) func(*device.InstalledApp) {
		return func(a *device.InstalledApp) { a.Behavior.Call = &c }
	}
	for name, tt := range map[string]struct {
		alter func(*device.InstalledApp)
		cell  string
		says  string
	}{
		"a key without a proxy": {
			func(a *device.InstalledApp) { a.Behavior.NoProxy = []string{"text_key"} }, "form/phone/background/shown",
			"formBindingData.proxies",
		},
		"no dataProxyEnabled": {
			func(a *device.InstalledApp) { a.Forms[0].DataProxy = false }, "form/phone/locked/shown",
			"form_config.json dataProxyEnabled",
		},
		"a call that is never reported": {
			calling(seam.CallBehavior{Unreported: true}), "voip/phone/stopped/ringing",
			"What the system does with a call that is never reported is not documented",
		},
		"a call under another id": {
			calling(seam.CallBehavior{WrongID: true}), "voip/phone/background/ringing",
			"call-window was silent",
		},
		"a call that is reported after 11 s": {
			calling(seam.CallBehavior{DelayMillis: 11_000}), "voip/phone/locked/ringing",
			"call-window was silent",
		},
		"a busy line": {
			calling(seam.CallBehavior{Busy: true}), "voip/phone/background/declined",
			"call-window was silent",
		},
		"no callback for VoIP": {
			func(a *device.InstalledApp) { a.Behavior.Unregistered = []string{"VoIP"} }, "voip/phone/foreground/delivered",
			"receiveMessage('VoIP')",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want(t, newStage(t, world.Options{}, tt.alter).run(tt.cell), verdict.Fail, tt.says)
		})
	}
}

func TestKindsWithoutTheirRight(t *testing.T) {
	noRight := world.Options{Cloud: func(o *cloud.Options) { o.Projects[0].Apps = []sim.App{{Bundle: world.Bundle}} }}
	for cell, says := range map[string]string{
		"voip/phone/background/ringing":           "noPushTypeRight",
		"liveview/phone/background/shown":         "noRightToSendThisLiveNotificationEvent",
		"liveview/phone/background/silent[ended]": "the message before was not accepted",
	} {
		t.Run(cell, func(t *testing.T) {
			t.Parallel()
			want(t, newStage(t, noRight, nil).run(cell), verdict.Fail, says)
		})
	}
}

// What a person has to do before is inconclusive, and says so.
func TestNoCardOnTheDesktop(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	phone := s.world.Device(s.world.Keys()[0])
	app, _ := phone.State().App(world.Bundle)
	phone.RemoveCard(app.Cards[0].ID)
	want(t, s.run("form/phone/background/shown"), verdict.Inconclusive, "put its card on the first page of the desktop by hand")
}

// A call of somebody else must not be taken for the cell's own.
func TestACallBeforeThePush(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	want(t, s.run("voip/phone/background/ringing"), verdict.Pass, "")
	phone := s.world.Device(s.world.Keys()[0])
	app, _ := phone.State().App(world.Bundle)
	token := app.Token.Reveal()
	if got := phone.Deliver(t.Context(), sim.Message{Token: token, PushType: 10, Payload: []byte(`{"extraData":"x"}`)}); got != sim.Delivered {
		t.Fatalf("receipt %d", got)
	}
	for {
		changed := phone.Changed()
		calls := phone.State().Calls
		if calls[len(calls)-1].Banner {
			break
		}
		<-changed
	}
	want(t, s.run("voip/phone/background/ringing"), verdict.Infra, "a call is on the display before the push")
}

// What a cell makes it takes back: no live view stays, and no call rings on.
func TestCellsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	phone := s.world.Device(s.world.Keys()[0])
	for _, id := range []string{"liveview/phone/background/shown", "liveview/phone/background/silent[older version]", "voip/phone/stopped/ringing"} {
		want(t, s.run(id), verdict.Pass, "")
	}
	for {
		changed := phone.Changed()
		state := phone.State()
		app, _ := state.App(world.Bundle)
		open := 0
		for _, v := range app.LiveViews {
			if !v.Ended {
				open++
			}
		}
		if len(app.LiveViews) == 2 && open == 0 && len(state.Calls) == 1 && !state.Calls[0].Banner {
			return
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("the phone is left with %+v and %+v", app.LiveViews, state.Calls)
		}
	}
}

// An app without a page for calls rings in front as well, and may take a moment
// to report the call.
func TestACallInFrontIsDeclined(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, func(a *device.InstalledApp) {
		a.Behavior.Call = &seam.CallBehavior{DelayMillis: 50}
	})
	for _, id := range []string{"voip/phone/foreground/delivered", "voip/phone/background/ringing"} {
		want(t, s.run(id), verdict.Pass, "")
	}
}

// An end that ends nothing, and an update that changes nothing, are found.
func TestTheSuiteFindsLiveViewsThatStay(t *testing.T) {
	seven := 7
	for cell, says := range map[string]string{
		"liveview/phone/background/silent[ended]":  "is still on the display",
		"liveview/phone/background/shown[updated]": "ui-tree was silent",
	} {
		t.Run(cell, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{}, nil)
			// The second message is lost on its way.
			if _, err := s.world.Cloud.Faults().Replace([]faults.Fault{{Kind: faults.Drop, PushType: &seven, Skip: 1}}); err != nil {
				t.Fatal(err)
			}
			want(t, s.run(cell), verdict.Fail, says)
		})
	}
}

func TestALiveViewThatWasNeverShownIsNotEnded(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{}, nil)
	if err := s.world.Device(s.world.Keys()[0]).SetLiveViews(world.Bundle, false); err != nil {
		t.Fatal(err)
	}
	want(t, s.run("liveview/phone/background/silent[ended]"), verdict.Inconclusive, "the message before was not seen")
}
