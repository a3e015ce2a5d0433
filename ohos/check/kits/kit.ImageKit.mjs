// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

export const image = { createPixelMapSync: (bytes, options) => ({ bytes: bytes.byteLength, ...options }) };
