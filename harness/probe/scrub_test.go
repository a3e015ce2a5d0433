// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/probe"
)

func TestTextsAreScrubbed(t *testing.T) {
	secrets := []string{"FMR0223C13000649", "192.168.1.7:5555", "abc"}
	tests := []struct{ text, without, with string }{
		{"key FMR0223C13000649 here", "FMR0223", "key ["},
		{"key 192.168.1.7:5555 here", "192.168", "key [address] here"},
		{"udid 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "0123456789", "udid ["},
		{"Bearer eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw", "eyJ", "Bearer ["},
		{"token MAMzLgIkEUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "MAMz", "token ["},
		{"at 10.0.0.3 and 127.0.0.1", "10.0.0.3", "at [address] and 127.0.0.1"},
		{"mac 00:1A:2b:3c:4d:5e", "1A", "mac [address]"},
		{"abc is too short to be a secret", "\x00", "abc is"},
		{"two\nlines\x1b[31m", "\n", "two lines [31m"},
		{"no \xff UTF-8", "\xff", "no UTF-8"},
		{strings.Repeat("long ", 100), strings.Repeat("long ", 60), "…"},
	}
	for _, tt := range tests {
		got := probe.Scrub(secrets, tt.text)
		if len(got) != 1 || strings.Contains(got[0], tt.without) || !strings.Contains(got[0], tt.with) {
			t.Errorf("%q is kept as %q", tt.text, got)
		}
	}
	if got := probe.Scrub(nil, "", "  ", strings.Repeat("x", 3)); len(got) != 1 {
		t.Errorf("empty texts are kept: %q", got)
	}
	many := probe.Scrub(nil, strings.Split(strings.Repeat("x ", 20)+"x", " ")...)
	if len(many) != 9 || many[8] != "and 13 more" {
		t.Errorf("of 21 texts %q are kept", many)
	}
}
