// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// One process of an app on a simulated device: node main.mjs --role ROLE
// --target TARGET --module FILE --cache DIR [--project DIR] [--entry NAME].
// It plays the system for the abilities of an ArkTS project, and ends with its
// standard input. harness/sim/native starts it.
import { register } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { modules, readJSON5, root } from '../check/lib/project.mjs';
import { install } from './lib/globals.mjs';
import { roles } from './lib/process.mjs';
import { failure, Seam } from './lib/seam.mjs';
import { system } from './lib/system.mjs';

/** What is left may take this long when the input has ended, in milliseconds. */
const farewell = 1500;

const { values: given } = parseArgs({
  options: {
    role: { type: 'string' }, target: { type: 'string' }, module: { type: 'string' }, cache: { type: 'string' },
    project: { type: 'string', default: root }, entry: { type: 'string', default: 'entry' },
  },
});
const later = globalThis.setTimeout;
const said = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

register('./loader/hooks.mjs', import.meta.url, { data: given });

let own;

function start(spec) {
  if (system.spec) throw failure(-32600, 'the process was told twice what it is');
  if (spec.role !== given.role) throw failure(-32600, `the process was started as ${given.role} and is told that it is ${spec.role}`);
  const found = modules(given.project).find((m) => m.name === given.entry);
  system.module = { ...found, json: readJSON5(path.join(found.folder, 'src/main/module.json5')).module };
  system.spec = spec;
  own = new roles[spec.role]();
}

async function serve(method, params) {
  if (method === 'process.start') return start(params);
  if (!system.spec) throw failure(-32600, 'the process was not told what it is');
  if (!own[method]) throw failure(-32601, `the native runtime has no ${method} in a process of the role ${given.role}`);
  return own[method](params);
}

/** What an ability throws and nobody catches: the end of an app on a device. */
function crash(error) {
  system.log('F', 'JsError', String(error?.stack ?? error));
  process.exit(1);
}

process.on('uncaughtException', crash);
// On a device it is a line in the log.
process.on('unhandledRejection', (reason) => system.log('E', 'JSAPP', `unhandled rejection: ${reason?.stack ?? reason}`));
system.crash = crash;
system.seam = new Seam(said, serve);
install();
await system.seam.read(process.stdin);
// What the native library still writes keeps the process alive, within bounds.
later(() => process.exit(0), farewell).unref();
