// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Type check and ArkTS language rules, by the compiler and the linter that the
// SDK's own build uses (OpenHarmony's fork of TypeScript), with the options
// with which its loader calls them. Source: openharmony
// developtools_ace_ets2bundle, compiler/src/ets_checker.ts and
// do_arkTS_linter.ts.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { withLater } from './later.mjs';
import { check, filesBelow, modules, nativeTypes, relative, resolve, sdk } from './project.mjs';

const require = createRequire(import.meta.url);
const ts = require('ohos-typescript');
const component = path.join(sdk, 'component');
const rules = 'ArkTS_1_1';

// Components are what the declarations give an instance to.
const names = fs.readdirSync(component).flatMap((f) =>
  [...fs.readFileSync(path.join(component, f), 'utf8').matchAll(/^declare const (\w+)Instance: \1Attribute/gm)].map((m) => m[1]));

const options = (target) => ({
  target: ts.ScriptTarget.ES2021, module: ts.ModuleKind.ES2020, moduleResolution: ts.ModuleResolutionKind.NodeJs,
  lib: ['lib.es2021.d.ts'], types: [], typeRoots: [], noEmit: true, skipLibCheck: true, experimentalDecorators: true,
  allowJs: true, esModuleInterop: true, allowSyntheticDefaultImports: true, noImplicitAny: false, alwaysStrict: true,
  importsNotUsedAsValues: ts.ImportsNotUsedAsValues.Remove, resolveJsonModule: true, incremental: true,
  tsBuildInfoFile: path.join(check, '.cache', `${target}.tsbuildinfo`), packageManagerType: 'ohpm',
  needDoArkTsLinter: true, isCompatibleVersion: false, compatibleSdkVersion: 13, compatibleSdkVersionStage: 'release',
  etsLoaderPath: sdk, tsImportSendableEnable: false, etsAnnotationsEnable: false,
  ets: {
    emitDecorators: [{ name: 'Entry', emitParameters: true }, { name: 'Component', emitParameters: false }, { name: 'State', emitParameters: false }],
    propertyDecorators: [{ name: 'State', needInitialization: true }, { name: 'Prop', needInitialization: false }, { name: 'Link', needInitialization: false }],
    render: { method: ['build', 'pageTransition'], decorator: ['Builder', 'LocalBuilder'] },
    components: names, libs: [],
    extend: { decorator: ['Extend', 'AnimatableExtend'], components: names.map((n) => ({ name: n, type: n + 'Attribute', instance: n + 'Instance' })) },
    styles: { decorator: 'Styles', component: { name: 'Common', type: 'T', instance: 'CommonInstance' }, property: 'stateStyles' },
    concurrent: { decorator: 'Concurrent' }, customComponent: 'CustomComponent',
    syntaxComponents: { paramsUICallback: ['ForEach', 'LazyForEach'], attrUICallback: [] },
  },
});

const firstFile = (...candidates) => candidates.find((f) => fs.existsSync(f));

function resolveSDK(name) {
  if (name.startsWith('@kit.')) return firstFile(path.join(sdk, 'kits', name + '.d.ets'));
  if (/^@(ohos|system)\./.test(name)) return firstFile(path.join(sdk, 'api', name + '.d.ts'), path.join(sdk, 'api', name + '.d.ets'));
  if (name.startsWith('@arkts.')) return firstFile(path.join(sdk, 'arkts', name + '.d.ets'));
  if (name.startsWith('application/')) return firstFile(path.join(sdk, 'api', name + '.d.ts'));
  if (name === '@ohos/hypium') return path.join(check, 'node_modules/@ohos/hypium/index.d.ts');
  if (/^lib.*\.so$/.test(name)) return nativeTypes(name);
  return undefined;
}

const extension = (file) => [['.d.ets', ts.Extension.Dets], ['.d.ts', ts.Extension.Dts], ['.ets', ts.Extension.Ets]]
  .find(([end]) => file.endsWith(end))?.[1] ?? ts.Extension.Ts;

/**
 * What the compiler and the linter find in files, for a target of the project's
 * modules: {kind, file, line, column, severity, code, text}, kind being types
 * or arkts.
 */
export function checkTypes(files, target) {
  const opts = options(target);
  const all = modules();
  const host = ts.createIncrementalCompilerHost(opts);
  const cache = ts.createModuleResolutionCache(check, (x) => x, opts);
  const read = host.readFile;
  host.readFile = (name) => {
    const text = read.call(host, name);
    return text === undefined ? undefined : withLater(name, text);
  };
  host.resolveModuleNames = (specs, from) => specs.map((spec) => {
    const file = resolveSDK(spec) ?? resolve(spec, from, target, all);
    if (file) return { resolvedFileName: file, isExternalLibraryImport: file.startsWith(sdk), extension: extension(file) };
    return ts.resolveModuleName(spec, from, opts, host, cache).resolvedModule;
  });
  const ambient = [component, sdk].flatMap((folder) => fs.readdirSync(folder)
    .filter((f) => f.endsWith('.d.ts') && !/^(index|component-all)\.d\.ts$/.test(f)).map((f) => path.join(folder, f)));
  const own = filesBelow(path.join(check, 'types'), /\.d\.ts$/);
  const builder = ts.createIncrementalProgramForArkTs({ rootNames: [...files, ...own, ...ambient], options: opts, host });
  const program = builder.getProgram();
  const types = [...program.getOptionsDiagnostics(), ...program.getSyntacticDiagnostics(), ...builder.getSemanticDiagnostics()];
  const lint = ts.ArkTSLinter_1_1.runArkTSLinter(builder, undefined, undefined, rules);
  ts.ArkTSLinterTimePrinter?.destroyInstance?.();
  return collect([['types', types], ['arkts', lint]]);
}

// Each finding once: linter and compiler look at some files twice.
function collect(lists) {
  const seen = new Set();
  const found = [];
  for (const [kind, list] of lists) {
    for (const d of list) {
      if (d.file && path.resolve(d.file.fileName).includes('node_modules')) continue;
      const at = d.file ? d.file.getLineAndCharacterOfPosition(d.start) : { line: -1, character: -1 };
      const text = ts.flattenDiagnosticMessageText(d.messageText, ' ');
      const key = `${d.file?.fileName}:${d.start}:${text}`;
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({
        kind, file: d.file ? relative(d.file.fileName) : '', line: at.line + 1, column: at.character + 1,
        severity: ts.DiagnosticCategory[d.category], code: d.code, text,
      });
    }
  }
  return found;
}

/** A finding as a line that editors can jump to. */
export const show = (f) => `ohos/${f.file}:${f.line}:${f.column}: ${f.kind} ${f.severity.toLowerCase()} ${f.code}: ${f.text}`;
