// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The real facade, with a native module that notes what it is told. The agent
// of a process is one, so the cases follow each other.
import '../loader/register.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, argsOf, failure, namesOf, reset, state, turn } from '../kits/state.mjs';

const { Pushproof } = await import('../../pushproof/Index.ets');
const { AbilityConstant } = await import('../kits/kit.AbilityKit.mjs');
const context = { filesDir: '/files', tempDir: '/temp' };
const started = { launchReason: AbilityConstant.LaunchReason.START_ABILITY };
const want = (parameters) => ({ bundleName: 'b', parameters });
const native = () => namesOf(/^native\./);

test('what cannot be started does no harm', () => {
  reset();
  answer('native.start', () => { throw failure(10, 'another process has the files'); });
  Pushproof.onCreate(context, want({ order: 7 }), started);
  Pushproof.onForeground(context);
  assert.deepEqual(native(), ['native.start']);
  assert.deepEqual(argsOf('hilog').map(([level, , text]) => `${level} ${text}`), ['E start: 10 another process has the files']);
  assert.equal(Pushproof.status().running, false);
});

test('onCreate starts the agent, hands it the session once, and the click without it', () => {
  reset();
  answer('fileIo.readTextSync', 'boot-1\n');
  Pushproof.onCreate(context, want({ 'pushproof.session': 's', order: 7, 'ohos.aafwk.param.callerPid': 1 }), started);
  assert.deepEqual(native(), ['native.start', 'native.onCommand', 'native.setStage', 'native.click']);
  const [[options]] = argsOf('native.start');
  assert.deepEqual(options, {
    filesDir: '/files', tempDir: '/temp', role: 'main', utcOffsetMinutes: -new Date().getTimezoneOffset(),
    device: { type: 'phone', model: 'PM-1', api: 20, osVersion: 'PM-1 6.0.0.1', bootId: 'boot-1' },
    want: '{"pushproof.session":"s","order":7}',
  });
  assert.deepEqual(argsOf('native.click')[0].slice(0, 2), ['onCreate', '{"order":7}']);
  assert.deepEqual(argsOf('native.setStage'), [['alive']]);
});

test('a second ability starts nothing, and its session counts', () => {
  reset();
  Pushproof.onCreate(context, want({ 'pushproof.session': 's2' }), started);
  assert.deepEqual(native(), ['native.setStage', 'native.click']);
  assert.deepEqual(argsOf('native.click')[0].slice(0, 2), ['onCreate', '{"pushproof.session":"s2"}']);
});

test('what the system replays after a crash is no click', () => {
  reset();
  Pushproof.onCreate(context, want({ order: 7 }), { launchReason: AbilityConstant.LaunchReason.APP_RECOVERY });
  assert.deepEqual(native(), ['native.setStage']);
});

test('onNewWant is a click with data, and none without', () => {
  reset();
  Pushproof.onNewWant(want({ 'ohos.aafwk.param.callerBundleName': 'com.ohos.sceneboard' }));
  Pushproof.onNewWant({ bundleName: 'b' });
  Pushproof.onNewWant(want({ _pp: 'n-1' }));
  assert.deepEqual(argsOf('native.click').map((a) => a.slice(0, 2)), [['onNewWant', '{"_pp":"n-1"}']]);
});

test('stages follow the ability', () => {
  reset();
  Pushproof.onForeground(context);
  Pushproof.onBackground();
  assert.deepEqual(argsOf('native.setStage'), [['focused'], ['alive']]);
});

test('each type has its kind, and the team is called behind the agent', () => {
  reset();
  for (const via of ['DEFAULT', 'IM', 'BACKGROUND', 'VoIP']) {
    Pushproof.on(via, () => state.calls.push({ name: 'native.(team)', args: [] }))({ type: 'T', data: '{"data":"x"}' });
  }
  assert.deepEqual(native(), Array(4).fill(['native.deliver', 'native.(team)']).flat());
  assert.deepEqual(argsOf('native.deliver').map((a) => a.slice(0, 3)), [
    ['DEFAULT', 'alert'], ['IM', 'extension'], ['BACKGROUND', 'background'], ['VoIP', 'voip'],
  ].map((a) => [...a, '{"type":"T","data":"{\\"data\\":\\"x\\"}"}']));
  const [, , , at] = argsOf('native.deliver')[0];
  assert.ok(Math.abs(at - Date.now()) < 60_000);
});

test('the team is called though the agent refuses, and gets its own errors back', async () => {
  reset();
  answer('native.deliver', () => { throw failure(6, 'too many wait'); });
  let seen = 0;
  Pushproof.on('IM', () => { seen++; })({ type: 'IM', data: '' });
  assert.throws(() => Pushproof.on('IM', () => { throw new Error('of the team'); })({ type: 'IM', data: '' }), /of the team/);
  await turn();
  assert.equal(seen, 1);
  assert.deepEqual(argsOf('hilog').map(([level, , text]) => `${level} ${text}`), Array(2).fill('E message via IM: 6 too many wait'));
});

test('a row is answered when it is kept', async () => {
  reset();
  await Pushproof.row('BACKGROUND', '{"data":"x"}');
  assert.deepEqual(argsOf('native.deliver')[0].slice(0, 3), ['row', 'background', '{"type":"BACKGROUND","data":"{\\"data\\":\\"x\\"}"}']);
  answer('native.deliver', () => { throw failure(9, 'no space'); });
  await assert.rejects(Pushproof.row('BACKGROUND', ''), { code: 9 });
});

test('what the user does with a call is a message of its own way', async () => {
  reset();
  Pushproof.call('c-1', 3);
  await turn();
  assert.deepEqual(argsOf('native.deliver')[0].slice(0, 3), ['call', 'voip', '{"type":"VoIP","data":"{\\"callId\\":\\"c-1\\",\\"voipCallUiEvent\\":3}"}']);
});

test('tokens go down and never to the log', () => {
  reset();
  Pushproof.token('MA-secret');
  Pushproof.tokenFailed(failure(1000900012, 'not activated'));
  assert.deepEqual(argsOf('native.tokenChanged'), [['MA-secret']]);
  assert.deepEqual(argsOf('native.tokenFailed'), [[1000900012, 'not activated']]);
  answer('native.tokenChanged', () => { throw failure(5, 'stopped'); });
  Pushproof.token('MA-secret');
  assert.doesNotMatch(JSON.stringify(argsOf('hilog')), /MA-secret/);
});

test('the status is the module\'s', () => {
  reset();
  answer('native.stats', { running: true, connected: true, trouble: undefined, version: 'v1' });
  assert.deepEqual({ ...Pushproof.status() }, { running: true, connected: true, trouble: '', version: 'v1' });
});

test('the main process\'s agent is flushed at the end and lives on', async () => {
  reset();
  answer('native.flush', () => { throw failure(11, 'the time was over'); });
  Pushproof.onDestroy();
  await turn();
  assert.deepEqual(native(), ['native.flush']);
  assert.deepEqual(argsOf('hilog').map(([level]) => level), ['I']);
});
