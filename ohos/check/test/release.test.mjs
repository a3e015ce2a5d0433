// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The release: a facade of the same shape that loads no library.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { check, filesBelow, modules, nativeTypes, readJSON5, root, sourceRoots } from '../lib/project.mjs';

const ts = createRequire(import.meta.url)('typescript');
const har = modules().find((m) => m.name === 'pushproof');

const url = (...parts) => pathToFileURL(path.join(...parts)).href;

/** The static methods of a facade, as they are declared. */
function methods(target) {
  const file = path.join(har.folder, 'src', target, 'Pushproof.ets');
  const source = ts.createSourceFile('f.ts', fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2021, true);
  const facade = source.statements.find((s) => ts.isClassDeclaration(s) && s.name.text === 'Pushproof');
  return facade.members.map((m) => {
    const parameters = m.parameters.map((p) => p.getText().replace(/\s+/g, ' ')).join(', ');
    return `${m.modifiers.map((x) => x.getText()).join(' ')} ${m.name.text}(${parameters}): ${m.type.getText()}`;
  });
}

test('both facades have one shape', () => {
  assert.ok(methods('debug').length >= 11);
  assert.deepEqual(methods('release'), methods('debug'));
});

test('the release facade does nothing and loads nothing', () => {
  const script = `
    import assert from 'node:assert/strict';
    const { state, turn } = await import('${url(check, 'kits/state.mjs')}');
    const { Pushproof } = await import('${url(root, 'pushproof/Index.ets')}');
    const { default: EntryAbility } = await import('${url(root, 'entry/src/main/ets/ability/EntryAbility.ets')}');
    const handler = () => {};
    assert.equal(Pushproof.on('IM', handler), handler);
    new EntryAbility().onCreate({ parameters: { 'pushproof.session': 's' } }, { launchReason: 1 });
    await Pushproof.row('BACKGROUND', '{}');
    Pushproof.token('t'); Pushproof.onDestroy();
    assert.deepEqual(await Pushproof.extension({}, {}, async () => ({ title: 'T' })), { title: 'T' });
    assert.equal(Pushproof.status().version, '');
    await turn();
    assert.deepEqual(state.calls.filter((c) => c.name.startsWith('native.')), []);
    assert.equal(state.calls.filter((c) => c.name === 'pushService.receiveMessage').length, 4);
  `;
  const run = spawnSync(process.execPath, ['--import', url(check, 'loader/register.mjs'), '--input-type=module', '-e', script],
    { env: { ...process.env, PUSHPROOF_TARGET: 'default' }, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
});

test('nothing of the release names the library or the agent', () => {
  const files = sourceRoots(har, 'default').flatMap((f) => filesBelow(f, /\.(ets|json5?)$/))
    .filter((f) => path.dirname(f) !== path.dirname(nativeTypes('libpushproof.so')));
  assert.ok(files.length >= 3);
  for (const file of files) assert.doesNotMatch(fs.readFileSync(file, 'utf8'), /libpushproof|\bAgent\b/, file);
});

test('the default targets leave the library out of the package', () => {
  for (const module of modules()) {
    const target = module.targets.find((t) => t.name === 'default');
    assert.deepEqual(target.config.buildOption.nativeLib.filter.excludes, ['**/libpushproof.so'], module.name);
  }
});

test('a build of one target takes the other module\'s of the same name', () => {
  const declared = readJSON5(path.join(root, 'build-profile.json5')).modules;
  for (const { name, targets } of declared) assert.deepEqual(targets.map((t) => t.name), ['default', 'debug'], name);
  for (const module of modules()) {
    const names = module.targets.map((t) => t.name);
    assert.deepEqual(names, ['default', 'debug', 'ohosTest'], module.name);
  }
});
