// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The state of the kits' stand-ins: what was called, and what is to be
// answered. A stand-in decides nothing; the simulated device is where the
// platform is modelled.

export const state = fresh();

function fresh() {
  return {
    /** {name, args} in order. */
    calls: [],
    /** By name: a function that answers, or throws. */
    answers: new Map(),
    /** Capabilities that canIUse denies. */
    missing: new Set(),
    /** Rows of the app's database: {id, push_type, message}. */
    rows: [],
    /** Values of preferences. */
    preferences: new Map(),
  };
}

/** Empties the state; modules keep what they hold. */
export function reset() {
  Object.assign(state, fresh());
}

/** Notes a call and returns its answer. */
export function call(name, ...args) {
  state.calls.push({ name, args });
  return state.answers.get(name)?.(...args);
}

/** The same for what returns a promise. */
export async function ask(name, ...args) {
  return call(name, ...args);
}

/** Sets an answer: a function of the arguments, or a value. */
export function answer(name, value) {
  state.answers.set(name, typeof value === 'function' ? value : () => value);
}

/** The arguments of each call of a name. */
export const argsOf = (name) => state.calls.filter((c) => c.name === name).map((c) => c.args);

/** The names of all calls that a pattern matches, in order. */
export const namesOf = (pattern) => state.calls.map((c) => c.name).filter((n) => pattern.test(n));

/** An error of the platform. */
export function failure(code, message) {
  return Object.assign(new Error(message), { code });
}

/** Lets what waits on promises go on. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));
