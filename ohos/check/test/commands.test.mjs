// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What the agent asks of the platform, and what it gets.
import '../loader/register.mjs';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { answer, argsOf, failure, namesOf, reset, state, turn } from '../kits/state.mjs';
import { root } from '../lib/project.mjs';

const { Pushproof } = await import('../../pushproof/Index.ets');
const context = { filesDir: '/files', tempDir: '/temp' };

reset();
Pushproof.onCreate(context, {}, { launchReason: 1 });
const [[command]] = argsOf('native.onCommand');

let last = 0;

/** Asks a command; the answer is what reply or fail got behind the number. */
async function ask(name, args = '{}') {
  const id = ++last;
  const answered = new Promise((resolve) => {
    answer('native.reply', (to, json) => resolve({ to, json }));
    answer('native.fail', (to, code, message) => resolve({ to, code, message }));
  });
  command(id, name, args);
  const { to, ...rest } = await answered;
  assert.equal(to, id);
  await turn();
  assert.equal(namesOf(/^native\.(reply|fail)$/).length, 1, `${name} was not answered once`);
  state.calls = state.calls.filter((c) => !/^native\./.test(c.name));
  return rest;
}

const taxi = { id: 7, event: 'TAXI', liveViewData: { primary: { title: 'T', content: [{ text: '1.2' }, { text: ' km' }] } } };

test('a live view is one title and one text', async () => {
  reset();
  answer('liveViewManager.getActiveLiveView', taxi);
  const { json } = await ask('liveViewManager.getActiveLiveView', '{"id":7}');
  assert.deepEqual(JSON.parse(json), { id: 7, event: 'TAXI', sequence: 4294967295, title: 'T', text: '1.2 km' });
  assert.deepEqual(argsOf('liveViewManager.getActiveLiveView'), [[7]]);
  state.missing.add('SystemCapability.LiveView.LiveViewService');
  assert.equal((await ask('liveViewManager.getActiveLiveView', '{"id":7}')).code, 801);
  state.missing.clear();
});

test('each command of the agent is known', async () => {
  const source = fs.readFileSync(path.join(root, '../nativebridge/bridge/kit.go'), 'utf8');
  const names = [...source.matchAll(/^\tCommand\w+ += "([\w.]+)"$/gm)].map((m) => m[1]);
  assert.ok(names.length >= 7, `only ${names}`);
  reset();
  answer('notificationManager.getActiveNotifications', []);
  answer('notificationManager.getBadgeNumber', 0);
  answer('liveViewManager.getActiveLiveView', taxi);
  for (const name of names) assert.ok('json' in await ask(name), name);
});

test('results have the agent\'s names', async () => {
  reset();
  answer('pushService.getToken', 'MA-1');
  answer('notificationManager.isNotificationEnabled', true);
  answer('notificationManager.getBadgeNumber', 3);
  answer('notificationManager.getActiveNotifications', [{
    id: 4, content: { normal: { title: 'T', text: 'B' } }, appMessageId: 'n-1', notificationSlotType: 1, badgeNumber: 2, deliveryTime: 5,
  }, { content: { multiLine: { title: 'M', text: 'L' } } }]);
  assert.deepEqual(await ask('pushService.getToken'), { json: '{"token":"MA-1"}' });
  assert.deepEqual(await ask('pushService.deleteToken'), { json: '' });
  assert.deepEqual(await ask('notificationManager.isNotificationEnabled'), { json: '{"enabled":true}' });
  assert.deepEqual(await ask('notificationManager.getBadgeNumber'), { json: '{"badge":3}' });
  const { json } = await ask('notificationManager.getActiveNotifications');
  assert.deepEqual(JSON.parse(json).map((n) => `${n.id} ${n.title} ${n.text} ${n.appMessageId} ${n.slot} ${n.badge} ${n.deliveryTime}`),
    ['4 T B n-1 SOCIAL_COMMUNICATION 2 5', '0 M L  UNKNOWN_TYPE 0 0']);
});

test('the dialog stands on the ability that is in front', async () => {
  reset();
  const front = { ...context };
  Pushproof.onForeground(front);
  assert.deepEqual(await ask('notificationManager.requestEnableNotification'), { json: '' });
  assert.equal(argsOf('notificationManager.requestEnableNotification')[0][0], front);
});

test('errors of the platform go through with their codes', async () => {
  for (const [name, code] of [['pushService.getToken', 1000900010], ['pushService.deleteToken', 1000900008],
    ['notificationManager.getActiveNotifications', 1600003], ['notificationManager.requestEnableNotification', 1600004]]) {
    reset();
    answer(name, () => { throw failure(code, 'because'); });
    assert.deepEqual(await ask(name), { code, message: 'because' });
  }
});

test('a function that this API level lacks is said so', async () => {
  reset();
  const got = await ask('notificationManager.getBadgeNumber');
  assert.equal(got.code, -1);
  assert.match(got.message, /getBadgeNumber is not a function/);
});

test('a command that a later agent invents is refused', async () => {
  reset();
  assert.equal((await ask('liveViewManager.noSuch')).code, 801);
  assert.equal((await ask('notificationManager.noSuch')).code, 801);
});
