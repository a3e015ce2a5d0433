// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package outbox

// bootID returns "": this system is not asked, so an outbox that was not closed
// is always set aside.
func bootID() string { return "" }
