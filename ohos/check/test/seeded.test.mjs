// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// A check that finds nothing proves nothing: each must find what is wrong with
// the files in seeded/.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { checkConfig } from '../lib/config.mjs';
import { checkPractice } from '../lib/practice.mjs';
import { check, filesBelow, relative } from '../lib/project.mjs';
import { checkTypes } from '../lib/types.mjs';
import { compare } from './marks.mjs';

const seeded = path.join(check, 'seeded');

test('the type check and the rules of ArkTS', () => {
  const files = filesBelow(seeded, /^(Types|Page|Rules)\.ets$/);
  const found = checkTypes(files, 'debug');
  const marked = files.map((file) => compare(file, found.filter((f) => f.file === relative(file))));
  assert.deepEqual(marked, [5, 19, 14]); // Page, Rules, Types
});

test('good practice', () => {
  const file = path.join(seeded, 'practice/entry/src/main/ets/Practice.ets');
  const found = checkPractice(path.join(seeded, 'practice')).filter((f) => f.file === relative(file));
  assert.equal(compare(file, found.map((f) => ({ ...f, text: `${f.rule} ${f.text}` }))), 2);
});

test('the shape of module.json5', () => {
  const file = path.join(seeded, 'module.json5');
  const texts = checkConfig([file]).map((f) => f.text).join('\n');
  for (const want of ['"entree"', '"watch"', 'Type \'string\' is not assignable to type \'boolean', '"single"']) {
    assert.ok(texts.includes(want), `${want} is not in\n${texts}`);
  }
});
