// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// npm run check: everything that can be said of ohos/ without a device. It
// prints what is wrong, a line each, and exits with 1 if anything is; 3 means
// that a check could not be made.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { checkConfig, configFiles } from './lib/config.mjs';
import { findings } from './lib/findings.mjs';
import { checkPractice } from './lib/practice.mjs';
import { check, filesBelow } from './lib/project.mjs';
import { checkResources } from './lib/resources.mjs';
import { show } from './lib/types.mjs';

const at = (f) => `ohos/${f.file}${f.line ? `:${f.line}` : ''}: `;

const steps = {
  'types and rules of ArkTS': () => findings().map(show),
  'good practice': () => checkPractice().map((f) => `${at(f)}${f.rule}: ${f.text}`),
  'shape of the JSON5 files': () => checkConfig(configFiles()).map((f) => at(f) + f.text),
  resources: () => checkResources().map((f) => at(f) + f.text),
  tests: () => {
    const files = filesBelow(path.join(check, 'test'), /\.test\.mjs$/);
    const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { encoding: 'utf8', maxBuffer: 64 << 20 });
    if (run.error) throw run.error;
    return run.status === 0 ? [] : [run.stdout, run.stderr];
  },
};

let code = 0;
for (const [name, step] of Object.entries(steps)) {
  const began = performance.now();
  let wrong = [];
  try {
    wrong = step();
    if (wrong.length > 0) code ||= 1;
  } catch (e) {
    wrong = [`could not be checked: ${e.stack}`];
    code = 3;
  }
  console.log(`${wrong.length === 0 ? 'ok    ' : 'WRONG '} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  wrong.forEach((line) => console.log(line));
}
process.exitCode = code;
