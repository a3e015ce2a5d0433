// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

const voice = `{"extraData":"{\"amount\":1}","notification":{"category":"PLAY_VOICE","title":"T","body":"B","badge":{"addNum":2},
	"clickAction":{"actionType":0,"data":{"from":"message"}},"notifyId":5}}`

func pointer[T any](v T) *T { return &v }

// answering makes the extension answer.
func answering(a *seam.Answer) func(*device.InstalledApp) {
	return func(app *device.InstalledApp) { app.Behavior.Answer = a }
}

func TestRule22ExtensionReplacesTheNotification(t *testing.T) {
	answer := &seam.Answer{Content: seam.Content{Title: pointer("told"), Text: pointer("aloud"), SetBadgeNumber: pointer(4),
		WantAgent: &seam.WantAgent{AbilityName: "DetailAbility", Parameters: json.RawMessage(`{"from":"extension"}`)}}}
	for _, state := range []string{"background", "stopped"} {
		t.Run(state, func(t *testing.T) {
			b := showing(t, answering(answer))
			b.into(state)
			main := b.app().PID
			b.want(b.push(2, voice), sim.Delivered)
			b.expect([]string{"told"})
			calls := b.calls(seam.OnReceiveMessage)
			if len(calls) != 1 || calls[0].Role != wire.RoleExtension || calls[0].PID == main {
				t.Fatalf("onReceiveMessage was called %d times: %+v", len(calls), calls)
			}
			var info seam.Info
			if err := json.Unmarshal(calls[0].Params, &info); err != nil {
				t.Fatal(err)
			}
			if info.Type != "IM" || info.ID != 5 || !strings.Contains(info.Data, `"data":"{\"amount\":1}"`) || !strings.Contains(info.Data, `"messageAction":0`) {
				t.Errorf("the extension got %+v", info)
			}
			a := b.app()
			if a.PID != main {
				t.Errorf("the main process was %d and is %d", main, a.PID)
			}
			if a.Badge != 4 {
				t.Errorf("badge %d, want the extension's 4", a.Badge)
			}
			b.until("no extension", func(s device.State) bool { a, _ := s.App(bundle); return len(a.Extensions) == 0 })
			b.openShade()
			b.tap("told")
			created := b.wants(seam.OnCreate)
			last := created[len(created)-1]
			if last.Name != "DetailAbility" || !strings.Contains(string(last.Want.Parameters), `"from":"extension"`) {
				t.Errorf("the click went to %+v", last)
			}
		})
	}
}

func TestRule22WithoutWantAgentTheMessagesOwnClickStays(t *testing.T) {
	b := showing(t, answering(&seam.Answer{Content: seam.Content{Title: pointer("told")}}))
	b.kill()
	b.want(b.push(2, voice), sim.Delivered)
	b.openShade()
	b.tap("told")
	created := b.wants(seam.OnCreate)
	last := created[len(created)-1]
	if last.Name != "EntryAbility" || !strings.Contains(string(last.Want.Parameters), `"from":"message"`) {
		t.Errorf("the click went to %s with %s", last.Name, last.Want.Parameters)
	}
	if b.app().Badge != 2 {
		t.Errorf("badge %d, want the message's 2", b.app().Badge)
	}
}

// slow answers after the deadline of 10 s.
var slow = answering(&seam.Answer{DelayMillis: 10_001, Content: seam.Content{Title: pointer("late"), SetBadgeNumber: pointer(9)}})

func TestRule23LateExtensionShowsTheOriginal(t *testing.T) {
	b := showing(t, slow)
	b.kill()
	done := make(chan sim.Receipt, 1)
	token := b.app().Token.Reveal()
	go func() { done <- b.pushTo(token, 2, "PLAY_VOICE", voice) }()
	b.until("the extension waiting", func(device.State) bool { return b.Waiting() == 1 })
	if got := b.shown(); len(got) != 0 {
		t.Fatalf("shown before the deadline: %q", got)
	}
	b.clock.Advance(10 * time.Second)
	select {
	case receipt := <-done:
		b.want(receipt, sim.Delivered)
	case <-time.After(limit):
		t.Fatal("the message was not delivered at its deadline")
	}
	b.expect([]string{"T"})
	if got := b.app().Badge; got != 2 {
		t.Errorf("badge %d, want the message's own 2", got)
	}
	b.until("the child's end", func(s device.State) bool {
		a, _ := s.App(bundle)
		return len(a.Extensions) == 0 && len(b.calls(seam.OnDestroy)) == 1
	})
	if got := b.calls(seam.OnDestroy); got[0].Error != "" {
		t.Errorf("onDestroy: %+v", got)
	}
}

// A jump of the clock over both the deadline and the late answer changes
// nothing.
func TestRule23JumpOverDeadlineAndAnswer(t *testing.T) {
	b := showing(t, slow)
	b.kill()
	done := make(chan sim.Receipt, 1)
	token := b.app().Token.Reveal()
	go func() { done <- b.pushTo(token, 2, "PLAY_VOICE", voice) }()
	b.until("the extension waiting", func(device.State) bool { return b.Waiting() == 1 })
	b.clock.Advance(time.Hour)
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatal("the message was not delivered")
	}
	b.expect([]string{"T"})
}

// With Advance the device moves the clock itself, since it waits for nothing
// else.
func TestRule23DeviceAdvancesTheClockByItself(t *testing.T) {
	for name, delay := range map[string]int64{"told": 9_000, "T": 11_000} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, apps(plain(asking, answering(&seam.Answer{DelayMillis: delay, Content: seam.Content{Title: pointer("told")}}))),
				func(o *device.Options) { o.Advance = o.Clock.(interface{ Advance(time.Duration) }).Advance })
			b.start()
			b.allow()
			b.kill()
			b.want(b.push(2, voice), sim.Delivered)
			b.expect([]string{name})
		})
	}
}

