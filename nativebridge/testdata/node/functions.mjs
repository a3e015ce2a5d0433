// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Every function of the module, in the life of one app: before start, between
// start and stop, and after it; on the main thread, or in a Worker.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker, isMainThread } from 'node:worker_threads'
import { load, options, payload, rejected, say, thrown, until, want } from './lib.mjs'

const NOT_STARTED = 3
const STARTED = 4
const STOPPED = 5
const PARAMETER = 401

// The answers to no command that wrongParameters gives.
const LATE = 2

const at = 1764000000123

/** notRunning calls everything that needs a running agent. */
async function notRunning(pushproof, code) {
  for (const [name, call] of [
    ['deliver', () => pushproof.deliver('IM', 'extension', payload('x'), at)],
    ['click', () => pushproof.click('onCreate', '{"a":1}', at)],
    ['flush', () => pushproof.flush(1000)],
  ]) {
    assert.equal((await rejected(call())).code, code, name)
  }
  for (const [name, call] of [
    ['setStage', () => pushproof.setStage('alive')],
    ['extensionAnswer', () => pushproof.extensionAnswer(payload('x'))],
    ['tokenChanged', () => pushproof.tokenChanged('token')],
    ['tokenFailed', () => pushproof.tokenFailed(1000900010, 'x')],
  ]) {
    const error = thrown(call)
    assert.ok(error instanceof Error, name)
    assert.equal(error.code, code, name)
  }
  assert.equal(pushproof.version(), process.env.VERSION)
  const stats = pushproof.stats()
  assert.equal(stats.running, false)
  assert.equal(stats.connected, false)
}

async function wrongParameters(pushproof) {
  for (const call of [
    () => pushproof.start(), () => pushproof.start('x'), () => pushproof.start(() => 1),
    () => pushproof.start({}), () => pushproof.start(options('app', { role: 'service' })),
    () => pushproof.start(options('app', { unknown: 1 })), () => pushproof.start(options('app', { filesDir: 'files' })),
    () => pushproof.setStage(), () => pushproof.setStage(1), () => pushproof.setStage('dead'),
    () => pushproof.deliver('IM', 'extension', payload('x')), () => pushproof.deliver('IM', 'extension', {}, at),
    () => pushproof.click('onCreate', '{}', '1'), () => pushproof.extensionAnswer(1),
    () => pushproof.tokenChanged(), () => pushproof.tokenFailed('1', 'x'), () => pushproof.tokenFailed(1.5, 'x'),
    () => pushproof.onCommand(), () => pushproof.onCommand({}),
    () => pushproof.reply('1', '{}'), () => pushproof.reply(1, 'no JSON'), () => pushproof.reply(0.5, '{}'),
    () => pushproof.fail(1, 1), () => pushproof.fail(1, NaN, 'x'), () => pushproof.flush(), () => pushproof.flush('1'),
  ]) {
    assert.equal(thrown(call).code, PARAMETER, call.toString())
  }
}

async function wrongValues(pushproof) {
  for (const call of [
    () => pushproof.deliver('im', 'extension', payload('x'), at), () => pushproof.deliver('IM', 'message', payload('x'), at),
    () => pushproof.deliver('onCreate', 'alert', payload('x'), at), () => pushproof.deliver('IM', 'extension', payload('x'), -1),
    () => pushproof.deliver('IM', 'extension', payload('x'), NaN), () => pushproof.deliver('', '', '', 0),
    () => pushproof.click('IM', '{}', at), () => pushproof.click('onCreate', '[]', at), () => pushproof.click('onCreate', 'x', at),
    () => pushproof.click('onCreate', '{}', Infinity),
    () => pushproof.flush(-1), () => pushproof.flush(0.5), () => pushproof.flush(600_001),
  ]) {
    assert.equal((await rejected(call())).code, PARAMETER, call.toString())
  }
}

/** messages hands over what the Go test looks for at the hub. */
async function messages(pushproof) {
  pushproof.setStage('alive')
  let n = 0
  for (const stage of ['visible', 'focused']) {
    for (const via of ['DEFAULT', 'IM', 'BACKGROUND', 'VoIP', 'extension', 'row']) {
      for (const kind of ['alert', 'form', 'extension', 'background', 'liveview', 'voip']) {
        const kept = pushproof.deliver(via, kind, payload(`消息 🙂 ${n}`), at + n)
        n++
        // The stage is that of the call.
        pushproof.setStage(stage)
        assert.ok(kept instanceof Promise)
        assert.equal(await kept, undefined)
      }
    }
  }
  assert.equal(await pushproof.click('onNewWant', want({ order: 7 }), at), undefined)
  assert.equal(await pushproof.click('onCreate', JSON.stringify({ text: '文' }), at), undefined)
  // A session alone is no click.
  assert.equal(await pushproof.click('onCreate', want(), at), undefined)
  const large = await rejected(pushproof.deliver('DEFAULT', 'alert', JSON.stringify({ data: 'x'.repeat(1 << 20) }), at))
  assert.equal(large.code, 7)
  assert.equal(await pushproof.flush(60_000), undefined)
  const stats = pushproof.stats()
  assert.deepEqual(
    { ...stats, goroutines: 0, heapBytes: 0, held: 0 },
    { version: process.env.VERSION, running: true, connected: true, waiting: 0, commands: 0, late: LATE, goroutines: 0, heapBytes: 0, held: 0 },
  )
  assert.ok(stats.goroutines > 1 && stats.heapBytes > 1000 && stats.held >= 1, JSON.stringify(stats))
}

