// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// A million calls: nothing grows but what the garbage collectors of Go and of
// V8 leave for their next turn.

import assert from 'node:assert/strict'
import { load, options, payload, say, until } from './lib.mjs'

const pushproof = load()
pushproof.start(options())
const text = payload('x'.repeat(160))

/** calls makes a hundred thousand calls. */
async function calls() {
  for (let i = 0; i < 100; i++) {
    const kept = []
    for (let j = 0; j < 400; j++) {
      kept.push(pushproof.deliver('IM', 'extension', text, 1764000000123))
      pushproof.version()
    }
    for (let j = 0; j < 50; j++) {
      pushproof.setStage('alive')
      pushproof.extensionAnswer(text)
      pushproof.stats()
      pushproof.reply(j, '{}')
    }
    // A function that replaces another one, which is let go.
    pushproof.onCommand(() => {})
    try {
      pushproof.setStage('dead')
    } catch {}
    await Promise.all(kept)
  }
}

async function settled() {
  globalThis.gc()
  // This environment's port, the function of onCommand, and what lets it go.
  await until(() => pushproof.stats().held === 3, 'what the border holds')
  return process.memoryUsage().rss
}

await calls()
const before = await settled()
const goroutines = pushproof.stats().goroutines
for (let i = 0; i < 9; i++) await calls()
const grown = (await settled() - before) / (1 << 20)
say('grown', { n: Math.round(grown) })
// Go doubles its heap before it collects, 4 MiB at least, and gives memory back
// in the background; the rest is V8's, whose young generation is 16 MiB a half.
assert.ok(grown < 32, `a million calls have taken ${grown.toFixed(1)} MiB`)
// The agent begins one for a moment now and then.
await until(() => pushproof.stats().goroutines <= goroutines, `${goroutines} goroutines`)
await pushproof.stop()
await until(() => pushproof.stats().held === 1 && pushproof.stats().goroutines === 1, 'the end')
say('done')
