// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What package napi promises, seen from JavaScript. ADDON is the library.

import assert from 'node:assert/strict'
import { test } from 'node:test'

function load() {
  const module = { exports: {} }
  process.dlopen(module, process.env.ADDON)
  return module.exports
}

const addon = load()

/** until waits for a condition, an event loop turn at a time. */
async function until(holds, what) {
  const end = Date.now() + 20_000
  while (!holds()) {
    assert.ok(Date.now() < end, `waited 20 s for ${what}`)
    await new Promise((done) => setImmediate(done))
  }
}

test('values go both ways', () => {
  assert.equal(addon.add(1, 2), 3)
  for (const text of ['', 'plain', 'häß 消息 🙂', 'x'.repeat(8190), 'é'.repeat(8192), '🙂'.repeat(20_000), 'a\u0000b']) {
    assert.equal(addon.echo(text), text)
  }
  assert.equal(addon.not(true), false)
  assert.deepEqual(addon.object({ a: [1, { b: null }], ü: '🙂' }), { a: [1, { b: null }], ü: '🙂', seen: true })
  assert.deepEqual(new Uint8Array(addon.reverse(new Uint8Array([1, 2, 3]).buffer)), new Uint8Array([3, 2, 1]))
  assert.equal(addon.reverse(new ArrayBuffer(0)).byteLength, 0)
  assert.equal(addon.maybe(), 'nothing')
  assert.equal(addon.maybe(undefined), 'nothing')
  assert.equal(addon.maybe(null), 'nothing')
  assert.equal(addon.maybe('x'), 'got x')
  assert.equal(addon.integer(-(2 ** 53)), -(2 ** 53))
})

test('a wrong argument is named', () => {
  for (const [call, message] of [
    [() => addon.add(1), 'add(a: number, b: number): argument 2 is missing'],
    [() => addon.add('1', 2), 'add(a: number, b: number): argument 1 is no number'],
    [() => addon.echo(undefined), 'echo(text: string): argument 1 is no string'],
    [() => addon.not(1), 'not(flag: boolean): argument 1 is no boolean'],
    [() => addon.reverse(Buffer.from('x')), 'reverse(b: ArrayBuffer): argument 1 is no ArrayBuffer'],
    [() => addon.maybe(1), 'maybe(text?: string): argument 1 is no string'],
    [() => addon.integer(1.5), 'integer(n: number): argument 1, 1.5, is no integer'],
    [() => addon.integer(NaN), 'integer(n: number): argument 1, NaN, is no integer'],
    [() => addon.integer(2 ** 60), 'integer(n: number): argument 1, 1.152921504606847e+18, is no integer'],
    [() => addon.object(() => 1), 'object(o: object): argument 1 is no plain object'],
    [() => addon.object({ toJSON() { throw new Error('x') } }), 'object(o: object): argument 1 is no plain object'],
    [() => addon.open({}), 'open(box: external): argument 1 is not what this module has made'],
    [() => addon.subscribe(1, {}), 'subscribe(n: number, cb: function): argument 2 is no function'],
  ]) {
    assert.throws(call, { code: 401, message })
  }
})

test('errors have codes, and a panic is one', () => {
  assert.throws(() => addon.fail(1000900010, 'illegal identity'), { code: 1000900010, message: 'fail: illegal identity' })
  assert.throws(() => addon.panic('ouch'), { code: 2, message: 'panic(how: string) panicked: ouch' })
  assert.throws(() => addon.panic('nil'), { code: 2, message: /nil pointer dereference/ })
  assert.equal(addon.add(1, 1), 2)
})

test('promises are settled once', async () => {
  assert.equal(await addon.digest('x'), 'af63f54c86021707')
  assert.equal(await addon.atOnce('y'), 'y')
  for (const later of [true, false]) await assert.rejects(addon.refuse(later), { code: 1000900005, message: 'refused' })
  const all = await Promise.all(Array.from({ length: 5000 }, (_, i) => addon.digest(String(i % 10))))
  assert.equal(new Set(all).size, 10)
})

test('callbacks come in order, and none is lost', async () => {
  const n = 50_000
  let next = 0
  const wrong = []
  assert.equal(await addon.subscribe(n, (i, text) => {
    if (i !== next || text !== `event-${i}`) wrong.push(i)
    next++
  }), n)
  assert.equal(next, n)
  assert.deepEqual(wrong, [])
})

test('a callback that is not called any more is full, and one that throws is reported', async () => {
  let calls = 0
  addon.keep((i) => {
    calls++
    throw new Error(`thrown ${i}`)
  })
  assert.equal(addon.flood(2000), '1024: too many calls of the JavaScript function wait')
  await until(() => calls === 1024, 'the calls that fitted')
  assert.equal(addon.threw(), 'Error: thrown 1023')
  addon.release()
  addon.release()
  assert.equal(addon.flood(1), '0: the JavaScript environment has ended, or the callback was released')
})

test('what throws while it is made into text stops no call behind it', async () => {
  const things = [Symbol('x'), Object.create(null), { toString() { throw new Error('again') } }, new Error('last')]
  let calls = 0
  addon.keep((i) => {
    calls++
    throw things[i]
  })
  assert.equal(addon.flood(things.length), '4')
  await until(() => calls === things.length, 'the calls behind it')
  await until(() => addon.threw() === 'Error: last', 'the last report')
  addon.release()
})

test('a buffer that a later argument detaches is empty', () => {
  const buffer = new ArrayBuffer(64)
  assert.equal(addon.size(buffer, {}), 64)
  assert.equal(addon.size(buffer, { toJSON() { structuredClone(buffer, { transfer: [buffer] }); return {} } }), 0)
})

test('results and arguments that nobody gets are given back', async () => {
  addon.keep(() => {})
  for (const how of ['again', 'later', 'unfit', 'unmade']) assert.equal(await addon.change(how), 'changed')
  await until(() => addon.threw() !== 'Error: last', 'the call that could not be made')
  for (const how of ['error', 'panic']) await assert.rejects(addon.change(how), { message: /changed/ })
  addon.release()
  assert.equal(await addon.change('released'), 'changed')
  assert.equal(addon.held().externals, 0)
})

test('a callback may call back into the library', async () => {
  const seen = []
  await addon.subscribe(3, (i) => seen.push(addon.add(i, 1)))
  assert.deepEqual(seen, [1, 2, 3])
})

test('each load has a state of its own', () => {
  const again = load()
  assert.notEqual(again, addon)
  again.keep(() => {})
  again.release()
  assert.equal(again.threw(), '')
  assert.notEqual(addon.threw(), '')
})

test('Go values are dropped when JavaScript drops theirs', async () => {
  assert.equal(addon.open(addon.make('boxed')), 'boxed')
  for (let i = 0; i < 1000; i++) addon.make('x'.repeat(1000))
  await until(() => {
    globalThis.gc()
    return addon.held().externals === 0
  }, 'the finalizers')
})

test('nothing grows with calls', async () => {
  const payload = 'x'.repeat(200)
  const round = async () => {
    for (let i = 0; i < 100_000; i++) {
      addon.copy(payload)
      addon.echo('short')
      if (i % 100 === 0) await addon.digest(payload)
      if (i % 1000 === 0) addon.untaken(() => {})
    }
    globalThis.gc()
  }
  await round()
  const before = process.memoryUsage().rss
  for (let i = 0; i < 4; i++) await round()
  const grown = (process.memoryUsage().rss - before) / (1 << 20)
  assert.ok(grown < 24, `a million calls have taken ${grown.toFixed(1)} MiB`)
  // What is left is a port for each of the two loads.
  await until(() => addon.held().held === 2, 'what was released')
})
