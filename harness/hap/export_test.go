// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

// Rules returns the ids of what is looked at.
func Rules() []string {
	var ids []string
	for id := range rules {
		ids = append(ids, id)
	}
	return ids
}
