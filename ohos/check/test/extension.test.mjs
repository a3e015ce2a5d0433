// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The extension's process: the message is kept before it is answered, and no
// barred module is loaded.
import '../loader/register.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, argsOf, failure, namesOf, reset, turn } from '../kits/state.mjs';

const { default: Ability } = await import('../../entry/src/main/ets/ability/RemoteNotificationExtAbility.ets');
const { Pushproof } = await import('../../pushproof/Index.ets');
const info = { type: 'IM', data: '{"data":"x"}', id: 7 };
const payload = '{"type":"IM","data":"{\\"data\\":\\"x\\"}"}';
const ability = new Ability();

test('without a wish of the run the app answers', async () => {
  reset();
  let kept;
  answer('native.deliver', () => new Promise((resolve) => { kept = resolve; }));
  const content = ability.onReceiveMessage(info);
  let answered = false;
  content.then(() => { answered = true; });
  await turn();
  assert.equal(answered, false, 'answered before the message was kept');
  kept();
  assert.deepEqual(await content, {});
  assert.equal(argsOf('native.start')[0][0].role, 'extension');
  assert.deepEqual(argsOf('native.deliver')[0].slice(0, 3), ['extension', 'extension', payload]);
  assert.deepEqual(argsOf('native.extensionAnswer'), [[payload]]);
});

test('what the run asks for is answered, and what it leaves out left alone', async () => {
  reset();
  answer('native.extensionAnswer', '{"title":"told n-1","setBadgeNumber":0,"delayMillis":1}');
  assert.deepEqual(await ability.onReceiveMessage(info), { title: 'told n-1', setBadgeNumber: 0 });
  answer('native.extensionAnswer', '{"text":"aloud"}');
  assert.deepEqual(await ability.onReceiveMessage(info), { text: 'aloud' });
  assert.deepEqual(namesOf(/start/), [], 'the agent was started twice');
});

test('a message that cannot be kept is answered by the app all the same', async () => {
  reset();
  answer('native.deliver', () => { throw failure(9, 'no space'); });
  assert.deepEqual(await ability.onReceiveMessage(info), {});
  assert.deepEqual(argsOf('hilog').map(([level, , text]) => `${level} ${text}`), ['E message via extension: 9 no space']);
});

test('an app that throws, throws', async () => {
  reset();
  await assert.rejects(Pushproof.extension(info, ability.context, async () => { throw new Error('of the team'); }), /of the team/);
});

test('notifications are refused without loading their module', async () => {
  const { Commands } = await import('../../pushproof/src/debug/agent/Commands.ets');
  reset();
  await assert.rejects(Commands.answer('notificationManager.getBadgeNumber', '{}', 'extension'), { code: 801 });
  await assert.rejects(Commands.answer('liveViewManager.getActiveLiveView', '{"id":7}', 'extension'), { code: 801 });
  assert.deepEqual(namesOf(/^(notification|liveView)Manager/), []);
});

test('the process ends with what is left, and gives the files free', async () => {
  reset();
  ability.onDestroy();
  await turn();
  assert.deepEqual(namesOf(/^native\./), ['native.flush', 'native.stop']);
});
