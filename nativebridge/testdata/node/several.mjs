// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Several modules in one process: the library loaded twice, a copy of it under
// another name, and another Go library.

import assert from 'node:assert/strict'
import { load, options, payload, say, want } from './lib.mjs'

const addon = load(process.env.ADDON)
const apps = { first: load(), again: load(), other: load(process.env.OTHER) }

for (const [name, pushproof] of Object.entries(apps)) {
  pushproof.start(options(name, { want: want() }))
}
// The files of one app belong to one of them, whichever runtime it is in.
for (const file of [process.env.MODULE, process.env.OTHER]) {
  assert.throws(() => load(file).start(options('first')), { code: 10 })
}
await Promise.all(Object.entries(apps).map(async ([name, pushproof]) => {
  await pushproof.deliver('IM', 'extension', payload(name), Date.now())
  await pushproof.flush(60_000)
}))
assert.equal(await addon.digest('x'), 'af63f54c86021707')

// The end of one is not that of the others.
await apps.first.stop()
assert.throws(() => apps.first.setStage('alive'), { code: 5 })
for (const name of ['again', 'other']) assert.equal(apps[name].stats().connected, true)
await Promise.all([apps.again.stop(), apps.other.stop()])
say('done')
