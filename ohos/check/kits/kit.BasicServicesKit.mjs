// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { call } from './state.mjs';

export const deviceInfo = {
  deviceType: 'phone', productModel: 'PM-1', sdkApiVersion: 20, displayVersion: 'PM-1 6.0.0.1',
};

export const systemDateTime = {
  TimeType: { STARTUP: 0, ACTIVE: 1 },
  getUptime: (type) => call('systemDateTime.getUptime', type) ?? 0,
};
