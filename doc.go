// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pushproof is the root of a product that answers one question for a
// HarmonyOS app team: did the push that our server sent really reach our app,
// and did the app handle it?
//
// It holds no code, only the tests that watch over the whole repository. Start
// at package harness to write specs, at harness/pushcloud or harness/hdc to use
// a client alone, at agent for the part that lives in the app, and at
// cmd/hdc-runner for the program.
package pushproof
