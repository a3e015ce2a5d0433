// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// The proofs, by what the system does with a kind in a state. The table of
// docs/architecture.md, "Who can prove what", says why these witnesses.
var (
	accepted  = verdict.Sees(verdict.Accepted)
	sighted   = verdict.Any(verdict.Tree, verdict.Eyes)
	unsighted = verdict.None(verdict.Tree, verdict.Eyes)

	proofShown  = verdict.All(accepted, sighted)
	proofSilent = verdict.All(accepted, unsighted)
	proofKept   = verdict.All(accepted, verdict.None(verdict.Early(push.Background), verdict.Older), verdict.Sees(verdict.Arrival(push.Background)), unsighted)
	// A card and a call are nothing that getActiveNotifications could tell of.
	proofCard   = verdict.All(accepted, verdict.Sees(verdict.Tree))
	proofNoCard = verdict.All(accepted, verdict.None(verdict.Tree))
	proofTold   = verdict.All(accepted, verdict.Sees(verdict.Arrival(push.VoIP)))
	proofRings  = verdict.All(accepted, verdict.Sees(verdict.Arrival(push.VoIP)), verdict.Sees(verdict.Call))
	proofEnds   = verdict.All(accepted, verdict.Sees(verdict.Arrival(push.VoIP)), verdict.Sees(verdict.Call), verdict.Sees(verdict.Arrival(push.Call)))
	proofEnded  = verdict.All(accepted, verdict.None(verdict.Older), unsighted)
	proofRows   = verdict.All(accepted, verdict.None(verdict.Arrival(push.Background)), verdict.Sees(verdict.Arrival(push.Row)), unsighted)
)

// delivered is the proof of a message that reaches the app and is shown by
// nobody.
func delivered(via push.Via) verdict.Proof {
	return verdict.All(accepted, verdict.Sees(verdict.Arrival(via)), unsighted)
}

// clicked is the proof of a notification that is tapped: only the UI tree says
// where to tap.
func clicked(via push.Via) verdict.Proof {
	return verdict.All(accepted, verdict.Sees(verdict.Tree), verdict.Sees(verdict.Arrival(via)))
}

// authorise stands in every cell whose notification must be shown.
var authorise = []fixtures.Action{fixtures.ActionAuthorise}

// centre stands in every cell that has to see one message before the next.
var centre = []fixtures.Action{fixtures.ActionAuthorise, fixtures.ActionOpenShade}

// desk stands in every cell whose card is hidden by the app.
var desk = []fixtures.Action{fixtures.ActionBackground}

// hang stands in every cell that declines a call.
var hang = []fixtures.Action{fixtures.ActionAuthorise, fixtures.ActionClick}

// tap stands in every cell that is clicked.
var tap = []fixtures.Action{fixtures.ActionAuthorise, fixtures.ActionOpenShade, fixtures.ActionClick}

