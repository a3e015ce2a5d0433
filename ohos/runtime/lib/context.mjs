// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The contexts that abilities are given: folders and resources.
import fs from 'node:fs';
import path from 'node:path';
import { failure, system } from './system.mjs';

/** The resource manager's code for a file that is not there. */
const noFile = 9001005;

class ResourceManager {
  getRawFileContentSync(name) {
    const folder = path.join(system.module.folder, 'src/main/resources/rawfile');
    const file = path.resolve(folder, name);
    if (!file.startsWith(folder + path.sep) || !fs.existsSync(file)) throw failure(noFile, 'The resource not found by path.');
    return new Uint8Array(fs.readFileSync(file));
  }

  async getRawFileContent(name) {
    return this.getRawFileContentSync(name);
  }
}

/** The context of an ability of that name. */
export function contextOf(abilityName) {
  const { bundle, files } = system.spec;
  const folder = (of) => {
    fs.mkdirSync(of, { recursive: true });
    return of;
  };
  return {
    filesDir: files,
    tempDir: folder(path.join(path.dirname(files), 'cache', 'temp')),
    cacheDir: folder(path.join(path.dirname(files), 'cache')),
    preferencesDir: path.join(files, 'preferences'),
    resourceManager: new ResourceManager(),
    applicationInfo: { name: bundle },
    abilityInfo: { name: abilityName, bundleName: bundle, moduleName: system.module.name },
    extensionAbilityInfo: { name: abilityName, bundleName: bundle, moduleName: system.module.name },
  };
}
