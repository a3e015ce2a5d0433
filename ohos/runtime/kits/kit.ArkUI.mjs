// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Pages are not run: an ability is given a window stage, and needs nothing of
// this kit but types.
export const window = {};
export const promptAction = {};