// Cells returns the standard matrix in the order in which a device runs it.
// Those that need the notification switch off come first: no known method
// turns it off again. Then the states follow one another, so that the app is
// started as seldom as possible, and last the conditions of the device.
func Cells() []Cell {
	return []Cell{
		{Kind: push.KindAlert, State: harness.Foreground, Expect: Silent, Condition: NotificationsOff, Proof: proofSilent, Messages: one(alert), Fence: true, Receipts: receiptOff},
		{Kind: push.KindAlert, State: harness.Background, Expect: Silent, Condition: NotificationsOff, Proof: proofSilent, Messages: one(alert), Window: true, Receipts: receiptOff},
		{Kind: push.KindAlert, State: harness.Stopped, Expect: Silent, Condition: NotificationsOff, Proof: proofSilent, Messages: one(alert), Window: true, Receipts: receiptOff},

		{Kind: push.KindBackground, State: harness.Foreground, Expect: Delivered, Proof: delivered(push.Background), Messages: one(background)},
		{Kind: push.KindAlert, State: harness.Foreground, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: one(alert)},
		{Kind: push.KindAlert, State: harness.Foreground, Expect: Delivered, Condition: NoForegroundShow, Needs: authorise, Proof: delivered(push.Default), Messages: one(alertForApp)},
		{Kind: push.KindExtension, State: harness.Foreground, Expect: Delivered, Needs: authorise, Proof: delivered(push.IM), Messages: one(extension)},
		{Kind: push.KindAlert, State: harness.Foreground, Expect: Clicked, Needs: tap, Proof: clicked(push.OnNewWant), Messages: one(alert)},
		{Kind: push.KindLiveView, State: harness.Foreground, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: createView, After: endViews},
		{Kind: push.KindForm, State: harness.Foreground, Expect: Shown, Needs: desk, Proof: proofCard, Messages: one(form), Window: true},
		{Kind: push.KindVoIP, State: harness.Foreground, Expect: Delivered, Proof: proofTold, Messages: one(voip), Wakes: true},

		{Kind: push.KindAlert, State: harness.Background, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: one(alert)},
		{Kind: push.KindAlert, State: harness.Background, Expect: Shown, Condition: NoForegroundShow, Needs: authorise, Proof: proofShown, Messages: one(alertForApp)},
		{Kind: push.KindExtension, State: harness.Background, Expect: Shown, Needs: authorise, Proof: answered(), Messages: one(extension), Answered: true},
		{Kind: push.KindBackground, State: harness.Background, Expect: Delivered, Condition: Kept, Proof: proofKept, Messages: one(background), Window: true, Receipts: receiptKept},
		{Kind: push.KindForm, State: harness.Background, Expect: Shown, Proof: proofCard, Messages: one(form)},
		{Kind: push.KindForm, State: harness.Background, Expect: Silent, Condition: OlderVersion, Proof: proofNoCard, Messages: olderForm, Stepwise: true, Window: true, Receipts: receiptStale},
		{Kind: push.KindForm, State: harness.Background, Expect: Silent, Condition: NoCard, Proof: proofNoCard, Messages: one(formOfNobody), Window: true, Receipts: receiptNoCard, Lasting: &blocked},
		{Kind: push.KindLiveView, State: harness.Background, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: createView, After: endViews},
		{Kind: push.KindLiveView, State: harness.Background, Expect: Shown, Condition: Updated, Needs: centre, Proof: proofShown, Messages: updateView, Stepwise: true, After: endViews},
		{Kind: push.KindLiveView, State: harness.Background, Expect: Silent, Condition: OlderVersion, Needs: centre, Proof: proofSilent, Messages: olderView, Stepwise: true, Window: true, Receipts: receiptOrder, After: endViews},
		{Kind: push.KindLiveView, State: harness.Background, Expect: Silent, Condition: Ended, Needs: centre, Proof: proofEnded, Messages: endView, Stepwise: true, Window: true, Receipts: receiptEnd},
		{Kind: push.KindVoIP, State: harness.Background, Expect: Ringing, Needs: authorise, Proof: proofRings, Messages: one(voip), Wakes: true},
		{Kind: push.KindVoIP, State: harness.Background, Expect: Declined, Needs: hang, Proof: proofEnds, Messages: one(voip), Wakes: true},
		{Kind: push.KindAlert, State: harness.Background, Expect: Clicked, Needs: tap, Proof: clicked(push.OnNewWant), Messages: one(alert)},

		{Kind: push.KindAlert, State: harness.Stopped, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: one(alert)},
		{Kind: push.KindExtension, State: harness.Stopped, Expect: Shown, Needs: authorise, Proof: answered(), Messages: one(extension), Answered: true},
		{Kind: push.KindForm, State: harness.Stopped, Expect: Shown, Proof: proofCard, Messages: one(form)},
		{Kind: push.KindLiveView, State: harness.Stopped, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: createView, After: endViews},
		{Kind: push.KindVoIP, State: harness.Stopped, Expect: Ringing, Needs: authorise, Proof: proofRings, Messages: one(voip), Wakes: true},
		{Kind: push.KindAlert, State: harness.Stopped, Expect: Clicked, Needs: tap, Proof: clicked(push.OnCreate), Messages: one(alert)},
		{Kind: push.KindBackground, State: harness.Stopped, Expect: Delivered, Condition: Kept, Proof: proofKept, Messages: two(background), Window: true, Receipts: receiptKept},
		{Kind: push.KindBackground, State: harness.Stopped, Expect: Delivered, Condition: ProxyData, Proof: proofRows, Messages: two(rows), Window: true},

		// Push Kit's pages know an app that does not run, and do not say whether
		// one that was force-stopped or swiped out is another case.
		{Kind: push.KindAlert, State: harness.ForceStopped, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: one(alert), Claim: "runner.force-stopped.alert"},
		{Kind: push.KindExtension, State: harness.ForceStopped, Expect: Shown, Needs: authorise, Proof: answered(), Messages: one(extension), Answered: true, Claim: "runner.force-stopped.extension"},
		{Kind: push.KindBackground, State: harness.ForceStopped, Expect: Delivered, Condition: Kept, Proof: proofKept, Messages: one(background), Window: true, Receipts: receiptKept, Claim: "runner.force-stopped.background"},
		{Kind: push.KindVoIP, State: harness.ForceStopped, Expect: Ringing, Needs: authorise, Proof: proofRings, Messages: one(voip), Wakes: true, Claim: "kinds.voip.force-stopped"},
		{Kind: push.KindAlert, State: harness.SwipedOut, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: one(alert), Claim: "runner.swiped-out.alert"},
		{Kind: push.KindExtension, State: harness.SwipedOut, Expect: Shown, Needs: authorise, Proof: answered(), Messages: one(extension), Answered: true, Claim: "runner.swiped-out.extension"},
		{Kind: push.KindBackground, State: harness.SwipedOut, Expect: Delivered, Condition: Kept, Proof: proofKept, Messages: one(background), Window: true, Receipts: receiptKept, Claim: "runner.swiped-out.background"},

		{Kind: push.KindAlert, State: harness.Locked, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: one(alert)},
		{Kind: push.KindExtension, State: harness.Locked, Expect: Shown, Needs: authorise, Proof: answered(), Messages: one(extension), Answered: true, Claim: "runner.locked.extension"},
		{Kind: push.KindBackground, State: harness.Locked, Expect: Delivered, Condition: Kept, Proof: proofKept, Messages: one(background), Window: true, Receipts: receiptKept, Claim: "runner.locked.background"},
		{Kind: push.KindForm, State: harness.Locked, Expect: Shown, Proof: proofCard, Messages: one(form), Window: true},
		{Kind: push.KindLiveView, State: harness.Locked, Expect: Shown, Needs: authorise, Proof: proofShown, Messages: createView, After: endViews},
		{Kind: push.KindVoIP, State: harness.Locked, Expect: Ringing, Needs: authorise, Proof: proofRings, Messages: one(voip), Wakes: true},

		{Kind: push.KindAlert, State: harness.Background, Expect: Shown, Condition: Metro, Needs: authorise, Proof: proofShown, Messages: one(alert), Claim: "runner.metro"},
		{Kind: push.KindExtension, State: harness.Background, Expect: Shown, Condition: Metro, Needs: authorise, Proof: answered(), Messages: one(extension), Answered: true, Claim: "runner.metro"},
		{Kind: push.KindBackground, State: harness.Foreground, Expect: Delivered, Condition: Metro, Proof: delivered(push.Background), Messages: one(background), Claim: "runner.metro"},
	}
}

// answered is the proof of an extension message that the extension process
// was handed and whose returned content is shown.
func answered() verdict.Proof {
	return verdict.All(accepted, verdict.Sees(verdict.Arrival(push.Extension)), verdict.Any(verdict.Tree, verdict.Eyes))
}

func one(m func() pushcloud.Message) func() []pushcloud.Message {
	return func() []pushcloud.Message { return []pushcloud.Message{m()} }
}

// two is the least that shows that the system keeps the newest only, and that
// rows keep their order, and all that the pace of background messages allows in
// an hour.
func two(m func() pushcloud.Message) func() []pushcloud.Message {
	return func() []pushcloud.Message { return []pushcloud.Message{m(), m()} }
}
