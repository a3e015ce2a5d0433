// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The app's own server is no part of the simulated device: it is reached by the
// machine's own network.
import { failure } from '../lib/system.mjs';

/** Network Kit's code of a server that is not reached. */
const notReached = 2300007;

export const http = {
  RequestMethod: { GET: 'GET', POST: 'POST', PUT: 'PUT', DELETE: 'DELETE' },
  createHttp: () => {
    const end = new AbortController();
    return {
      request: async (url, { method = 'GET', header = {}, extraData, connectTimeout = 60_000, readTimeout = 60_000 } = {}) => {
        const signal = AbortSignal.any([end.signal, AbortSignal.timeout(connectTimeout + readTimeout)]);
        try {
          const answer = await fetch(url, { method, headers: header, body: extraData, signal });
          return { responseCode: answer.status, result: await answer.text() };
        } catch (e) {
          throw failure(notReached, String(e.cause?.message ?? e.message));
        }
      },
      destroy: () => end.abort(),
    };
  },
};