/** commands answers what the Go test asks by the hub. */
async function commands(pushproof) {
  const asked = []
  let ended = false
  // The first function is let go when the second one takes its place.
  pushproof.onCommand(() => assert.fail('it was replaced'))
  pushproof.onCommand((id, name, args) => {
    asked.push(name)
    assert.equal(typeof id, 'number')
    assert.deepEqual(JSON.parse(args), {})
    switch (name) {
      case 'pushService.getToken':
        pushproof.reply(id, '{"token":"token-2"}')
        break
      case 'notificationManager.getBadgeNumber':
        setImmediate(() => {
          pushproof.reply(id, '{"badge":7}')
          // The second time is the end: the agent has seen the answers before.
          ended = asked.length === 7
        })
        break
      case 'notificationManager.getActiveNotifications':
        throw new Error('a fault of the app with ' + 'token'.repeat(10))
      case 'notificationManager.isNotificationEnabled':
        pushproof.fail(id, 1600004, 'refused')
        // Nobody waits any more.
        pushproof.fail(id, 1, 'again')
        pushproof.reply(id, '{}')
        break
      case 'notificationManager.requestEnableNotification':
        pushproof.reply(id, '')
        break
      case 'pushService.deleteToken':
        pushproof.reply(id, '')
    }
  })
  say('answering')
  await until(() => ended, 'the last command')
  const stats = pushproof.stats()
  assert.equal(stats.late, LATE + 2)
  assert.equal(asked.length, 7)
}

async function whole(pushproof) {
  await notRunning(pushproof, NOT_STARTED)
  await wrongParameters(pushproof)
  assert.equal(pushproof.start(options('app', { want: want() })), undefined)
  assert.equal(thrown(() => pushproof.start(options())).code, STARTED)
  await wrongParameters(pushproof)
  await wrongValues(pushproof)
  await messages(pushproof)

  const answer = JSON.parse(pushproof.extensionAnswer(payload('x')))
  assert.deepEqual(answer, { title: 'title ', text: 'text', setBadgeNumber: 3, delayMillis: 20 })
  assert.equal(thrown(() => pushproof.extensionAnswer('no JSON')).code, PARAMETER)

  pushproof.tokenChanged('token-1')
  say('token')
  await commands(pushproof)
  pushproof.tokenFailed(1000900010, 'illegal identity')
  // A Push Token is state, and would end with the session.
  let seen = false
  pushproof.onCommand((id) => {
    pushproof.reply(id, '{"badge":0}')
    seen = true
  })
  say('failed')
  await until(() => seen, 'the Go test, which has seen it')

  // The end of the session: what comes now waits for the next one.
  assert.equal(await pushproof.click('onNewWant', JSON.stringify({ 'pushproof.session': 'end' }), at), undefined)
  assert.equal(pushproof.extensionAnswer(payload('x')), undefined)
  await pushproof.deliver('IM', 'extension', payload('after the end'), at)
  assert.notEqual((await rejected(pushproof.flush(50))).code, 0)
  assert.equal(pushproof.stats().connected, false)

  const last = pushproof.deliver('IM', 'extension', payload('before stop'), at)
  const stopped = pushproof.stop()
  assert.equal(await last, undefined)
  assert.equal(await stopped, undefined)
  assert.equal(await pushproof.stop(), undefined)
  await notRunning(pushproof, STOPPED)
  assert.equal(thrown(() => pushproof.start(options())).code, STOPPED)
  assert.equal(thrown(() => pushproof.onCommand(() => {})).code, STOPPED)
  pushproof.reply(1, '{}')
  pushproof.fail(1, 2, 'x')
}

if (isMainThread && process.argv[2] === 'worker') {
  const worker = new Worker(new URL(import.meta.url))
  const [code] = await once(worker, 'exit')
  assert.equal(code, 0)
} else {
  const pushproof = load()
  await whole(pushproof)
  say('done', { functions: Object.keys(pushproof) })
}
