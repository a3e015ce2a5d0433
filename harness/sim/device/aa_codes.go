// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

// Codes of aa. Source: aa guide, error codes.
const (
	aaNotExported   = 10103001
	aaNoMatch       = 10103101
	aaNoAbility     = 10104001
	aaNoBundle      = 10104002
	aaNoPID         = 10104003
	aaNoLevel       = 10104004
	aaRelease       = 10106002
	aaLocked        = 10106102
	aaInternalError = 10108101
)

// aaError is what aa prints behind a code. The codes are documented, the
// wording is a claim: pushservice.aa.text.
type aaError struct{ message, cause, try string }

var aaErrors = map[int]aaError{
	aaNotExported:   {"Failed to verify the visibility of the target ability", "The application attempts to start an ability that is not exported.", "Set exported of the ability to true in module.json5."},
	aaNoMatch:       {"Failed to find a matching application for implicit launch", "The parameters of the implicit launch match no application.", "Check the parameters, or name the ability."},
	aaNoAbility:     {"The specified ability does not exist", "The specified ability is not installed.", "Check whether the bundle and the ability are correct, and whether the application is installed."},
	aaNoBundle:      {"The specified bundle does not exist", "The specified bundle is not installed.", "Check whether the bundle name is correct, and whether the application is installed."},
	aaNoPID:         {"The specified pid does not exist", "The specified process does not exist.", "Check the pid."},
	aaNoLevel:       {"The specified level does not exist", "The specified memory level is not known.", "Use a level from 0 to 2."},
	aaRelease:       {"The target application does not support the debug mode", "The application has a release signature.", "Use a debug certificate and profile to sign the application."},
	aaLocked:        {"The device screen is locked during the application launch, unlock screen failed", "The screen is locked.", "Unlock the screen before the launch."},
	aaInternalError: {"Internal error", "A common error, such as no memory, has occurred.", "Try again."},
}

// refuse prints why aa did not do something.
func (c *call) refuse(what string, code int) {
	e := aaErrors[code]
	c.print("error: failed to %s.\nError Code:%d  Error Message:%s\nError cause: %s\n  Try the following:\n  > %s\n", what, code, e.message, e.cause, e.try)
}
