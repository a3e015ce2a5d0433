// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

export class Ability {}

/** The system sets the context before it calls onCreate. */
export class UIAbility extends Ability {
  context;
}

// Source: Ability Kit, ArkTS API AbilityConstant.
export const AbilityConstant = {
  LaunchReason: { UNKNOWN: 0, START_ABILITY: 1, CALL: 2, CONTINUATION: 3, APP_RECOVERY: 4 },
  LastExitReason: { UNKNOWN: 0, NORMAL: 2 },
};
