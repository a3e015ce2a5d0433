// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/pushproof/pushproof/agent/push"
)

// What takes the place of a secret that is no token.
const (
	projectMark = "PROJECT"
	clientMark  = "CLIENT"
	jwtMark     = "(the JWT)"
)

// secret is a text that no file may hold, and what stands for it.
type secret struct {
	text, mark string
	// pattern finds the text also in JSON that writes some of its characters as
	// escapes, once or as a JSON text within a JSON text.
	pattern func() *regexp.Regexp
}

// redactor knows the secrets of one exchange.
type redactor []secret

// newRedactor finds the secrets of a request: its JWT, the id in its path, and
// every text under a key "token", wherever that stands.
func newRedactor(r *http.Request, body []byte) redactor {
	var secrets redactor
	if jwt := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); jwt != "" {
		secrets = append(secrets, newSecret(jwt, jwtMark))
	}
	if id, mark := pathID(r.URL.Path); len(id) >= idMin {
		secrets = append(secrets, newSecret(id, mark))
	}
	found := map[string]bool{}
	var value any
	if json.Unmarshal(body, &value) == nil {
		tokensIn(value, found)
	}
	// The longest first: one token may be a part of another.
	for _, t := range slices.SortedFunc(maps.Keys(found), func(a, b string) int { return len(b) - len(a) }) {
		secrets = append(secrets, newSecret(t, push.NewToken(t).Fingerprint()))
	}
	return secrets
}

// Shorter texts are no tokens and no ids. They stay, since they would be found
// in everything.
const (
	tokenMin = 8
	idMin    = 6
)

func tokensIn(value any, found map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if key == "token" {
				textsIn(inner, found)
			}
			tokensIn(inner, found)
		}
	case []any:
		for _, inner := range v {
			tokensIn(inner, found)
		}
	}
}

func textsIn(value any, found map[string]bool) {
	switch v := value.(type) {
	case string:
		if len(v) >= tokenMin {
			found[v] = true
		}
	case []any:
		for _, inner := range v {
			textsIn(inner, found)
		}
	}
}

// pathID returns the id in a path such as /v3/ID/messages:send.
func pathID(path string) (id, mark string) {
	parts := strings.Split(path, "/")
	if len(parts) < 3 {
		return "", ""
	}
	id, mark = parts[len(parts)-2], projectMark
	if parts[len(parts)-3] == "v1" {
		mark = clientMark
	}
	return id, mark
}

func newSecret(text, mark string) secret {
	return secret{text, mark, sync.OnceValue(func() *regexp.Regexp {
		var b strings.Builder
		for _, r := range text {
			fmt.Fprintf(&b, `(?:\\*%s|\\+u(?i:%04x))`, regexp.QuoteMeta(string(r)), r)
		}
		return regexp.MustCompile(b.String())
	})}
}

// path is a path with a mark in place of its id.
func (rs redactor) path(path string) string {
	if id, mark := pathID(path); id != "" {
		return strings.Replace(path, "/"+id+"/", "/"+mark+"/", 1)
	}
	return path
}

// text redacts a text.
func (rs redactor) text(s string) string {
	for _, secret := range rs {
		s = strings.ReplaceAll(s, secret.text, secret.mark)
	}
	for _, secret := range rs.hiding(s) {
		s = secret.pattern().ReplaceAllLiteralString(s, secret.mark)
	}
	return s
}

// body redacts a body, or withholds it.
func (rs redactor) body(raw []byte) Body {
	b := Body{Bytes: len(raw)}
	switch {
	case !utf8.Valid(raw):
		b.Withheld = "it is no UTF-8"
	case len(rs.hiding(rs.text(string(raw)))) > 0:
		b.Withheld = "a token or a JWT would be left in it"
	default:
		b.Text = rs.text(string(raw))
	}
	return b
}

// hiding returns the secrets that are found in a text once its escapes are
// read, again and again.
func (rs redactor) hiding(s string) (found redactor) {
	for range 4 {
		for _, secret := range rs {
			if strings.Contains(s, secret.text) {
				found = append(found, secret)
			}
		}
		read := unescape(s)
		if read == s {
			break
		}
		s = read
	}
	return found
}

var escapes = regexp.MustCompile(`\\u[0-9a-fA-F]{4}|\\.`)

// unescape reads the escapes of JSON texts wherever they stand.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		var read string
		if json.Unmarshal([]byte(`"`+e+`"`), &read) != nil {
			return e[1:]
		}
		return read
	})
}

// hidden are headers whose values are never kept.
var hidden = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// header copies a header without what is hidden.
func (rs redactor) header(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		if slices.Contains(hidden, http.CanonicalHeaderKey(name)) {
			continue
		}
		for _, v := range values {
			kept[name] = append(kept[name], rs.text(v))
		}
	}
	return kept
}

// after is what follows the last of a character.
func after(s string, c byte) string { return s[strings.LastIndexByte(s, c)+1:] }
