// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Loads an ArkTS project as hvigor builds it: imports are found by the
// project's own files, kits are those of this runtime, and a native library is
// the one that was built for Node.
import fs from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { modules, nativeTypes, resolve as find } from '../../check/lib/project.mjs';
import { transpiled } from './transpile.mjs';

const kits = new URL('../kits/', import.meta.url);
const native = 'pushproof-native:';
const barred = 'pushproof-barred:';
/** The modules that an extension's process may not load, by kit: claim arkts.extension.blocklist. */
const blocklist = JSON.parse(fs.readFileSync(new URL('../blocklist.json', import.meta.url), 'utf8'));

let given;
let all;

export async function initialize(data) {
  given = data;
  all = modules(data.project);
}

export async function resolve(spec, context, next) {
  if (spec.startsWith('@kit.')) return kit(spec.slice('@kit.'.length));
  if (/^lib[\w.-]+\.so$/.test(spec)) return { url: native + spec, shortCircuit: true };
  if (context.parentURL?.endsWith('.ets')) {
    const file = find(spec, fileURLToPath(context.parentURL), given.target, all);
    if (!file) throw new Error(`${spec} is in no module of ${given.project}, target ${given.target}`);
    return { url: pathToFileURL(file).href, shortCircuit: true };
  }
  return next(spec, context);
}

function kit(name) {
  if (given.role === 'extension' && blocklist[name]) return { url: barred + name, shortCircuit: true };
  const url = new URL(`kit.${name}.mjs`, kits);
  if (!fs.existsSync(url)) throw new Error(`the native runtime has no @kit.${name}`);
  return { url: url.href, shortCircuit: true };
}

export async function load(url, context, next) {
  if (url.startsWith(native)) return { format: 'module', source: opened(url.slice(native.length)), shortCircuit: true };
  if (url.startsWith(barred)) return { format: 'module', source: refused(url.slice(barred.length)), shortCircuit: true };
  if (/\.(ets|ts)$/.test(url)) {
    const { source } = await transpiled(fileURLToPath(url), given.cache);
    return { format: 'module', source, shortCircuit: true };
  }
  return next(url, context);
}

/** ArkTS takes a library's functions by name, or all of them as the default. */
function opened(spec) {
  const types = fs.readFileSync(nativeTypes(spec, all), 'utf8');
  const names = [...types.matchAll(/^export\s+(?:declare\s+)?(?:const|function)\s+(\w+)/gm)].map((m) => m[1]);
  return `const m = { exports: {} };
process.dlopen(m, ${JSON.stringify(given.module)});
export default m.exports;
${names.map((n) => `export const ${n} = m.exports[${JSON.stringify(n)}];`).join('\n')}`;
}

function refused(name) {
  const why = `@kit.${name} holds ${blocklist[name].join(', ')}, which a RemoteNotificationExtensionAbility's process may not load`;
  // Modules link by name before one runs, so names that are imported would be
  // missing first, and say less.
  const names = fs.readFileSync(new URL(`kit.${name}.mjs`, kits), 'utf8').matchAll(/^export (?:const|class|function) (\w+)/gm);
  return `${[...names].map((m) => `export let ${m[1]};`).join('\n')}\nthrow new Error(${JSON.stringify(why)});`;
}
