// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { ask, call } from './state.mjs';

export const http = {
  RequestMethod: { POST: 'POST' },
  createHttp: () => ({
    request: (url, options) => ask('http.request', url, options),
    destroy: () => call('http.destroy'),
  }),
};
