// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Loads ArkTS as TypeScript: types are dropped, names are found as hvigor finds
// them. Pages are not run: a struct has no meaning outside ArkUI.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { modules, resolve as find } from '../lib/project.mjs';

const ts = createRequire(import.meta.url)('typescript');
const kits = new URL('../kits/', import.meta.url);
const all = modules();
let target = 'debug';

export async function initialize(data) {
  target = data.target;
}

export async function resolve(spec, context, next) {
  if (spec.startsWith('@kit.')) return { url: new URL(spec.slice(1) + '.mjs', kits).href, shortCircuit: true };
  if (/^lib[\w.-]+\.so$/.test(spec)) return { url: new URL(spec + '.mjs', kits).href, shortCircuit: true };
  // ohpm puts it into oh_modules; here npm has.
  if (spec === '@ohos/hypium') return { url: new URL('../node_modules/@ohos/hypium/index.js', import.meta.url).href, shortCircuit: true };
  const from = context.parentURL;
  if (from?.endsWith('.ets') || from?.includes('/@ohos/hypium/')) {
    const file = find(spec, fileURLToPath(from), target, all) ?? jsBeside(spec, from);
    if (file) return { url: pathToFileURL(file).href, shortCircuit: true };
  }
  return next(spec, context);
}

// hypium is ESM without endings, and without a "type" that says so.
function jsBeside(spec, from) {
  if (!spec.startsWith('.')) return undefined;
  const file = fileURLToPath(new URL(spec + '.js', from));
  return fs.existsSync(file) ? file : undefined;
}

export async function load(url, context, next) {
  if (url.endsWith('.ets')) {
    const file = fileURLToPath(url);
    return { format: 'module', source: transpile(fs.readFileSync(file, 'utf8'), file), shortCircuit: true };
  }
  if (url.includes('/@ohos/hypium/') && url.endsWith('.js')) {
    return { format: 'module', source: fs.readFileSync(fileURLToPath(url), 'utf8'), shortCircuit: true };
  }
  return next(url, context);
}

function transpile(text, file) {
  return ts.transpileModule(text, {
    fileName: file.replace(/\.ets$/, '.ts'),
    compilerOptions: {
      target: ts.ScriptTarget.ES2021, module: ts.ModuleKind.ES2020, useDefineForClassFields: false,
      experimentalDecorators: true, inlineSourceMap: true, inlineSources: true,
    },
  }).outputText;
}
