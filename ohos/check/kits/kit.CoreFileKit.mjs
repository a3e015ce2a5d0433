// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { call } from './state.mjs';

export const fileIo = {
  readTextSync: (path) => {
    const text = call('fileIo.readTextSync', path);
    if (text === undefined) throw new Error('Permission denied');
    return text;
  },
};
