// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { either } from '../lib/api.mjs';
import { system } from '../lib/system.mjs';

const over = (name) => either(async (...args) => system.call(`liveViewManager.${name}`, ...args));

export const liveViewManager = {
  isLiveViewEnabled: over('isLiveViewEnabled'),
  startLiveView: over('startLiveView'),
  updateLiveView: over('updateLiveView'),
  stopLiveView: over('stopLiveView'),
  getActiveLiveView: either(async (id) => system.call('liveViewManager.getActiveLiveView', { id })),
};
