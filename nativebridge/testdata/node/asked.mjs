// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// A Worker that is asked, and terminated before it answers. The one that comes
// after it for the same app is asked again, and answers.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { load, options, say, until, want } from './lib.mjs'

if (isMainThread) {
  const silent = new Worker(new URL(import.meta.url), { workerData: 'silent' })
  await once(silent, 'message')
  await silent.terminate()
  const pushproof = load()
  await until(() => pushproof.stats().held === 1 && pushproof.stats().goroutines === 1, 'the end of the Worker')
  say('ended')
  const answers = new Worker(new URL(import.meta.url), { workerData: 'answers' })
  const [code] = await once(answers, 'exit')
  assert.equal(code, 0)
  say('done')
} else {
  const pushproof = load()
  let answered = 0
  pushproof.onCommand((id) => {
    if (workerData === 'silent') {
      parentPort.postMessage(id)
      return
    }
    pushproof.reply(id, '{"badge":5}')
    answered++
  })
  pushproof.start(options('app', { want: want() }))
  await until(() => pushproof.stats().connected, 'the hub')
  say('connected')
  // The second one says that the answer to the first has come.
  await until(() => answered === 2, 'two commands')
  await pushproof.stop()
}
