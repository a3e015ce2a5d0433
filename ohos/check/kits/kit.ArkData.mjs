// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

import { call, state } from './state.mjs';

class RdbPredicates {
  constructor(table) {
    this.table = table;
  }

  equalTo(field, value) {
    this.of = (row) => row[field] === value;
    return this;
  }
}

class ResultSet {
  at = -1;

  constructor(rows, columns) {
    this.rows = rows;
    this.columns = columns;
  }

  goToNextRow() {
    return ++this.at < this.rows.length;
  }

  getColumnIndex(name) {
    return this.columns.indexOf(name);
  }

  getLong(index) {
    return this.rows[this.at][this.columns[index]];
  }

  getString(index) {
    return this.rows[this.at][this.columns[index]];
  }

  close() {
    call('resultSet.close');
  }
}

export const relationalStore = {
  SecurityLevel: { S1: 1 },
  RdbPredicates,
  getRdbStore: async (context, config) => {
    call('relationalStore.getRdbStore', config.name);
    return {
      executeSql: async (sql) => call('relationalStore.executeSql', sql),
      querySql: async (sql) => {
        const [, columns, table] = /^SELECT (.+) FROM (\w+) ORDER BY id$/.exec(sql);
        call('relationalStore.querySql', table);
        return new ResultSet([...state.rows].sort((a, b) => a.id - b.id), columns.split(', '));
      },
      delete: async (predicates) => {
        state.rows = state.rows.filter((row) => !predicates.of(row));
        call('relationalStore.delete', predicates.table);
        return 1;
      },
    };
  },
};

export const preferences = {
  getPreferences: async () => ({
    get: async (key, value) => state.preferences.get(key) ?? value,
    put: async (key, value) => state.preferences.set(key, value),
    flush: async () => call('preferences.flush'),
  }),
};
