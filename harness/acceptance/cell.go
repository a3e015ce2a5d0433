// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"fmt"
	"slices"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Expect names what a cell expects of the message.
type Expect string

// The expectations.
const (
	// Shown: the system shows a notification with the message's content.
	Shown Expect = "shown"
	// Silent: nobody shows it.
	Silent Expect = "silent"
	// Delivered: the app is handed the message.
	Delivered Expect = "delivered"
	// Clicked: the notification is shown, tapped, and brings its data.
	Clicked Expect = "clicked"
	// Ringing: the app reports the call, and its banner asks the user.
	Ringing Expect = "ringing"
	// Declined: the banner is there, the user declines, and the app hears of it.
	Declined Expect = "declined"
)

// Condition narrows a cell.
type Condition string

// The conditions.
const (
	// NoForegroundShow: the message has foregroundShow=false.
	NoForegroundShow Condition = "foregroundShow=false"
	// NotificationsOff: the app may not show notifications, as after a fresh
	// install.
	NotificationsOff Condition = "notifications off"
	// Kept: the app is not in the foreground; the system keeps the newest
	// message and hands it over after the next getToken in the foreground.
	Kept Condition = "kept"
	// ProxyData: the message has proxyData=ENABLE.
	ProxyData Condition = "proxyData"
	// OlderVersion: the message's version is not above that of the one before.
	OlderVersion Condition = "older version"
	// Updated: the message changes what one before has created.
	Updated Condition = "updated"
	// Ended: the message ends what one before has created.
	Ended Condition = "ended"
	// NoCard: the message names a card that nobody has.
	NoCard Condition = "no card"
	// Metro: the device has the network of a metro (fixtures.NetworkScenarios).
	Metro Condition = "network=metro"
)

// onDevice returns the condition that the device is brought into, and false for
// one that concerns message or app.
func (c Condition) onDevice() (device.Condition, bool) {
	condition, err := device.ParseCondition(string(c))
	return condition, err == nil
}

// Cell is the unit of the matrix, for every device type.
type Cell struct {
	Kind      push.Kind
	State     harness.State
	Expect    Expect
	Condition Condition
	// Needs are the actions without which the cell cannot be arranged, beside
	// that of its state.
	Needs []fixtures.Action
	// Proof says which witnesses the cell needs.
	Proof verdict.Proof
	// Messages makes the pushes of the cell in the order of sending. The last
	// is the one that the proof is about.
	Messages func() []pushcloud.Message
	// Window is set if the cell waits for its kind's quiet window before it
	// looks: nothing positive tells that the message has reached the device.
	Window bool
	// Fence is set if a background message sent afterwards, and arrived, closes
	// the wait.
	Fence bool
	// Receipts are the results of a receipt by which the message has come to the
	// end that the cell expects. Where receipts are collected, one closes the
	// wait before the window has passed, and in place of the fence.
	Receipts []int
	// Answered is set if the extension's answer, not the original, is shown.
	Answered bool
	// Claim is what the expectation rests on where no page of the vendor says what
	// becomes of a push: if the message is not seen, or too early, the cell is
	// inconclusive, since that may be the platform's way. "" where a page does.
	Claim string
	// Wakes is set if the message itself starts the app's process, or lets it run:
	// the app may then be in the background where it did not run before.
	Wakes bool
	// Stepwise is set if each message must be seen before the next is sent.
	Stepwise bool
	// After makes the messages that take back what those of the cell have left on
	// the device. They are sent when the verdict is there, whatever it is.
	After func(sent []pushcloud.Message) []pushcloud.Message
	// Lasting is set if the cell leaves something behind. On real endpoints it
	// is run only if somebody asks for it by name.
	Lasting *Lasting
}

// ID is kind/device type/state/expectation, with the condition in brackets.
func (c Cell) ID(deviceType string) string {
	id := fmt.Sprintf("%s/%s/%s/%s", c.Kind, deviceType, c.State, c.Expect)
	if c.Condition != "" {
		id += "[" + string(c.Condition) + "]"
	}
	return id
}

// Labels are the Ginkgo labels by which --label-filter selects the cell: its
// kind, state and expectation, the device type, and the condition where there
// is one. The state background is labelled "backgrounded", since background is
// a kind as well.
func (c Cell) Labels(deviceType string) []string {
	state := string(c.State)
	if c.State == harness.Background {
		state = "backgrounded"
	}
	labels := []string{c.Kind.String(), deviceType, state, string(c.Expect)}
	switch c.Condition {
	case NoForegroundShow:
		labels = append(labels, "no-foreground-show")
	case NotificationsOff:
		labels = append(labels, "notifications-off")
	case Kept:
		labels = append(labels, "kept")
	case OlderVersion:
		labels = append(labels, "older-version")
	case Updated:
		labels = append(labels, "updated")
	case Ended:
		labels = append(labels, "ended")
	case NoCard:
		labels = append(labels, "no-card")
	case ProxyData:
		labels = append(labels, "proxy-data")
	case Metro:
		labels = append(labels, "network-metro")
	}
	return labels
}

// Lasting is an effect that a cell leaves behind.
type Lasting struct {
	// Effect says what stays and for how long, e.g. "a made-up formId is refused
	// for 30 days".
	Effect string
	// Source names the page that says so.
	Source string
}

// Sends makes all messages of the cell, the fence and those of After as well.
// They are what the cell costs.
func (c Cell) Sends() []pushcloud.Message {
	all := c.Messages()
	if c.Fence {
		all = append(all, background())
	}
	if c.After != nil {
		all = append(all, c.After(all)...)
	}
	return all
}

// needsAgent reports whether the cell cannot be proved without an agent in the
// app: by Push Cloud and the UI tree alone. The notification switch, which some
// cells want off, is read by the agent, too.
func (c Cell) needsAgent() bool {
	if c.Condition == NotificationsOff {
		return true
	}
	var said []verdict.Testimony
	for _, w := range c.Proof.Witnesses() {
		t := verdict.Testimony{Witness: w, Answer: verdict.Mute}
		switch {
		case w == verdict.Accepted, w == verdict.Tree && slices.Contains(c.Proof.Wanted(), w):
			t.Answer = verdict.Saw
		case w == verdict.Tree:
			t.Answer = verdict.Silent
		}
		said = append(said, t)
	}
	return verdict.Judge(c.Proof, said).Verdict != verdict.Pass
}
