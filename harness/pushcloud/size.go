// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import "github.com/pushproof/pushproof/fixtures"

// Size returns how many bytes the request's body has without its tokens, as
// this client sends it, and how many Push Kit allows. How Push Kit counts is
// not documented (claim pushcloud.size). The error is that of a message which
// cannot be written as JSON.
func Size(r Request) (bytes, most int, err error) {
	e, err := r.encode()
	return e.size(), int(fixtures.LimitOf("body.max")), err
}
