// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { asks, require } from '../lib/api.mjs';
import { failure, system } from '../lib/system.mjs';

// Source: Push Kit, ArkTS API pushService and its error codes.
const types = ['DEFAULT', 'IM', 'BACKGROUND', 'VoIP'];
const twice = 1000900005;
const internal = 1000900001;

export const pushService = {
  getToken: asks('pushService.getToken', (t) => t.token),
  deleteToken: asks('pushService.deleteToken', () => undefined),
  // It returns nothing and throws at once, so that it is known here which types
  // this process has.
  receiveMessage: (type, ability, onMessage) => {
    require(types.includes(type) && ability && typeof onMessage === 'function',
      'receiveMessage takes DEFAULT, IM, BACKGROUND or VoIP, an ability and a callback.');
    if (system.receivers.has(type)) throw failure(twice, 'The push message of the same type cannot be received repeatedly.');
    system.receivers.set(type, onMessage);
    system.within('pushService.receiveMessage', { pushType: type });
  },
  on: (event, ability, callback) => {
    require(event === 'tokenUpdate' && ability && typeof callback === 'function', 'on takes tokenUpdate, an ability and a callback.');
    if (system.listeners.has(event)) throw failure(internal, 'System internal error.');
    system.listeners.set(event, callback);
    system.within('pushService.on', { type: event });
  },
  off: (event) => {
    system.listeners.delete(event);
    system.within('pushService.off', { type: event });
  },
};

export const AAID = {
  getAAID: asks('AAID.getAAID', (a) => a.aaid),
  deleteAAID: asks('AAID.deleteAAID', () => undefined),
};

export const pushCommon = {
  AppProfileType: { PROFILE_TYPE_OS_DISTRIBUTED_ACCOUNT: 1, PROFILE_TYPE_APPLICATION_ACCOUNT: 2 },
};

/** The system sets the context before it calls onReceiveMessage. */
export class RemoteNotificationExtensionAbility {
  context;
}
