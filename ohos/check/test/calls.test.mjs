// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Incoming calls: what came, what is reported, and what the user then does.
import '../loader/register.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, argsOf, failure, namesOf, reset, state, turn } from '../kits/state.mjs';

const { default: EntryAbility } = await import('../../entry/src/main/ets/ability/EntryAbility.ets');
const payload = { type: 'VoIP', data: '{"callId":"c-1","data":"{\\"scene\\":\\"video\\"}","header":{"token":"t"}}' };

function callback() {
  const entry = new EntryAbility();
  entry.onCreate({}, { launchReason: 1 });
  return argsOf('pushService.receiveMessage').find(([type]) => type === 'VoIP')[2];
}

const reported = (name) => new Promise((resolve) => {
  const before = state.answers.get(name);
  answer(name, (...args) => { resolve(args); return before?.(...args); });
});

test('a device without Call Service Kit loads nothing of it', async () => {
  reset();
  state.missing.add('SystemCapability.Telephony.VoipCallManager');
  callback()(payload);
  await turn();
  assert.deepEqual(namesOf(/^voipCall/), []);
  assert.equal(argsOf('native.deliver').length, 1, 'the arrival counts all the same');
});

test('the call is reported with the id that came, and its events are heard before', async () => {
  reset();
  const report = reported('voipCall.reportIncomingCall');
  callback()(payload);
  const [attribute] = await report;
  assert.deepEqual({ ...attribute, userProfile: undefined }, {
    callId: 'c-1', voipCallType: 1, userName: 'Pushproof', userProfile: undefined, abilityName: 'EntryAbility', voipCallState: 1,
    showBannerForIncomingCall: true,
  });
  assert.deepEqual(attribute.userProfile.size, { width: 90, height: 90 });
  assert.deepEqual(namesOf(/^voipCall/), ['voipCall.on', 'voipCall.reportIncomingCall']);
  const [[, event]] = argsOf('voipCall.on');
  for (const [did, states] of [[1, [6, 2]], [3, [4]], [4, [4]], [5, []]]) {
    state.calls = [];
    event({ callId: 'c-1', voipCallUiEvent: did });
    await turn();
    assert.deepEqual(argsOf('voipCall.reportCallStateChange'), states.map((s) => ['c-1', s]), `event ${did}`);
  }
});

test('a call that cannot be reported is told so', async () => {
  reset();
  answer('voipCall.reportIncomingCall', () => { throw failure(1007200003, 'too many'); });
  const told = reported('voipCall.reportIncomingCallError');
  callback()({ type: 'VoIP', data: '{"callId":"c-2","data":"x"}' });
  assert.deepEqual(await told, ['c-2', 0]);
});
