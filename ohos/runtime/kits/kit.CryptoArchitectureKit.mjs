// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';

export const cryptoFramework = {
  createMd: (name) => {
    const hash = createHash(name);
    return {
      update: async (input) => { hash.update(input.data); },
      digest: async () => ({ data: new Uint8Array(hash.digest()) }),
    };
  },
};
