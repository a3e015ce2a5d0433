// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { call } from './state.mjs';

const write = (level) => (domain, tag, format, ...args) => {
  const text = format.replace(/%\{public\}[sd]/g, () => String(args.shift()));
  call('hilog', level, tag, text);
};

export const hilog = { info: write('I'), warn: write('W'), error: write('E') };
