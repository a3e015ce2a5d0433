// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What ArkTS has without an import. Times pass on the world's clock.
import util from 'node:util';
import { system } from './system.mjs';

/** The capabilities that every device has; of the others process.start tells. */
const everywhere = [
  'SystemCapability.Push.PushService', 'SystemCapability.Notification.Notification', 'SystemCapability.Ability.Form',
];

const levels = { debug: 'D', log: 'I', info: 'I', warn: 'W', error: 'E' };

const timers = new Map();
let last = 0;

function timer(callback, millis, args, again) {
  const id = ++last;
  const wait = () => system.call('clock.wait', { millis: Math.max(1, Math.round(Number(millis) || 0)) }).then(() => setImmediate(due),
    (e) => system.log('E', 'System', `a timer was lost: ${e.message}`));
  const due = () => {
    if (!timers.has(id)) return;
    if (again) wait();
    else timers.delete(id);
    callback(...args);
  };
  timers.set(id, true);
  wait();
  return id;
}

/** Puts them in place. */
export function install() {
  const stored = new Map();
  Object.assign(globalThis, {
    canIUse: (capability) => everywhere.includes(capability) || (system.spec.capabilities ?? []).includes(capability),
    AppStorage: { setOrCreate: (key, value) => stored.set(key, value), get: (key) => stored.get(key) },
    setTimeout: (callback, millis, ...args) => timer(callback, millis, args, false),
    setInterval: (callback, millis, ...args) => timer(callback, millis, args, true),
    clearTimeout: (id) => void timers.delete(id),
    clearInterval: (id) => void timers.delete(id),
    // Standard output is the seam.
    console: Object.fromEntries(Object.entries(levels).map(([name, level]) =>
      [name, (...args) => system.log(level, 'JSAPP', util.format(...args))])),
  });
}
