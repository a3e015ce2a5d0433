// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

// Answered is answered.
var Answered = answered
