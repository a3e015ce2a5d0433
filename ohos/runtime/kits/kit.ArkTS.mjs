// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { Buffer } from 'node:buffer';

export const buffer = {
  from: (...args) => {
    const b = Buffer.from(...args);
    return { buffer: b.buffer.slice(b.byteOffset, b.byteOffset + b.length), toString: (encoding) => b.toString(encoding) };
  },
};
