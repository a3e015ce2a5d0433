// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package store

// Source is how the database is named to its driver.
var Source = source
