// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Delivers until it is killed, with some under way at any time, and says of
// each that it was kept as soon as its promise is resolved.

import { load, options, payload, say } from './lib.mjs'

const pushproof = load()
pushproof.start(options())
let next = 0

async function deliver() {
  for (;;) {
    const n = next++
    await pushproof.deliver('VoIP', 'voip', payload(`message ${n}`), Date.now())
    say('kept', { n })
  }
}

await Promise.all(Array.from({ length: 20 }, deliver))
