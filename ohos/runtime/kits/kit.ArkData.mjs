// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// The database has one table, that which receives background messages: the
// simulated device keeps it. Preferences are files, as on a device.
import fs from 'node:fs';
import path from 'node:path';
import { failure, system } from '../lib/system.mjs';

/** The store's code for SQL that it does not take. */
const sqlError = 14800021;

class RdbPredicates {
  constructor(table) {
    this.table = table;
    this.tests = [];
  }

  equalTo(field, value) {
    this.tests.push((row) => row[field] === value);
    return this;
  }

  in(field, values) {
    this.tests.push((row) => values.includes(row[field]));
    return this;
  }
}

class ResultSet {
  #at = -1;

  constructor(rows, columns) {
    this.rows = rows;
    this.columnNames = columns;
    this.rowCount = rows.length;
  }

  goToNextRow() {
    return ++this.#at < this.rows.length;
  }

  getColumnIndex(name) {
    return this.columnNames.indexOf(name);
  }

  getLong(index) {
    return Number(this.#value(index));
  }

  getString(index) {
    return String(this.#value(index) ?? '');
  }

  #value(index) {
    return this.rows[this.#at][this.columnNames[index]];
  }

  close() {}
}

class RdbStore {
  async executeSql(sql) {
    // The system makes the table with the first message.
    if (!sql.startsWith(`CREATE TABLE IF NOT EXISTS ${system.spec.proxyTable} (`)) throw notHere(sql);
  }

  async querySql(sql) {
    const [, columns, table] = /^SELECT ([\w, ]+) FROM (\w+) ORDER BY id$/.exec(sql) ?? [];
    if (!table) throw notHere(sql);
    const rows = await system.call('relationalStore.query', { table });
    return new ResultSet(rows.sort((a, b) => a.id - b.id), columns.split(',').map((c) => c.trim()));
  }

  async delete(predicates) {
    const rows = await system.call('relationalStore.query', { table: predicates.table });
    const ids = rows.filter((row) => predicates.tests.every((test) => test(row))).map((row) => row.id);
    await system.call('relationalStore.delete', { table: predicates.table, ids });
    return ids.length;
  }
}

const notHere = (sql) => failure(sqlError, `the native runtime's database does not take this SQL: ${sql}`);

export const relationalStore = {
  SecurityLevel: { S1: 1, S2: 2, S3: 3, S4: 4 },
  RdbPredicates,
  getRdbStore: async () => new RdbStore(),
};

export const preferences = {
  getPreferences: async (context, name) => {
    const file = path.join(context.preferencesDir, typeof name === 'string' ? name : name.name);
    const values = new Map(fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : []);
    return {
      get: async (key, missing) => values.get(key) ?? missing,
      put: async (key, value) => { values.set(key, value); },
      flush: async () => {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, JSON.stringify([...values]));
      },
    };
  },
};
