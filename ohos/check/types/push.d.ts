// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Push Kit as far as the project uses it: names and types from its reference.
// The SDK's own declarations take its place where the project is built.
declare module '@kit.PushKit' {
  import type { AsyncCallback, Callback } from '@ohos.base';
  import type UIAbility from '@ohos.app.ability.UIAbility';
  import type ExtensionContext from 'application/ExtensionContext';
  import type image from '@ohos.multimedia.image';

  namespace pushCommon {
    interface PushPayload {
      type: string;
      data: string;
    }

    interface RemoteNotificationInfo extends PushPayload {
      id: number;
    }

    interface RemoteWantAgent {
      abilityName: string;
      parameters?: Record<string, Object>;
    }

    interface RemoteNotificationContent {
      title?: string;
      text?: string;
      overlayIcon?: image.PixelMap;
      badgeNumber?: number;
      setBadgeNumber?: number;
      wantAgent?: RemoteWantAgent;
    }

    enum AppProfileType {
      PROFILE_TYPE_OS_DISTRIBUTED_ACCOUNT = 1,
      PROFILE_TYPE_APPLICATION_ACCOUNT = 2
    }
  }

  namespace pushService {
    type PushType = 'DEFAULT' | 'IM' | 'VoIP' | 'BACKGROUND' | 'EMERGENCY';

    function getToken(callback: AsyncCallback<string>): void;
    function getToken(): Promise<string>;
    function deleteToken(callback: AsyncCallback<void>): void;
    function deleteToken(): Promise<void>;
    function bindAppProfileId(type: pushCommon.AppProfileType, id: string): Promise<void>;
    function unbindAppProfileId(id: string): Promise<void>;
    function receiveMessage(pushType: PushType, ability: UIAbility, onMessage: Callback<pushCommon.PushPayload>): void;
    function on(type: 'tokenUpdate', ability: UIAbility, callback: Callback<string>): void;
    function off(type: 'tokenUpdate', callback?: Callback<string>): void;
  }

  namespace AAID {
    function getAAID(): Promise<string>;
    function deleteAAID(): Promise<void>;
  }

  class RemoteNotificationExtensionContext extends ExtensionContext {
  }

  class RemoteNotificationExtensionAbility {
    context: RemoteNotificationExtensionContext;
    onReceiveMessage(info: pushCommon.RemoteNotificationInfo): Promise<pushCommon.RemoteNotificationContent>;
    onDestroy(): void;
  }

  export { AAID, pushCommon, pushService, RemoteNotificationExtensionAbility, RemoteNotificationExtensionContext };
}
