// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"net/url"

	"github.com/pushproof/pushproof/fixtures"
)

// Operation is a call of the REST API, named as its URL ends.
type Operation string

// The operations.
const (
	OpSend        = Operation(fixtures.APISend)
	OpRevoke      = Operation(fixtures.APIRevoke)
	OpVerifyImage = Operation(fixtures.APIImages)
)

// success is the business code by which the operation succeeded.
func (o Operation) success() string {
	if o == OpVerifyImage {
		return fixtures.ImageVerified
	}
	return fixtures.Success
}

// done says what may have happened when no answer tells.
func (o Operation) done() string {
	if o == OpRevoke {
		return "the message may have been revoked"
	}
	return "the message may have been taken"
}

// call is one request to Push Cloud.
type call struct {
	op       Operation
	url      *url.URL
	pushType int
	body     []byte
	secrets  secrets
	// turns is what the calls of one SendAll share, nil for a call alone.
	turns *turns
}

// repeatable reports whether asking twice does what asking once does. Revoking
// is not: between the two a newer message may have got the same notifyId (claim
// pushcloud.revoke.again).
func (k *call) repeatable() bool { return k.op == OpVerifyImage }
