// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// homecheck, the open engine behind DevEco Studio's Code Linter. It exits with
// 0 whatever it finds, so its report is read: an issue of severity 2 counts.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, relative, root, sdk } from './project.mjs';

const work = path.join(check, '.cache', 'homecheck');

const ruleSets = ['@correctness', '@performance', '@cross-device-app-dev', '@security', '@arkui-reliability', '@arkts-eslint'];

const ignored = ['**/ohosTest/**/*', '**/src/test/**/*', '**/node_modules/**/*', '**/build/**/*', '**/oh_modules/**/*'];

// Beyond the recommended ones. await-thenable is off: homecheck does not see the
// types of ambient kits nor of a native library, and takes every promise of
// theirs for none; the compiler, which sees them, would say.
const rules = {
  '@arkts-eslint/await-thenable': 0,
  '@arkts-eslint/eqeqeq': 2,
  '@arkts-eslint/no-duplicate-imports': 2,
  '@arkts-eslint/no-fallthrough': 2,
};

/** What is wrong: {file, line, rule, text}; an Error if nothing was checked. */
export function checkPractice(project = root) {
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work, { recursive: true });
  const write = (name, value) => {
    const file = path.join(work, name);
    fs.writeFileSync(file, JSON.stringify(value));
    return file;
  };
  const ruleFile = write('rules.json', {
    files: ['**/*.ets'], ignore: project === root ? [...ignored, '**/check/**/*'] : ignored,
    rules, ruleSet: ruleSets.map((s) => `plugin:${s}/recommended`), overrides: [], extRuleSet: [],
  });
  const config = write('project.json', {
    projectName: path.basename(project), projectPath: project, ohosSdkPath: sdk, hmsSdkPath: path.join(check, 'types'),
    checkPath: '', sdkVersion: 13, fix: 'false', npmPath: '', npmInstallDir: './', reportDir: path.join(work, 'report'),
    product: 'default', language: 'en', checkProject: true, sdksThirdParty: [],
  });
  const cli = path.join(check, 'node_modules/.bin/homecheck');
  const run = spawnSync(process.execPath, [fs.realpathSync(cli), `--projectConfigPath=${config}`, `--ruleConfigPath=${ruleFile}`], { cwd: work, encoding: 'utf8', timeout: 120_000 });
  const report = path.join(work, 'report', 'HomecheckReport.json');
  if (!fs.existsSync(report)) throw new Error(`homecheck wrote no report (exit ${run.status}):\n${run.stdout}${run.stderr}`.slice(0, 1000));
  return JSON.parse(fs.readFileSync(report, 'utf8')).flatMap(({ filePath, issues }) => issues.filter((i) => i.severity >= 2)
    .map((i) => ({ file: relative(filePath), line: i.line, rule: i.ruleId, text: i.message })));
}
