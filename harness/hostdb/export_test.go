// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb

// WithMigrations makes this a later version, whose schema needs one more step,
// until the function that it returns is called.
func WithMigrations(more ...string) (restore func()) {
	before := migrations
	migrations = append(migrations[:len(before):len(before)], more...)
	return func() { migrations = before }
}
