// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { ask, call } from './state.mjs';

export const voipCall = {
  VoipCallType: { VOIP_CALL_VOICE: 0, VOIP_CALL_VIDEO: 1 },
  VoipCallState: { VOIP_CALL_STATE_RINGING: 1, VOIP_CALL_STATE_ACTIVE: 2, VOIP_CALL_STATE_DISCONNECTED: 4, VOIP_CALL_STATE_ANSWERED: 6 },
  VoipCallUiEvent: {
    VOIP_CALL_EVENT_VOICE_ANSWER: 1, VOIP_CALL_EVENT_VIDEO_ANSWER: 2, VOIP_CALL_EVENT_REJECT: 3, VOIP_CALL_EVENT_HANGUP: 4,
  },
  VoipCallFailureCause: { VOIP_CALL_FAILURE_CAUSE_OTHER: 0 },
  ErrorReason: { ERROR_NONE: 0 },
  on: (...args) => call('voipCall.on', ...args),
  reportIncomingCall: (attribute) => ask('voipCall.reportIncomingCall', attribute),
  reportIncomingCallError: (...args) => ask('voipCall.reportIncomingCallError', ...args),
  reportCallStateChange: (...args) => ask('voipCall.reportCallStateChange', ...args),
};
