// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import fs from 'node:fs';
import { failure, system } from '../lib/system.mjs';

/** The file manager's code of a file that is not there. */
const noFile = 13900002;

export const fileIo = {
  readTextSync: (path) => {
    // The machine's own boot is not the device's.
    if (path === '/proc/sys/kernel/random/boot_id') return system.spec.device.bootId + '\n';
    try {
      return fs.readFileSync(path, 'utf8');
    } catch {
      throw failure(noFile, 'No such file or directory');
    }
  },
};
