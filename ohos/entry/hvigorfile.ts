// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { hapTasks } from '@ohos/hvigor-ohos-plugin';

export default {
  system: hapTasks,
  plugins: []
};
