// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { ask } from './state.mjs';

export const liveViewManager = {
  isLiveViewEnabled: () => ask('liveViewManager.isLiveViewEnabled'),
  startLiveView: (view) => ask('liveViewManager.startLiveView', view),
  updateLiveView: (view) => ask('liveViewManager.updateLiveView', view),
  stopLiveView: (view) => ask('liveViewManager.stopLiveView', view),
  getActiveLiveView: (id) => ask('liveViewManager.getActiveLiveView', id),
};
