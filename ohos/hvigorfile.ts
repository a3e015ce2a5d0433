// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { appTasks } from '@ohos/hvigor-ohos-plugin';

export default {
  system: appTasks,
  plugins: []
};
