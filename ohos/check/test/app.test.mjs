// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The demo app's abilities, on the kits' stand-ins.
import '../loader/register.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, argsOf, failure, namesOf, reset, state, turn } from '../kits/state.mjs';

const { default: EntryAbility } = await import('../../entry/src/main/ets/ability/EntryAbility.ets');
const { default: DetailAbility } = await import('../../entry/src/main/ets/ability/DetailAbility.ets');
const { default: EntryFormAbility } = await import('../../entry/src/main/ets/form/EntryFormAbility.ets');
const { Arrivals } = await import('../../entry/src/main/ets/model/Arrivals.ets');
const { Permission } = await import('../../entry/src/main/ets/model/Permission.ets');
const { LiveViews } = await import('../../entry/src/main/ets/liveview/LiveViews.ets');
const { deviceInfo } = await import('../kits/kit.BasicServicesKit.mjs');

const started = { launchReason: 1 };
const types = ['DEFAULT', 'IM', 'BACKGROUND', 'VoIP'];
const rawfile = (url) => ({ getRawFileContentSync: () => new TextEncoder().encode(JSON.stringify({ url })) });

function ability(Class, url = '') {
  const made = new Class();
  made.context = { filesDir: '/files', tempDir: '/temp', resourceManager: rawfile(url) };
  return made;
}

/** Waits until a call was made. */
async function until(name) {
  await new Promise((resolve) => {
    const before = state.answers.get(name);
    answer(name, (...args) => { resolve(); return before?.(...args); });
    if (argsOf(name).length > 0) resolve();
  });
  await turn();
}

test('onCreate registers for all types before anything else', () => {
  reset();
  const entry = ability(EntryAbility);
  entry.onCreate({}, started);
  assert.deepEqual(argsOf('pushService.receiveMessage').map((a) => a.slice(0, 2)), types.map((t) => [t, entry]));
  assert.deepEqual(state.calls.slice(0, 4).map((c) => c.name), Array(4).fill('pushService.receiveMessage'));
  assert.ok(namesOf(/^native\./).includes('native.start'));
});

test('a type that is taken costs the others nothing', () => {
  reset();
  answer('pushService.receiveMessage', (type) => { if (type === 'IM') throw failure(1000900005, 'twice'); });
  ability(EntryAbility).onCreate({}, started);
  assert.equal(argsOf('pushService.receiveMessage').length, 4);
  assert.deepEqual(argsOf('hilog'), [['W', 'PushproofDemo', 'receiveMessage IM: 1000900005 twice']]);
});

test('a message goes to the agent and onto the page', () => {
  reset();
  ability(EntryAbility).onCreate({}, started);
  const [, , callback] = argsOf('pushService.receiveMessage')[2];
  callback({ type: 'BACKGROUND', data: '{"data":"{\\"order\\":7}","header":{"token":"MA-secret"}}' });
  assert.equal(argsOf('native.deliver')[0][0], 'BACKGROUND');
  assert.deepEqual({ via: Arrivals.all()[0].via, text: Arrivals.all()[0].text }, { via: 'BACKGROUND', text: '{"order":7}' });
});

test('in front the token comes first, then the rows, in order, each deleted when it is kept', async () => {
  reset();
  answer('pushService.getToken', 'MA-1');
  state.rows = [{ id: 2, push_type: 'BACKGROUND', message: '{"data":"b"}' }, { id: 1, push_type: 'BACKGROUND', message: '{"data":"a"}' }];
  ability(EntryAbility).onForeground();
  await until('resultSet.close');
  await turn();
  assert.deepEqual(namesOf(/^(pushService|native)\.|Store\.(exec|query|delete)/), [
    'native.setStage', 'pushService.getToken', 'native.tokenChanged', 'relationalStore.executeSql', 'relationalStore.querySql',
    'native.deliver', 'relationalStore.delete', 'native.deliver', 'relationalStore.delete',
  ]);
  assert.deepEqual(argsOf('native.deliver').map((a) => a[2]), ['a', 'b'].map((d) => JSON.stringify({ type: 'BACKGROUND', data: `{"data":"${d}"}` })));
  assert.deepEqual(state.rows, []);
});

