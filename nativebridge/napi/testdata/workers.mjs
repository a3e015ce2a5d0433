// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Workers that load the library and end: some when they are done, some while
// goroutines are about to settle promises and to call callbacks.

import { Worker, isMainThread } from 'node:worker_threads'
import { once } from 'node:events'
import assert from 'node:assert/strict'

function load() {
  const module = { exports: {} }
  process.dlopen(module, process.env.ADDON)
  return module.exports
}

const addon = load()

if (isMainThread) {
  const FINISHED = 40
  const TERMINATED = 40
  for (let i = 0; i < FINISHED; i++) {
    const worker = new Worker(new URL(import.meta.url), { env: { ...process.env, ENDS: '1' } })
    const [code] = await once(worker, 'exit')
    assert.equal(code, 0)
  }
  for (let i = 0; i < TERMINATED; i++) {
    const worker = new Worker(new URL(import.meta.url), { env: { ...process.env, ENDS: '' } })
    await once(worker, 'message')
    await worker.terminate()
  }
  const end = Date.now() + 20_000
  for (;;) {
    const { held, open, goroutines } = addon.held()
    // This thread's own port and state, and its own goroutine.
    if (held === 1 && open === 1 && goroutines === 1) break
    assert.ok(Date.now() < end, `still held: ${JSON.stringify({ held, open, goroutines })}`)
    await new Promise((done) => setImmediate(done))
  }
  console.log('ended well')
} else {
  const { parentPort } = await import('node:worker_threads')
  const ends = process.env.ENDS === '1'
  assert.equal(await addon.digest('x'), 'af63f54c86021707')
  addon.keep(() => {})
  addon.flood(10)
  addon.never()
  let told = false
  const events = addon.subscribe(ends ? 1000 : 1e9, () => {
    if (!told) {
      told = true
      parentPort.postMessage('under way')
    }
  })
  for (let i = 0; i < 100; i++) addon.digest(String(i))
  if (ends) {
    await events
    process.exit(0)
  }
  await events
}
