// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// A Push Token that is handed over before there is a hub, so that it is sent
// later, and calls whose texts may take the place that its own had. The numbers
// are the lengths: what fits into a call's own memory, and what does not.

import { load, options, payload, say, thrown, until, want } from './lib.mjs'

const pushproof = load()
const length = Number(process.argv[2])
// The Go test makes the same one.
const token = 'token'.repeat(length / 5)
pushproof.start(options('app', { want: want() }))
pushproof.tokenChanged(token)
for (let i = 0; i < 100; i++) {
  thrown(() => pushproof.setStage('x'.repeat(length)))
  pushproof.extensionAnswer(payload('y'.repeat(length)))
}
await until(() => pushproof.stats().connected, 'the hub')
say('connected')
for await (const _ of process.stdin) break
await pushproof.stop()
