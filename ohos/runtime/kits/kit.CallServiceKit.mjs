// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { either } from '../lib/api.mjs';
import { system } from '../lib/system.mjs';

// Source: Call Service Kit, ArkTS API voipCall.
export const voipCall = {
  VoipCallType: { VOIP_CALL_VOICE: 0, VOIP_CALL_VIDEO: 1 },
  VoipCallState: {
    VOIP_CALL_STATE_IDLE: 0, VOIP_CALL_STATE_RINGING: 1, VOIP_CALL_STATE_ACTIVE: 2, VOIP_CALL_STATE_HOLDING: 3,
    VOIP_CALL_STATE_DISCONNECTED: 4, VOIP_CALL_STATE_DIALING: 5, VOIP_CALL_STATE_ANSWERED: 6,
    VOIP_CALL_STATE_DISCONNECTING: 7,
  },
  VoipCallUiEvent: {
    VOIP_CALL_EVENT_VOICE_ANSWER: 1, VOIP_CALL_EVENT_VIDEO_ANSWER: 2, VOIP_CALL_EVENT_REJECT: 3, VOIP_CALL_EVENT_HANGUP: 4,
  },
  VoipCallFailureCause: {
    VOIP_CALL_FAILURE_CAUSE_OTHER: 0, VOIP_CALL_FAILURE_CAUSE_ROUTE_BUSY: 1, VOIP_CALL_FAILURE_CAUSE_CONNECTION_FAILED: 2,
  },
  ErrorReason: {
    ERROR_NONE: 0, CELLULAR_CALL_EXISTS: 1, VOIP_CALL_EXISTS: 2, INVALID_CALL: 3, USER_ANSWER_CELLULAR_FIRST: 4,
  },
  on: (event, callback) => { system.listeners.set(event, callback); },
  off: (event) => { system.listeners.delete(event); },
  // The picture of the caller is not shown.
  reportIncomingCall: either(async ({ userProfile, ...call }) => system.call('voipCall.reportIncomingCall', call)),
  reportIncomingCallError: either(async (callId, cause) => system.call('voipCall.reportIncomingCallError', { callId, cause })),
  reportCallStateChange: either(async (callId, state) => system.call('voipCall.reportCallStateChange', { callId, voipCallState: state })),
};
