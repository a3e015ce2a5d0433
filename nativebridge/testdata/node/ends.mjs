// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// A program that does nothing more ends by itself, although its agent runs, is
// connected and listens to commands; but not before its promises are settled.

import { load, options, payload, say, until, want } from './lib.mjs'

const pushproof = load()
pushproof.onCommand(() => {})
pushproof.start(options('app', { want: want() }))
await until(() => pushproof.stats().connected, 'the hub')
for (let n = 0; n < 100; n++) {
  pushproof.deliver('IM', 'extension', payload(`message ${n}`), Date.now()).then(() => say('kept', { n }))
}
