// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Every resource that code or configuration names exists, and every text in
// every language: a missing one is an error of the build, or an empty label.
import fs from 'node:fs';
import path from 'node:path';
import { filesBelow, modules, readJSON5, root } from './project.mjs';

const languages = ['en_US', 'zh_CN'];

/** The resources of a folder: "string.app_name", "media.icon", ... by qualifier. */
function resourcesIn(folder) {
  const found = new Map();
  for (const qualifier of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const names = new Set();
    for (const file of filesBelow(path.join(folder, qualifier, 'element'), /\.json$/)) {
      for (const [kind, rows] of Object.entries(readJSON5(file))) rows.forEach((row) => names.add(`${kind}.${row.name}`));
    }
    for (const kind of ['media', 'profile']) {
      filesBelow(path.join(folder, qualifier, kind), /./).forEach((f) => names.add(`${kind}.${path.basename(f).replace(/\.\w+$/, '')}`));
    }
    found.set(qualifier, names);
  }
  return found;
}

/** The names in a text: $r('app.KIND.NAME') in code, $KIND:NAME in JSON. */
export function namesIn(text) {
  return [...text.matchAll(/\$r\(\s*['"]app\.([a-z]+)\.(\w+)['"]|"\$([a-z]+):(\w+)"/g)].map((m) => `${m[1] ?? m[3]}.${m[2] ?? m[4]}`);
}

/** What is missing: {file, text}. */
export function checkResources(project = root) {
  const shared = resourcesIn(path.join(project, 'AppScope/resources'));
  const out = check(project, path.join(project, 'AppScope'), [shared]);
  for (const module of modules(project)) {
    const own = resourcesIn(path.join(module.folder, 'src/main/resources'));
    out.push(...check(project, path.join(module.folder, 'src/main'), [own, shared]));
  }
  return out;
}

function check(project, folder, sets) {
  const out = [];
  const base = new Set(sets.flatMap((s) => [...(s.get('base') ?? [])]));
  for (const file of filesBelow(folder, /\.(ets|json5?)$/)) {
    for (const name of namesIn(fs.readFileSync(file, 'utf8'))) {
      if (!base.has(name)) out.push({ file: path.relative(project, file), text: `there is no resource ${name}` });
    }
  }
  const texts = [...(sets[0].get('base') ?? [])].filter((n) => n.startsWith('string.'));
  for (const language of languages) {
    for (const name of texts) {
      if (!sets[0].get(language)?.has(name)) out.push({ file: path.relative(project, folder), text: `${name} has no text in ${language}` });
    }
    for (const name of sets[0].get(language) ?? []) {
      if (!base.has(name)) out.push({ file: path.relative(project, folder), text: `${name} in ${language} is not in base` });
    }
  }
  return out;
}

