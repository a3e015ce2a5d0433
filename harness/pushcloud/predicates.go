// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"errors"

	"github.com/pushproof/pushproof/fixtures"
)

// The predicates sort what Send, Revoke and VerifyImage return. Each is false
// for nil and for errors of others. At most one of IsMessage, IsCredentials,
// IsRights, IsPenalty, IsPartial, IsTokens, IsDevice, IsQuota, IsFlow and
// IsService is true.

// Cause is the class of what is behind the error: that of the reasons if every
// token was refused for reasons of one class, else that of the code. A call
// whose only token has the reason noPushTypeRight fails with the code for
// tokens, 80300007, and its cause is a missing right.
func (e *Error) Cause() fixtures.Class {
	if e.Class != fixtures.ClassTokens || len(e.Rejected) == 0 {
		return e.Class
	}
	var cause fixtures.Class
	for _, r := range e.Rejected {
		row, ok := fixtures.ReasonOf(r.Reason)
		if !ok || cause != "" && row.Class != cause {
			return e.Class
		}
		cause = row.Class
	}
	return cause
}

func hasCause(err error, class fixtures.Class) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Cause() == class
}

// IsMessage reports whether the message must be changed: Push Cloud refused it,
// or it was not sent for its faults (*InvalidError).
func IsMessage(err error) bool {
	var invalid *InvalidError
	return errors.As(err, &invalid) || hasCause(err, fixtures.ClassMessage)
}

// IsCredentials reports whether Push Cloud does not accept who sends: service
// account, JWT, or the host's clock. Every call will fail, whatever the token.
func IsCredentials(err error) bool { return hasCause(err, fixtures.ClassCredentials) }

// IsRights reports whether something must be enabled or applied for in
// AppGallery Connect: Push Kit itself, a push-type, a live view event.
func IsRights(err error) bool { return hasCause(err, fixtures.ClassRights) }

// IsPenalty reports whether Push Kit has suspended the app for misuse.
func IsPenalty(err error) bool { return hasCause(err, fixtures.ClassPenalty) }

// IsProject reports whether the project, not a token, looks wrong: credentials,
// rights or a penalty, or a call in which every token belongs to another
// project than the URL. No token may be deleted for such an error.
func IsProject(err error) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Cause() {
	case fixtures.ClassCredentials, fixtures.ClassRights, fixtures.ClassPenalty:
		return true
	case fixtures.ClassTokens:
		return allRefused(refused, func(row fixtures.Code) bool { return row.Foreign })
	}
	return false
}

// IsTokens reports whether every token of the call was refused for a reason
// that lies with tokens.
func IsTokens(err error) bool { return hasCause(err, fixtures.ClassTokens) }

// IsTokenDead reports whether the call's only token was refused for a reason
// that makes it useless for good, whatever the project. Of a call with several
// tokens ask each Rejection, of many calls ask Delivery.Dead: if all tokens look
// dead, rather their source is wrong.
func IsTokenDead(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Class == fixtures.ClassTokens && len(refused.Rejected) == 1 &&
		allRefused(refused, func(row fixtures.Code) bool { return row.Dead })
}

func allRefused(e *Error, is func(fixtures.Code) bool) bool {
	for _, r := range e.Rejected {
		if row, ok := fixtures.ReasonOf(r.Reason); !ok || !is(row) {
			return false
		}
	}
	return len(e.Rejected) > 0
}

// IsDevice reports whether every token of the call was refused for where its
// device is, or what its user chose. The tokens stay good.
func IsDevice(err error) bool { return hasCause(err, fixtures.ClassDevice) }

// IsPartial reports whether some tokens were refused and the others served.
func IsPartial(err error) bool { return hasCause(err, fixtures.ClassPartial) }

// IsQuota reports whether a limit that lasts for a minute, an hour or a day was
// reached. It is not flow control: see IsFlow.
func IsQuota(err error) bool { return hasCause(err, fixtures.ClassQuota) }

// IsFlow reports whether messages were sent faster than Push Cloud takes them
// (HTTP 503). This one was not taken (claim pushcloud.flow) and the same,
// seconds later, may be.
func IsFlow(err error) bool { return hasCause(err, fixtures.ClassFlow) }

// IsService reports whether Push Cloud failed, or gave an answer that says
// nothing. IsOutcomeUnknown is true for messages then.
func IsService(err error) bool { return hasCause(err, fixtures.ClassService) }

// IsOutcomeUnknown reports whether err leaves open if the message was taken.
func IsOutcomeUnknown(err error) bool {
	var answer *Error
	var transport *TransportError
	return errors.As(err, &answer) && answer.OutcomeUnknown ||
		errors.As(err, &transport) && transport.OutcomeUnknown
}

// IsRetryable reports whether the same call, made again seconds later, may
// succeed and cannot make a message arrive twice. The client has then given up
// already.
func IsRetryable(err error) bool {
	var answer *Error
	var transport *TransportError
	return errors.As(err, &answer) && answer.Retryable ||
		errors.As(err, &transport) && !transport.OutcomeUnknown
}
