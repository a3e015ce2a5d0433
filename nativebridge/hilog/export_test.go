// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package hilog

// Finds tells whether this build looks for the device's log.
const Finds = true

// Opens tells whether a library has the log's function.
func Opens(library string) bool { return open(library) != nil }
