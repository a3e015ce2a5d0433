// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What hvigor makes of this module is three claims: arkts.hvigor.source-roots
// (the facade is the target's), arkts.hvigor.native-filter (the default target
// carries no library) and arkts.hvigor.prebuilt (libs/ is packed as it is).
import { harTasks } from '@ohos/hvigor-ohos-plugin';

export default {
  system: harTasks,
  plugins: []
};
