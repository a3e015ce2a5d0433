// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The system, as one process of an app sees it: what it was told of itself, and
// whom it may ask. The kits stand on it; it models nothing, since the simulated
// device does that.
import { failure } from './seam.mjs';

export { failure };

/** Calls that the callback which runs has made and could not wait for. */
const under = new Set();

export const system = {
  /** What process.start has said: bundle, role, device, files, proxyTable, behavior. */
  spec: undefined,
  /** The project's module that runs: name, folder, json (module.json5). */
  module: undefined,
  seam: undefined,
  /** Ends the process for an error that nobody caught. */
  crash: undefined,
  /** Who receives messages, by type. */
  receivers: new Map(),
  /** Who listens for events of the system, by name. */
  listeners: new Map(),

  call(method, params) {
    return this.seam.call(method, params);
  },

  /**
   * Makes a call whose answer the caller cannot wait for: an ability's callback
   * is not answered before it has come.
   */
  within(method, params) {
    const done = this.call(method, params).catch((e) => this.log('E', 'System', `${method}: ${e.code} ${e.message}`));
    under.add(done);
    done.finally(() => under.delete(done));
  },

  /** Waits for the answers of within. */
  async settled() {
    await Promise.all(under);
  },

  /** Writes a line to hilog. */
  log(level, tag, message) {
    this.seam.notify('hilog.write', { level, tag, message });
  },
};
