// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What ArkTS has without an import.
import { call, state } from '../kits/state.mjs';

globalThis.canIUse = (capability) => !state.missing.has(capability);
globalThis.AppStorage = { setOrCreate: (key, value) => call('AppStorage.setOrCreate', key, value) };
