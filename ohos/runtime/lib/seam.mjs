// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The seam to the simulated device: JSON-RPC 2.0, one object a line. What is
// said over it is described in harness/sim/device/seam.
import { StringDecoder } from 'node:string_decoder';

/** The longest line in bytes, either way. */
export const maxLine = 1 << 20;

const internalError = -32603;

/** An error as the platform's are, with its code. */
export function failure(code, message) {
  return Object.assign(new Error(message), { code });
}

/** One end of the seam: both ask, and both answer. */
export class Seam {
  #write;
  #serve;
  #last = 0;
  #asked = new Map();

  /** write takes a line; serve is asked (method, params) and returns a promise. */
  constructor(write, serve) {
    this.#write = write;
    this.#serve = serve;
  }

  /** Reads lines until the input ends; a line too long, or no JSON, is an error. */
  async read(input) {
    const text = new StringDecoder('utf8');
    let rest = '';
    for await (const chunk of input) {
      const lines = (rest + text.write(chunk)).split('\n');
      rest = lines.pop();
      lines.filter((line) => line.trim() !== '').forEach((line) => this.#take(line));
      if (rest.length > maxLine) throw new Error(`a line of the seam exceeds ${maxLine} bytes`);
    }
  }

  /** Asks the system; the promise is rejected with the platform's error. */
  call(method, params = {}) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#send({ jsonrpc: '2.0', id, method, params });
      this.#asked.set(id, { resolve, reject });
    });
  }

  /** Tells the system, and wants no answer. */
  notify(method, params) {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  #send(object) {
    const line = JSON.stringify(object) + '\n';
    if (Buffer.byteLength(line) > maxLine) throw failure(internalError, `a line of the seam exceeds ${maxLine} bytes`);
    this.#write(line);
  }

  #take(line) {
    const object = JSON.parse(line);
    if (object.method !== undefined) {
      this.#answer(object);
      return;
    }
    const asked = this.#asked.get(object.id);
    this.#asked.delete(object.id);
    if (object.error) asked?.reject(failure(object.error.code, object.error.message));
    else asked?.resolve(object.result);
  }

  async #answer({ id, method, params }) {
    try {
      const result = await this.#serve(method, params ?? {});
      this.#send({ jsonrpc: '2.0', id, result: result ?? null });
    } catch (e) {
      const code = Number.isInteger(e?.code) ? e.code : internalError;
      this.#send({ jsonrpc: '2.0', id, error: { code, message: String(e?.message ?? e) } });
    }
  }
}
