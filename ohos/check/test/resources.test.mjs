// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkResources, namesIn } from '../lib/resources.mjs';

test('names of resources are read', () => {
  assert.deepEqual(namesIn(`Text($r('app.string.a')) $r( "app.color.b" ) {"icon": "$media:c"} $string:d`),
    ['string.a', 'color.b', 'media.c']);
});

test('what is missing is found', (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'resources-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const write = (name, value) => {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  };
  write('build-profile.json5', { modules: [{ name: 'entry', srcPath: './entry' }] });
  write('entry/oh-package.json5', { name: 'entry' });
  write('entry/build-profile.json5', { targets: [] });
  write('AppScope/app.json5', { app: { icon: '$media:icon', label: '$string:app_name' } });
  const texts = (...names) => ({ string: names.map((name) => ({ name, value: 'x' })) });
  write('AppScope/resources/base/element/string.json', texts('app_name'));
  write('AppScope/resources/zh_CN/element/string.json', texts('app_name'));
  write('AppScope/resources/en_US/element/string.json', texts('app_name', 'more'));
  write('entry/src/main/resources/base/element/string.json', texts('a'));
  write('entry/src/main/resources/zh_CN/element/string.json', texts('a'));
  write('entry/src/main/ets/Page.ets', `Text($r('app.string.a')); Text($r('app.string.app_name')); Text($r('app.color.b'))`);
  assert.deepEqual(checkResources(dir).map((f) => f.text), [
    'there is no resource media.icon', 'string.more in en_US is not in base',
    'there is no resource color.b', 'string.a has no text in en_US',
  ]);
});
