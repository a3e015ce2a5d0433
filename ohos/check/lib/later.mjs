// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// What the SDK has and @arkts/declarations has not yet: it ends at API 13. A
// row adds lines to a namespace of a declaration, from the documentation of
// the API level that it names.
export const later = [
  {
    file: '@ohos.notificationManager.d.ts', namespace: 'notificationManager', since: 22,
    lines: 'function getBadgeNumber(): Promise<number>;',
  },
];

/** The text of a declaration file with what is newer than it. */
export function withLater(name, text) {
  let out = text;
  for (const row of later) {
    if (!name.endsWith('/' + row.file)) continue;
    const head = new RegExp(`declare namespace ${row.namespace} \\{`);
    if (!head.test(out)) throw new Error(`${row.file} has no namespace ${row.namespace} any more: look at lib/later.mjs`);
    out = out.replace(head, (m) => `${m}\n    ${row.lines}`);
  }
  return out;
}
