// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The cases that run on a device, under Node. What hypium reports is read as
// one reads it there: the counts decide, since its code is 0 with errors too.
import '../loader/register.mjs';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { answer } from '../kits/state.mjs';
import { filesBelow, root } from '../lib/project.mjs';

const { Hypium } = await import('@ohos/hypium');

const suites = {
  'pushproof/src/ohosTest/ets/test': 11,
  'entry/src/ohosTest/ets/test': 2,
  'entry/src/test': 3,
};

function run(suite) {
  return new Promise((resolve) => {
    const lines = [];
    const note = (line) => { lines.push(line); };
    const delegator = { print: note, printSync: note, finishTest: (line, code, callback) => { note(line); callback?.(); resolve(lines); } };
    Hypium.hypiumTest(delegator, { parameters: {}, bundleName: 'com.example.pushproof', testCaseNames: '', testRunnerClassName: 'r' }, suite);
  });
}

for (const [folder, cases] of Object.entries(suites)) {
  test(folder, async () => {
    answer('native.stats', undefined);
    const { default: suite } = await import(pathToFileURL(path.join(root, folder, 'List.test.ets')));
    const text = (await run(suite)).join('\n');
    const counts = /Tests run: (\d+), Failure: (\d+), Error: (\d+), Pass: (\d+)/.exec(text);
    assert.deepEqual(counts?.slice(1).map(Number), [cases, 0, 0, cases], text);
  });
}

test('every file with cases is in a list', () => {
  const files = filesBelow(root, /\.test\.ets$/).filter((f) => path.basename(f) !== 'List.test.ets');
  assert.deepEqual([...new Set(files.map((f) => path.relative(root, path.dirname(f))))].sort(), Object.keys(suites).sort());
  for (const file of files) {
    const list = fs.readFileSync(path.join(path.dirname(file), 'List.test.ets'), 'utf8');
    assert.ok(list.includes(`'./${path.basename(file, '.ets')}'`), `${file} is not in its list`);
  }
});
