// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Functions of kits that ask the system.
import { failure, system } from './system.mjs';

/** The platform's code for a parameter that is wrong. */
export const parameter = 401;

/**
 * Returns a function that answers by a promise, or by the callback that is its
 * last argument, as the platform's functions do: callback(error, result).
 */
export function either(ask) {
  return (...args) => {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const answer = ask(...args);
    if (!callback) return answer;
    answer.then((result) => callback(undefined, result), callback);
    return undefined;
  };
}

/** Returns a function that asks the system by that name, with no arguments. */
export const asks = (method, of = (result) => result) => either(async () => of(await system.call(method)));

/** Throws the platform's error unless the condition holds. */
export function require(holds, message) {
  if (!holds) throw failure(parameter, 'Parameter error. ' + message);
}
