// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

export class UIAbility {
  context = { filesDir: '/files', tempDir: '/temp' };
}

export const AbilityConstant = { LaunchReason: { UNKNOWN: 0, START_ABILITY: 1, CALL: 2, CONTINUATION: 3, APP_RECOVERY: 4 } };
