// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Where the project's parts are, and how it names them. The modules and their
// targets are read from the project's own files, so that what is checked is
// what hvigor would build.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import JSON5 from 'json5';

export const check = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const root = path.dirname(check);
export const sdk = path.join(check, 'node_modules/@arkts/declarations/dist');

export const readJSON5 = (file) => JSON5.parse(fs.readFileSync(file, 'utf8'));

/** The files below a folder whose names match, in order. */
export function filesBelow(folder, pattern) {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name)).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'oh_modules', 'build', '.preview'].includes(entry.name) ? [] : filesBelow(name, pattern);
    return pattern.test(entry.name) ? [name] : [];
  });
}

/** The modules of a project: name, folder, package and targets. */
export function modules(project = root) {
  return readJSON5(path.join(project, 'build-profile.json5')).modules.map(({ name, srcPath }) => {
    const folder = path.join(project, srcPath);
    return {
      name, folder,
      pkg: readJSON5(path.join(folder, 'oh-package.json5')),
      targets: readJSON5(path.join(folder, 'build-profile.json5')).targets,
    };
  });
}

/** The folders of a module's target in which a name is looked for, in order. */
export function sourceRoots(module, target) {
  const found = module.targets.find((t) => t.name === target) ?? module.targets.find((t) => t.name === 'default');
  return [...(found?.source?.sourceRoots ?? []), './src/main'].map((r) => path.join(module.folder, r));
}

const endings = ['', '.ets', '.ts', '/Index.ets'];
const isFile = (f) => fs.existsSync(f) && fs.statSync(f).isFile();

/** The file that an import names, as hvigor finds it, or undefined. */
export function resolve(spec, from, target, all = modules()) {
  const first = (base) => endings.map((end) => base + end).find(isFile);
  if (spec.startsWith('.')) return first(path.resolve(path.dirname(from), spec));
  for (const module of all) {
    if (spec === module.pkg.name && module.pkg.main) return path.join(module.folder, module.pkg.main);
    if (!spec.startsWith(module.pkg.name + '/')) continue;
    // A module reaches its own target's sources by its own name.
    if (!path.resolve(from).startsWith(module.folder + path.sep)) return undefined;
    for (const folder of sourceRoots(module, target)) {
      const file = first(path.join(folder, spec.slice(module.pkg.name.length + 1)));
      if (file) return file;
    }
  }
  return undefined;
}

/** The declarations of a native library that a module depends on. */
export function nativeTypes(spec, all = modules()) {
  for (const module of all) {
    const dependency = module.pkg.dependencies?.[spec];
    if (!dependency?.startsWith('file:')) continue;
    const folder = path.join(module.folder, dependency.slice('file:'.length));
    return path.join(folder, readJSON5(path.join(folder, 'oh-package.json5')).types);
  }
  return undefined;
}

export const relative = (file) => path.relative(root, file).split(path.sep).join('/');
