// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Workers that are terminated while their deliveries are on the way to the disk
// and commands wait for their answers; then the module is loaded anew for the
// same app, and has what they delivered.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { load, options, payload, say, until, want } from './lib.mjs'

const WORKERS = 12
const DELIVERIES = 300

/** opened starts an app again, as soon as the one before it has let go. */
async function opened(app, more) {
  for (;;) {
    const pushproof = load()
    try {
      pushproof.start(options(app, more))
      return pushproof
    } catch (error) {
      if (error.code !== 10) throw error
    }
    await pushproof.stop()
    await new Promise((done) => setImmediate(done))
  }
}

if (isMainThread) {
  const pushproof = load()
  const loaded = pushproof.stats().held
  for (let i = 0; i < WORKERS; i++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: i })
    // It may come in the same turn as the message.
    const exit = once(worker, 'exit')
    const [n] = await once(worker, 'message')
    assert.equal(n, DELIVERIES)
    if (i % 2) {
      // This one is in the middle of its own loop.
      await worker.terminate()
    } else {
      const [code] = await exit
      assert.equal(code, 0)
    }
  }
  // What they have held is let go, but for what reloads hold here.
  await until(() => {
    const { held, goroutines } = pushproof.stats()
    return held === loaded && goroutines === 1
  }, `the end of the Workers, ${JSON.stringify(pushproof.stats())}`)
  for (let i = 0; i < WORKERS; i++) {
    const again = await opened(`app-${i}`, { want: want() })
    await again.flush(60_000)
    await again.stop()
  }
  say('done', { n: WORKERS * DELIVERIES })
} else {
  const pushproof = load()
  const app = `app-${workerData}`
  let asked = 0
  pushproof.onCommand(() => asked++)
  // Without a hub: what is delivered stays here.
  pushproof.start(options(app))
  const all = []
  for (let n = 0; n < DELIVERIES; n++) {
    all.push(pushproof.deliver('BACKGROUND', 'background', payload(`${app} ${n}`), Date.now()))
  }
  parentPort.postMessage(all.length)
  if (workerData % 4 === 0) process.exit(0)
  if (workerData % 2) for (;;) pushproof.setStage('alive')
}
