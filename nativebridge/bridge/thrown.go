// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"fmt"
	"regexp"
	"strings"
)

// maxThrown bounds what Thrown returns, in bytes.
const maxThrown = 200

// secretive is a word that may be a Push Token, a key or a part of one: they
// have no fixed form, and nothing that is written for people is as long.
var secretive = regexp.MustCompile(`[A-Za-z0-9+/=_.~%-]{20,}`)

// Thrown makes a line for the log, which everybody can read, of what an app's
// code threw: bounded, with the length in the place of each word that
// may be a secret.
func Thrown(what string) string {
	// In this order: what is taken out later would join two words to a long one,
	// and a cut may leave a short piece of a secret.
	what = strings.ToValidUTF8(what, "\uFFFD")
	what = secretive.ReplaceAllStringFunc(what, func(word string) string { return fmt.Sprintf("<%d bytes>", len(word)) })
	if len(what) > maxThrown {
		what = what[:maxThrown]
	}
	return strings.ToValidUTF8(what, "")
}
