// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Measures one library, in a process of its own: MODULE is the library, FILES a
// folder for the app's files. Each line of standard input asks for a measure and
// a number of rounds, and is answered by a line of JSON: nanoseconds, or what the
// name says.

import fs from 'node:fs'
import readline from 'node:readline'

const BURST = 256

const text = JSON.stringify({ type: 'IM', data: 'x'.repeat(200 - '{"type":"IM","data":""}'.length) })
const now = () => Number(process.hrtime.bigint())
const rss = () => {
  globalThis.gc()
  return Number(/^Rss:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/smaps_rollup', 'utf8'))[1]) * 1024
}

const module = { exports: {} }
const before = rss()
const start = process.hrtime.bigint()
process.dlopen(module, process.env.MODULE)
const loadNanos = Number(process.hrtime.bigint() - start)
const library = module.exports
const loadBytes = rss() - before
if (library.start) {
  const device = { type: 'phone', model: 'test', api: 20, osVersion: '6.0.0', bootId: 'boot-1' }
  library.start({ filesDir: process.env.FILES, role: 'main', device })
}
const startBytes = rss() - before

/** sync is what a call costs the thread, per call, by bursts that are awaited in between. */
async function sync(name, rounds) {
  const call = library[name]
  const all = new Array(BURST)
  const costs = []
  for (let r = 0; r < rounds; r++) {
    const from = now()
    for (let i = 0; i < BURST; i++) all[i] = call('IM', 'extension', text, 1764000000123)
    costs.push((now() - from) / BURST)
    await Promise.all(all)
  }
  return costs
}

/** alone is what one call costs the thread, when nothing else is under way. */
async function alone(name, rounds) {
  const call = library[name]
  const costs = []
  for (let r = 0; r < rounds; r++) {
    const from = now()
    const kept = call('IM', 'extension', text, 1764000000123)
    costs.push(now() - from)
    await kept
  }
  return costs
}

/** settled is the time from a call to the continuation behind its promise, one at a time. */
async function settled(name, rounds) {
  const call = library[name]
  const costs = []
  for (let r = 0; r < rounds; r++) {
    const from = now()
    await call('IM', 'extension', text, 1764000000123)
    costs.push(now() - from)
  }
  return costs
}

/** called is the time from a call of a JavaScript function by another thread to its first line. */
let arrived
let listening = false
async function called(_, rounds) {
  if (!listening) {
    listening = true
    library.listen((then) => arrived(now() - then))
  }
  const costs = []
  for (let r = 0; r < rounds; r++) {
    costs.push(await new Promise((done) => {
      arrived = done
      // From the loop's own turn, so that the thread waits when it is called.
      setImmediate(() => library.ping())
    }))
  }
  return costs
}

const measures = { sync, alone, settled, called, load: () => [loadNanos, loadBytes, startBytes] }

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [measure, name, rounds] = line.split(' ')
  process.stdout.write(JSON.stringify(await measures[measure](name, Number(rounds))) + '\n')
}
process.exit(0)
