// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Call Service Kit as far as the project uses it: names and types from its
// reference.
declare module '@kit.CallServiceKit' {
  import type { Callback } from '@ohos.base';
  import type image from '@ohos.multimedia.image';

  namespace voipCall {
    enum VoipCallType {
      VOIP_CALL_VOICE = 0,
      VOIP_CALL_VIDEO = 1
    }

    enum VoipCallState {
      VOIP_CALL_STATE_IDLE = 0,
      VOIP_CALL_STATE_RINGING = 1,
      VOIP_CALL_STATE_ACTIVE = 2,
      VOIP_CALL_STATE_HOLDING = 3,
      VOIP_CALL_STATE_DISCONNECTED = 4,
      VOIP_CALL_STATE_DIALING = 5,
      VOIP_CALL_STATE_ANSWERED = 6,
      VOIP_CALL_STATE_DISCONNECTING = 7
    }

    enum VoipCallUiEvent {
      VOIP_CALL_EVENT_VOICE_ANSWER = 1,
      VOIP_CALL_EVENT_VIDEO_ANSWER = 2,
      VOIP_CALL_EVENT_REJECT = 3,
      VOIP_CALL_EVENT_HANGUP = 4,
      VOIP_CALL_EVENT_MUTED = 5,
      VOIP_CALL_EVENT_UNMUTED = 6
    }

    enum VoipCallFailureCause {
      VOIP_CALL_FAILURE_CAUSE_OTHER = 0,
      VOIP_CALL_FAILURE_CAUSE_ROUTE_BUSY = 1,
      VOIP_CALL_FAILURE_CAUSE_CONNECTION_FAILED = 2
    }

    enum ErrorReason {
      ERROR_NONE = 0,
      CELLULAR_CALL_EXISTS = 1,
      VOIP_CALL_EXISTS = 2,
      INVALID_CALL = 3,
      USER_ANSWER_CELLULAR_FIRST = 4
    }

    interface VoipCallAttribute {
      callId: string;
      voipCallType: VoipCallType;
      userName: string;
      userProfile: image.PixelMap;
      abilityName: string;
      voipCallState: VoipCallState;
      showBannerForIncomingCall?: boolean;
      isVoiceAnswerSupported?: boolean;
    }

    interface VoipCallUiEventInfo {
      callId: string;
      voipCallUiEvent: VoipCallUiEvent;
    }

    function on(type: 'voipCallUiEvent', callback: Callback<VoipCallUiEventInfo>): void;
    function off(type: 'voipCallUiEvent', callback?: Callback<VoipCallUiEventInfo>): void;
    function reportIncomingCall(attribute: VoipCallAttribute): Promise<ErrorReason>;
    function reportIncomingCallError(callId: string, cause: VoipCallFailureCause): Promise<void>;
    function reportCallStateChange(callId: string, state: VoipCallState): Promise<void>;
  }

  export { voipCall };
}
