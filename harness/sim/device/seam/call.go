// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package seam

// IncomingCall is voipCall.VoipCallAttribute, as far as a call that begins
// needs it. Source: Call Service Kit, ArkTS API voipCall.
type IncomingCall struct {
	CallID string `json:"callId"`
	// Type is 0 for voice, 1 for video.
	Type     int    `json:"voipCallType"`
	UserName string `json:"userName"`
	// AbilityName is the ability that the system starts when the user answers.
	AbilityName string `json:"abilityName"`
	// State is StateRinging.
	State int `json:"voipCallState"`
	// ShowBanner shows the banner also while the app is in the foreground.
	ShowBanner bool `json:"showBannerForIncomingCall,omitempty"`
}

// States of a call: voipCall.VoipCallState.
const (
	StateIdle = iota
	StateRinging
	StateActive
	StateHolding
	StateDisconnected
	StateDialing
	StateAnswered
	StateDisconnecting
)

// Why a call is not taken: voipCall.ErrorReason, a number, which is the answer
// of reportIncomingCall.
const (
	ReasonNone = iota
	ReasonCellularCall
	ReasonVoIPCall
	ReasonInvalid
	ReasonCellularFirst
)

// What the user does with a call: voipCall.VoipCallUiEvent.
const (
	EventVoiceAnswer = 1
	EventVideoAnswer = 2
	EventReject      = 3
	EventHangUp      = 4
)

// CallEvent is voipCall.VoipCallUiEventInfo.
type CallEvent struct {
	CallID string `json:"callId"`
	Event  int    `json:"voipCallUiEvent"`
}

// CallChange is the argument of voipCall.reportCallStateChange.
type CallChange struct {
	CallID string `json:"callId"`
	State  int    `json:"voipCallState"`
}

// Causes of a call that the app does not take: voipCall.VoipCallFailureCause.
const (
	CauseOther = iota
	CauseBusy
	CauseConnection
)

// CallFailure is the argument of voipCall.reportIncomingCallError.
type CallFailure struct {
	CallID string `json:"callId"`
	Cause  int    `json:"cause"`
}

// CallBehavior says how the simulated app deals with a call. The zero value
// does as the guide says, and rings in front by the banner.
type CallBehavior struct {
	// Unreported leaves the call unreported.
	Unreported bool `json:"unreported,omitempty"`
	// WrongID reports another callId than the one received.
	WrongID bool `json:"wrongId,omitempty"`
	// DelayMillis is how long, on the world's clock, the app takes to report.
	DelayMillis int64 `json:"delayMillis,omitempty"`
	// Busy reports that the line is busy in place of a call.
	Busy bool `json:"busy,omitempty"`
	// NoBanner leaves out showBannerForIncomingCall: no banner rings while the
	// app is in front.
	NoBanner bool `json:"noBanner,omitempty"`
}
