// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// ArkTS as JavaScript: types are dropped, nothing else is changed. Pages are not
// run: a struct has no meaning outside ArkUI. What was transpiled is kept, since
// a device starts many processes of the same sources.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const own = createRequire(new URL('../../check/package.json', import.meta.url));
const version = own('typescript/package.json').version;

// As ets-loader has them.
const options = { useDefineForClassFields: false, experimentalDecorators: true, sourceMap: true };

/** The JavaScript of a file, and where it is kept in the folder cache. */
export async function transpiled(file, cache) {
  const text = fs.readFileSync(file, 'utf8');
  const key = crypto.createHash('sha256').update(JSON.stringify([version, options, file, text])).digest('hex');
  const kept = path.join(cache, key + '.js');
  if (fs.existsSync(kept)) return { file: kept, source: fs.readFileSync(kept, 'utf8') };
  const out = transpile(text, file);
  fs.mkdirSync(cache, { recursive: true });
  const temporary = `${kept}.${process.pid}`;
  fs.writeFileSync(temporary, out);
  fs.renameSync(temporary, kept);
  return { file: kept, source: out };
}

function transpile(text, file) {
  const ts = own('typescript');
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    fileName: file.replace(/\.ets$/, '.ts'),
    compilerOptions: { target: ts.ScriptTarget.ES2021, module: ts.ModuleKind.ES2020, ...options },
  });
  // Where something is thrown is said of the file that a person has.
  const map = Buffer.from(JSON.stringify({ ...JSON.parse(sourceMapText), sources: [path.basename(file)] })).toString('base64');
  return outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '') + `\n//# sourceMappingURL=data:application/json;base64,${map}\n`;
}
