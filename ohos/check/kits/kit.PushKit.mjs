// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { ask, call } from './state.mjs';

export const pushService = {
  getToken: () => ask('pushService.getToken'),
  deleteToken: () => ask('pushService.deleteToken'),
  receiveMessage: (...args) => call('pushService.receiveMessage', ...args),
  on: (...args) => call('pushService.on', ...args),
};

export class RemoteNotificationExtensionAbility {
  context = { filesDir: '/files', tempDir: '/temp' };
}
