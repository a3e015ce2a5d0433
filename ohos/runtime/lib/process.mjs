// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What the system does with a process, by its role. It calls one ability at a
// time; what an ability throws ends the process, as on a device.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { contextOf } from './context.mjs';
import { failure, system } from './system.mjs';

const notFound = -32601;

/** AbilityConstant.LaunchParam of an ability that somebody starts. */
const launched = { launchReason: 1, lastExitReason: 0 };

/** The ability that an entry of module.json5 describes, loaded and made. */
async function make(entry, what) {
  if (!entry) throw failure(notFound, `module.json5 of ${system.module.name} declares no ${what}`);
  const file = path.resolve(system.module.folder, 'src/main', entry.srcEntry);
  const { default: Ability } = await import(pathToFileURL(file).href);
  const ability = new Ability();
  ability.context = contextOf(entry.name);
  return ability;
}

/** Calls a UIAbility; what it throws ends the app. */
async function run(call) {
  try {
    call();
  } catch (e) {
    system.crash(e);
  }
  await system.settled();
}

/** Lets what waits on promises go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What the window manager hands to an ability: a page is not run, so it is there at once. */
const stage = {
  loadContent(page, ...rest) {
    const callback = rest.find((r) => typeof r === 'function');
    if (!callback) return Promise.resolve();
    setImmediate(() => callback({ code: 0 }));
    return undefined;
  },
};

/** The main process: UIAbilities, and the messages that they have registered for. */
export class Main {
  #abilities = new Map();
  #staged = new Set();

  async #of(name) {
    if (!this.#abilities.has(name)) {
      this.#abilities.set(name, await make(system.module.json.abilities?.find((a) => a.name === name), `ability ${name}`));
    }
    return this.#abilities.get(name);
  }

  async 'ability.onCreate'({ name, want }) {
    const ability = await this.#of(name);
    await run(() => ability.onCreate?.(want, launched));
  }

  async 'ability.onNewWant'({ name, want }) {
    const ability = await this.#of(name);
    await run(() => ability.onNewWant?.(want, launched));
  }

  async 'ability.onForeground'({ name }) {
    const ability = await this.#of(name);
    if (!this.#staged.has(name)) {
      this.#staged.add(name);
      await run(() => ability.onWindowStageCreate?.(stage));
    }
    await run(() => ability.onForeground?.());
  }

  async 'ability.onBackground'({ name }) {
    const ability = await this.#of(name);
    await run(() => ability.onBackground?.());
  }

  async 'pushService.tokenUpdate'({ token }) {
    const callback = system.listeners.get('tokenUpdate');
    if (!callback) throw failure(notFound, "no callback was given to pushService.on('tokenUpdate')");
    await run(() => callback(token));
    await turn();
  }

  async 'voipCall.voipCallUiEvent'(info) {
    const callback = system.listeners.get('voipCallUiEvent');
    if (!callback) throw failure(notFound, "no callback was given to voipCall.on('voipCallUiEvent')");
    await run(() => callback(info));
    await turn();
  }

  async 'push.onMessage'({ pushType, payload }) {
    const receive = system.receivers.get(pushType);
    if (!receive) throw failure(notFound, `no callback was given to receiveMessage for ${pushType}`);
    await run(() => receive(payload));
    await turn();
  }

  async 'voipCall.voipCallUiEvent'(event) {
    const listener = system.listeners.get('voipCallUiEvent');
    await run(() => listener?.(event));
    await turn();
  }
}

/** The process of a RemoteNotificationExtensionAbility. */
export class Extension {
  #ability;

  async 'extension.onReceiveMessage'(info) {
    this.#ability ??= await make(system.module.json.extensionAbilities?.find((e) => e.type === 'remoteNotification'), 'extension of type remoteNotification');
    return this.#ability.onReceiveMessage(info);
  }

  async 'extension.onDestroy'() {
    this.#ability?.onDestroy?.();
    await turn();
  }
}

/** The process of a FormExtensionAbility. */
export class Form {
  #abilities = new Map();

  async #of(name) {
    if (!this.#abilities.has(name)) {
      this.#abilities.set(name, await make(system.module.json.extensionAbilities?.find((e) => e.type === 'form' && e.name === name), `form ${name}`));
    }
    return this.#abilities.get(name);
  }

  async 'form.onAddForm'(want) {
    const binding = (await this.#of(want.abilityName)).onAddForm(want);
    await turn();
    return { data: JSON.parse(binding.data), proxies: binding.proxies };
  }

  async 'form.onRemoveForm'(want) {
    const identity = want.parameters?.['ohos.extra.param.key.form_identity'];
    (await this.#of(want.abilityName)).onRemoveForm?.(String(identity));
    await turn();
  }

  async 'extension.onDestroy'() {
    await turn();
  }
}

/** By the role that process.start gives. */
export const roles = { main: Main, extension: Extension, form: Form };
