// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What the scripts share. The Go test gives them, by the environment: MODULE,
// the library; FILES, a folder for the app's files; WANT, the JSON of
// want.parameters with a session. They tell it what they have done by a line of
// JSON each, on standard output.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'

/** load opens a library in this environment, anew each time. */
export function load(file = process.env.MODULE) {
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports
}

/** options are what start needs, for an app of that name. */
export function options(app = 'app', more = {}) {
  const filesDir = path.join(process.env.FILES, app)
  fs.mkdirSync(filesDir, { recursive: true })
  const device = { type: 'phone', model: 'test', api: 20, osVersion: '6.0.0', bootId: 'boot-1' }
  return { filesDir, tempDir: process.env.FILES, role: 'main', device, utcOffsetMinutes: 480, ...more }
}

/** want is the JSON of want.parameters with the test's session and more. */
export function want(more = {}) {
  return JSON.stringify({ ...JSON.parse(process.env.WANT), ...more })
}

/** payload is PushPayload as JSON. */
export function payload(text) {
  return JSON.stringify({ type: 'IM', data: JSON.stringify({ text }) })
}

/** say tells the Go test. It is written at once, in a Worker as well. */
export function say(what, more = {}) {
  fs.writeSync(1, JSON.stringify({ what, ...more }) + '\n')
}

/** until waits for a condition, a turn of the event loop at a time. */
export async function until(holds, what) {
  const end = Date.now() + 60_000
  while (!holds()) {
    assert.ok(Date.now() < end, `waited a minute for ${what}`)
    await new Promise((done) => setImmediate(done))
  }
}

/** rejected returns the error of a promise that must be rejected. */
export async function rejected(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  assert.fail('the promise was resolved')
}

/** thrown returns what a function throws. */
export function thrown(call) {
  try {
    call()
  } catch (error) {
    return error
  }
  assert.fail('nothing was thrown')
}