func TestRule24ExtensionMessageInTheForeground(t *testing.T) {
	b := showing(t)
	b.want(b.push(2, voice), sim.Delivered)
	b.expect([]string{}, "IM")
	if p := b.messages()[0].Payload; p.Type != "IM" || !strings.Contains(p.Data, `"title":"T"`) {
		t.Errorf("the callback got %+v", p)
	}
	if got := b.calls(seam.OnReceiveMessage); len(got) != 0 {
		t.Errorf("the extension was called: %+v", got)
	}
}

func TestRule24WithoutRegistrationNobodyIsCalled(t *testing.T) {
	b := showing(t, func(a *device.InstalledApp) { a.Behavior.Unregistered = []string{"IM"} })
	b.want(b.push(2, voice), sim.Delivered)
	b.expect([]string{})
}

func TestRule25BarredCallsFail(t *testing.T) {
	calls := []string{seam.ActiveNotifications, seam.SetBadge, "liveViewManager.startLiveView", "formProvider.updateForm",
		"window.createWindow", "promptAction.showDialog"}
	b := showing(t, func(a *device.InstalledApp) {
		a.Behavior.Calls = append(calls, seam.GetAAID)
		a.Behavior.Answer = &seam.Answer{Content: seam.Content{Title: pointer("told")}}
	})
	b.kill()
	b.want(b.push(2, voice), sim.Delivered)
	log := b.sh("hilog -x -T App")
	for _, method := range calls {
		if !strings.Contains(log, method+" is barred in a RemoteNotificationExtensionAbility") {
			t.Errorf("%s was not refused:\n%s", method, log)
		}
	}
	if strings.Contains(log, seam.GetAAID) {
		t.Errorf("a call that is allowed was refused:\n%s", log)
	}
	b.expect([]string{"told"})
}

func TestExtensionThatCannotAnswerShowsTheOriginal(t *testing.T) {
	tests := map[string]func(*device.InstalledApp){
		"it throws":          answering(&seam.Answer{Fail: true}),
		"it returns {}":      answering(&seam.Answer{}),
		"there is none":      func(a *device.InstalledApp) { a.Extension = "" },
		"it leaves as it is": answering(nil),
	}
	for name, alter := range tests {
		t.Run(name, func(t *testing.T) {
			b := showing(t, alter)
			b.kill()
			b.want(b.push(2, voice), sim.Delivered)
			b.expect([]string{"T"})
		})
	}
}

func TestExtensionKilledInMidAnswer(t *testing.T) {
	b := showing(t, slow)
	b.home()
	done := make(chan sim.Receipt, 1)
	token := b.app().Token.Reveal()
	go func() { done <- b.pushTo(token, 2, "PLAY_VOICE", voice) }()
	b.until("the extension waiting", func(device.State) bool { return b.Waiting() == 1 })
	if got := b.sh("pidof %s:remoteNotification", bundle); got == "" || got == b.sh("pidof %s", bundle) {
		t.Errorf("pidof gives %q", got)
	}
	if out := b.sh("aa dump -e"); !strings.Contains(out, "main name [RemoteNotificationExtAbility]") {
		t.Errorf("aa dump -e said %q", out)
	}
	b.sh("devicedebug kill -9 $(pidof %s:remoteNotification)", bundle)
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatal("the message was not delivered")
	}
	b.expect([]string{"T"})
}

func TestExtensionIsNotStartedWithTheSwitchOff(t *testing.T) {
	b := newBench(t)
	b.start()
	b.kill()
	b.want(b.push(2, voice), sim.NotificationsOff)
	b.expect([]string{})
	if got := b.calls(seam.OnReceiveMessage); len(got) != 0 {
		t.Error("the extension was called")
	}
}

func TestDeviceWithoutExtensions(t *testing.T) {
	b := newBench(t, onProfile("tv"))
	b.start()
	b.EnableForTest(bundle)
	b.home()
	b.want(b.push(2, voice), sim.Other)
	b.expect([]string{})
}

// Two extensions wait at the same time: the clock moves for both.
func TestRule23TwoExtensionsAdvanceTheClock(t *testing.T) {
	second := plain(answering(&seam.Answer{DelayMillis: 5_000, Content: seam.Content{Title: pointer("second")}}))
	second.Bundle = "com.example.second"
	first := plain(answering(&seam.Answer{DelayMillis: 8_000, Content: seam.Content{Title: pointer("first")}}))
	b := newBench(t, apps(first, second), func(o *device.Options) {
		o.Advance = o.Clock.(interface{ Advance(time.Duration) }).Advance
	})
	b.start()
	b.sh("aa start -a EntryAbility -b com.example.second")
	b.until("a token", func(s device.State) bool { a, _ := s.App("com.example.second"); return !a.Token.IsZero() })
	b.EnableForTest(bundle)
	b.EnableForTest("com.example.second")
	b.home()
	other, _ := b.State().App("com.example.second")
	tokens := []string{b.app().Token.Reveal(), other.Token.Reveal()}
	done := make(chan sim.Receipt)
	for _, token := range tokens {
		go func() { done <- b.pushTo(token, 2, "PLAY_VOICE", voice) }()
	}
	for range tokens {
		select {
		case receipt := <-done:
			b.want(receipt, sim.Delivered)
		case <-time.After(limit):
			t.Fatal("the clock stands still")
		}
	}
	if got := b.shown(); len(got) != 2 || !slices.Contains(got, "first") || !slices.Contains(got, "second") {
		t.Errorf("shown %q", got)
	}
}
