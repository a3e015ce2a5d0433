// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The shape of the project's JSON5 files: each is printed as a constant of its
// type and compiled. The types are @arkts/types', which know the vendor's
// schemas.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { check, filesBelow, readJSON5, relative, root } from './project.mjs';

const ts = createRequire(import.meta.url)('typescript');

const typeOf = (file) => {
  switch (path.basename(file)) {
    case 'module.json5': return 'ModuleJson5';
    case 'oh-package.json5': return path.dirname(file) === root ? 'WorkspaceLevelOhPackage5' : 'ProjectLevelOhPackageJson5';
    case 'build-profile.json5': return path.dirname(file) === root ? 'WorkspaceLevelBuildProfile' : 'ProjectLevelBuildProfile';
    default: return undefined;
  }
};

/** The project's files that have a type. */
export const configFiles = () => filesBelow(root, /\.json5$/).filter((f) => !f.startsWith(check + path.sep) && typeOf(f));

/** What is wrong with files: {file, text}; type overrules what the name says. */
export function checkConfig(files, type = typeOf) {
  const exported = exportedTypes();
  const lines = files.map((file, i) => {
    const name = type(file);
    if (!exported.has(name)) throw new Error(`@arkts/types has no ${name}: it has ${[...exported].join(', ')}`);
    return `export const c${i}: T.${name} = ${JSON.stringify(readJSON5(file), asPattern)};`;
  });
  // It stands beside node_modules, where the import is found.
  const name = path.join(check, '.cache', 'config.ts');
  const text = `import type * as T from '@arkts/types';\n${lines.join('\n')}\n`;
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [],
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (f, ...rest) => f === name ? ts.createSourceFile(f, text, options.target) : getSourceFile(f, ...rest);
  host.fileExists = (f) => f === name || fs.existsSync(f);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const line = d.file?.fileName === name ? d.file.getLineAndCharacterOfPosition(d.start).line - 1 : -1;
    return { file: line < 0 ? '' : relative(files[line]), text: ts.flattenDiagnosticMessageText(d.messageText, ' ') };
  });
}

// The types write a reference as the schema's pattern begins: ^$string:name.
const asPattern = (_, value) => typeof value === 'string' && /^\$[a-z]+:\w/.test(value) ? '^' + value : value;

function exportedTypes() {
  const index = path.join(check, 'node_modules/@arkts/types/out/index.d.mts');
  return new Set(/export \{(.*)\}/.exec(fs.readFileSync(index, 'utf8'))[1].split(',').map((n) => n.trim()));
}
