// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// node build.mjs --cache DIR --project DIR: makes JavaScript of a project's
// ArkTS before a process is started, as a package holds what was compiled; else
// the first process of a kind would be slow. What the folder has of older
// sources is removed.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { filesBelow, modules } from '../check/lib/project.mjs';
import { transpiled } from './loader/transpile.mjs';

const { values: given } = parseArgs({ options: { cache: { type: 'string' }, project: { type: 'string' } } });

const kept = new Set();
for (const { folder } of modules(given.project)) {
  for (const file of filesBelow(folder, /\.ets$/)) kept.add(path.basename((await transpiled(file, given.cache)).file));
}
for (const name of fs.readdirSync(given.cache)) {
  // What another process writes at this moment has a longer name.
  if (name.endsWith('.js') && !kept.has(name)) fs.rmSync(path.join(given.cache, name), { force: true });
}