test('a row that cannot be kept stays, and so does what is behind it', async () => {
  reset();
  answer('pushService.getToken', 'MA-1');
  answer('native.deliver', () => { throw failure(9, 'no space'); });
  state.rows = [1, 2].map((id) => ({ id, push_type: 'BACKGROUND', message: '{}' }));
  ability(EntryAbility).onForeground();
  await until('hilog');
  assert.equal(state.rows.length, 2);
  assert.equal(argsOf('native.deliver').length, 1);
});

test('a failed getToken is reported, and the rows are fetched all the same', async () => {
  reset();
  answer('pushService.getToken', () => { throw failure(1000900010, 'illegal identity'); });
  ability(EntryAbility).onForeground();
  await until('relationalStore.querySql');
  assert.deepEqual(argsOf('native.tokenFailed'), [[1000900010, 'illegal identity']]);
});

test('the server gets a token once, and again when it changes', async () => {
  reset();
  answer('http.request', { responseCode: 200 });
  for (const token of ['MA-2', 'MA-2', 'MA-3']) {
    answer('pushService.getToken', token);
    state.calls = state.calls.filter((c) => c.name !== 'relationalStore.querySql');
    ability(EntryAbility, 'http://shop').onForeground();
    await until('relationalStore.querySql');
  }
  assert.deepEqual(argsOf('http.request').map(([url, o]) => `${url} ${o.extraData}`),
    ['http://shop/token {"token":"MA-2"}', 'http://shop/token {"token":"MA-3"}']);
});

test('tokenUpdate is registered where the system has it', () => {
  for (const [type, api, want] of [['phone', 22, 0], ['phone', 23, 1], ['wearable', 18, 1], ['wearable', 17, 0], ['tv', 23, 0]]) {
    reset();
    Object.assign(deviceInfo, { deviceType: type, sdkApiVersion: api });
    ability(EntryAbility).onCreate({}, started);
    assert.equal(argsOf('pushService.on').length, want, `${type} ${api}`);
  }
});

test('a card is reported, and names the keys that a push may set', async () => {
  reset();
  state.preferences.set('token', 'MA-4');
  const form = ability(EntryFormAbility, 'http://shop');
  const data = form.onAddForm({ moduleName: 'entry', abilityName: 'EntryFormAbility',
    parameters: { 'ohos.extra.param.key.form_identity': '7', 'ohos.extra.param.key.form_name': 'widget' } });
  assert.deepEqual(data.proxies, ['text_key', 'image_key'].map((key) => ({ key, subscriberId: '7' })));
  assert.deepEqual(Object.keys(JSON.parse(data.data)), ['text_key', 'image_key']);
  await until('http.request');
  assert.deepEqual(JSON.parse(argsOf('http.request')[0][1].extraData), {
    token: 'MA-4', card: { formId: '7', formName: 'widget', moduleName: 'entry', abilityName: 'EntryFormAbility' },
  });
});

test('a click on another ability is the agent\'s too', () => {
  reset();
  const detail = ability(DetailAbility);
  detail.onNewWant({ parameters: { order: 7 } }, started);
  assert.deepEqual(argsOf('native.click')[0].slice(0, 2), ['onNewWant', '{"order":7}']);
  assert.equal(Arrivals.all()[0].via, 'click');
});

test('a refused dialog is no trouble, another error is', async () => {
  for (const [code, lines] of [[1600004, 0], [1600013, 1]]) {
    reset();
    answer('notificationManager.requestEnableNotification', () => { throw failure(code, 'no'); });
    await Permission.ask({});
    assert.equal(argsOf('hilog').length, lines, String(code));
  }
});

test('live views keep the version that they are given', async () => {
  reset();
  answer('liveViewManager.updateLiveView', { resultCode: 0, message: '' });
  assert.equal(await LiveViews.update(7, 'DELIVERY', 3, 'T', 'B'), 0);
  assert.deepEqual(argsOf('liveViewManager.updateLiveView'), [[{
    id: 7, event: 'DELIVERY', sequence: 3, liveViewData: { primary: { title: 'T', content: [{ text: 'B' }] } },
  }]]);
});
