// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"
	"unicode"
)

// tokenProblem says why a text is no Push Token, by the first character that
// none has, and never by the text; "" if it may be one. It knows nothing of what
// a token is: Push Cloud judges that.
func tokenProblem(text string) string {
	if strings.HasPrefix(strings.ToLower(text), "token:") {
		return `begins with "token:", as the fingerprints do that a report has in place of tokens: write the Push Token itself, as the app gets it from getToken()`
	}
	for i, r := range []rune(text) {
		what := ""
		switch {
		case r == '\ufeff':
			what = "a byte order mark"
		case r == '"' || r == '\'' || r == '`' || unicode.In(r, unicode.Pi, unicode.Pf):
			what = "a quotation mark"
		case unicode.IsSpace(r):
			what = "white space"
		case !unicode.IsPrint(r):
			what = "what cannot be seen"
		default:
			continue
		}
		return fmt.Sprintf("has %s (U+%04X) as character %d, which no Push Token has: write the token alone", what, r, i+1)
	}
	return ""
}
