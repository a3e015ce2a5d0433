// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package bridge_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pushproof/pushproof/nativebridge/bridge"
)

func TestThrown(t *testing.T) {
	const secret = "MAMzLgIkEUAAAAAAAAAkYEAAAAAAAAAAAAA-_q=="
	for _, tc := range []struct{ name, what, want string }{
		{"an error", "TypeError: reply is not a function", "TypeError: reply is not a function"},
		{"a token", "Error: no row for " + secret + ", sorry", "Error: no row for <40 bytes>, sorry"},
		{"a token in JSON", `Error: {"token":"` + secret + `"}`, `Error: {"token":"<40 bytes>"}`},
		{"a token that is cut off", "Error: " + strings.Repeat("x ", 90) + secret, "Error: " + strings.Repeat("x ", 90) + "<40 bytes>"},
		{"a JWT", "Bearer eyJhbGciOiJQUzI1NiJ9.e30.c2ln", "Bearer <29 bytes>"},
		{"a long text", strings.Repeat("文 ", 100), strings.Repeat("文 ", 50)},
		{"nothing", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := bridge.Thrown(tc.what); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func FuzzThrown(f *testing.F) {
	f.Add("Error: no row for MAMzLgIkEUAAAAAAAAAkYEAAAAAAAAAAAAA")
	f.Add("0000000000000000 000000000\x8600000000000")
	f.Fuzz(func(t *testing.T, what string) {
		got := bridge.Thrown(what)
		if len(got) > 200 || !utf8.ValidString(got) {
			t.Errorf("%q", got)
		}
		if word := regexp.MustCompile(`[A-Za-z0-9]{20,}`).FindString(got); word != "" {
			t.Errorf("%q is still there", word)
		}
	})
}
