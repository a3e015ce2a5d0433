// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The type check and the ArkTS rules for the whole project, target by target.
import path from 'node:path';
import { filesBelow, modules, sourceRoots } from './project.mjs';
import { checkTypes } from './types.mjs';

/** The targets that are built, and what of the tests goes with each. */
const targets = [
  { name: 'default', tests: false },
  { name: 'debug', tests: true },
];

/** The ArkTS files that hvigor compiles for a target. */
export function filesOf({ name, tests }, all = modules()) {
  return all.flatMap((module) => {
    const folders = [...sourceRoots(module, name), ...(tests ? ['src/ohosTest', 'src/test'].map((f) => path.join(module.folder, f)) : [])];
    const main = module.pkg.main ? [path.join(module.folder, module.pkg.main)] : [];
    return [...main, ...folders.flatMap((f) => filesBelow(f, /\.ets$/))];
  });
}

/** What is wrong in any target, each finding once. */
export function findings() {
  const seen = new Set();
  return targets.flatMap((target) => checkTypes(filesOf(target), target.name)).filter((f) => {
    const key = `${f.file}:${f.line}:${f.column}:${f.text}`;
    return !seen.has(key) && seen.add(key);
  });
}
