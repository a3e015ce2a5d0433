// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pushcloud is a client of Push Kit's REST API v3: it signs, checks
// and sends push messages, and says per token what became of them: Send in one
// call, SendAll in as many as the tokens need. Revoke takes messages back,
// VerifyImage has an image checked.
//
// It guarantees that a message is checked against every documented rule before
// it leaves (all faults at once), that the verdict comes from the body's string
// code whatever the HTTP status, that a message whose outcome is not known is
// never sent again, that TLS is verified, and that no token, JWT or key reaches
// an error. Messages are test messages unless told otherwise. No advice speaks of
// deleting tokens unless others of the same project were accepted.
//
// It does not say whether a message arrived: 80000000 means accepted. It does
// not count quota, and it keeps no state: that a live view exists, or that a
// version grows, is for the caller to know.
//
// The zero of an optional number or boolean often has a meaning (notifyId 0,
// foregroundShow false, setNum 0, collapseKey 0, mute false), so these fields
// are pointers: write new(0) or new(false).
package pushcloud
