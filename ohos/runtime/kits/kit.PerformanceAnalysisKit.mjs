// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { system } from '../lib/system.mjs';

/** The line as hilog shows it: what is not public is hidden. Source: HiLog guide. */
function line(format, args) {
  let next = 0;
  return format.replace(/%(?:\{(public|private)\})?([sdioOf%])/g, (match, visible, kind) => {
    if (kind === '%') return '%';
    if (next >= args.length) return match;
    const value = args[next++];
    if (visible !== 'public') return '<private>';
    return kind === 'o' || kind === 'O' ? JSON.stringify(value) : String(value);
  });
}

const at = (level) => (domain, tag, format, ...args) => system.log(level, tag, line(format, args));

export const hilog = {
  LogLevel: { DEBUG: 3, INFO: 4, WARN: 5, ERROR: 6, FATAL: 7 },
  isLoggable: () => true,
  debug: at('D'), info: at('I'), warn: at('W'), error: at('E'), fatal: at('F'),
};
