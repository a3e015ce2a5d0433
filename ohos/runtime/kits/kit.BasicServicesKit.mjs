// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import os from 'node:os';
import { system } from '../lib/system.mjs';

export const deviceInfo = {
  get deviceType() { return system.spec.device.type; },
  get productModel() { return system.spec.device.model; },
  get sdkApiVersion() { return system.spec.device.api; },
  get displayVersion() { return system.spec.device.osVersion; },
};

export const systemDateTime = {
  TimeType: { STARTUP: 0, ACTIVE: 1 },
  getUptime: () => Math.round(os.uptime() * 1000),
};
