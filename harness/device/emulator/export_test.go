// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import "time"

// What the tests of this package look at.
var (
	ParseDetails = parseDetails
	ParseNames   = parseNames
	ParseVersion = parseVersion
	SignsIn      = signsIn
	Search       = search
)

// Hurry makes the looks quick, and bounds a call by limit.
func (t *Tool) Hurry(limit time.Duration) { t.limit, t.every = limit, 5*time.Millisecond }
