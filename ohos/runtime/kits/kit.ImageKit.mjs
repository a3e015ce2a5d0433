// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

export const image = {
  createPixelMapSync: (bytes, options) => ({ getPixelBytesNumber: () => bytes.byteLength, getImageInfoSync: () => ({ size: options.size }) }),
};
