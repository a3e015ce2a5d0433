// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The marks in seeded files: a line that ends with "// want: TEXT" must be
// found by a text with TEXT in it, and a line without must not be found.
import assert from 'node:assert/strict';
import fs from 'node:fs';

export function compare(file, found) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  let marked = 0;
  lines.forEach((line, i) => {
    const here = found.filter((f) => f.line === i + 1).map((f) => f.text);
    const want = /\/\/ want: (.+)$/.exec(line)?.[1];
    if (want === undefined) {
      assert.deepEqual(here, [], `${file}:${i + 1} is not marked`);
      return;
    }
    marked++;
    assert.ok(here.some((text) => text.includes(want)), `${file}:${i + 1}: want ${want}, found ${JSON.stringify(here)}`);
  });
  return marked;
}
