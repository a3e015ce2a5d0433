// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// A Push Token, or the error of getToken, that is handed over before there is a
// hub, so that it is sent later, and calls whose texts may take the place that
// its own had. The number is the length: what fits into a call's own memory, and
// what does not.

import { load, options, payload, say, thrown, until, want } from './lib.mjs'

const pushproof = load()
const [, , what, size] = process.argv
const length = Number(size)
// The Go test makes the same text.
const token = 'token'.repeat(length / 5)
pushproof.start(options('app', { want: want() }))
if (what === 'token') {
  pushproof.tokenChanged(token)
} else {
  pushproof.tokenFailed(1000900010, token)
}
for (let i = 0; i < 100; i++) {
  thrown(() => pushproof.setStage('x'.repeat(length)))
  pushproof.extensionAnswer(payload('y'.repeat(length)))
}
await until(() => pushproof.stats().connected, 'the hub')
say('connected')
for await (const _ of process.stdin) break
await pushproof.stop()
