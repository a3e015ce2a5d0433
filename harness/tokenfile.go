// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"github.com/pushproof/pushproof/agent/push"
)

// ReadToken reads the Push Token that stands alone on the first line of a file.
// The error is a *UsageError that names --token-file and never holds what
// stands in the file.
func ReadToken(path string) (push.Token, error) {
	bad := func(format string, args ...any) (push.Token, error) {
		return push.Token{}, &UsageError{Problems: []string{"--token-file " + path + fmt.Sprintf(format, args...)}}
	}
	raw, err := os.ReadFile(path)
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bad(": there is no such file")
	case errors.As(err, &at):
		return bad(" cannot be read: %v", at.Err)
	case err != nil:
		return bad(" cannot be read: %v", err)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return bad(" is empty: write the Push Token into it, alone on its first line")
	}
	if problem := TokenProblem(line); problem != "" {
		return bad(": its first line %s", problem)
	}
	return push.NewToken(line), nil
}

// TokenProblem says why a text is no Push Token, by the first character that
// none has, and never by the text; "" if it may be one. It knows nothing of what
// a token is: Push Cloud judges that.
func TokenProblem(text string) string {
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
