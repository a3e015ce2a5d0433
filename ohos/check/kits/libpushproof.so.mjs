// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { ask, call } from './state.mjs';

const native = {
  start: (options) => call('native.start', options),
  stop: () => ask('native.stop'),
  setStage: (stage) => call('native.setStage', stage),
  deliver: (...args) => ask('native.deliver', ...args),
  click: (...args) => ask('native.click', ...args),
  extensionAnswer: (payload) => call('native.extensionAnswer', payload),
  tokenChanged: (token) => call('native.tokenChanged', token),
  tokenFailed: (...args) => call('native.tokenFailed', ...args),
  onCommand: (callback) => call('native.onCommand', callback),
  reply: (...args) => call('native.reply', ...args),
  fail: (...args) => call('native.fail', ...args),
  flush: (millis) => ask('native.flush', millis),
  version: () => call('native.version'),
  stats: () => call('native.stats'),
};

export default native;
