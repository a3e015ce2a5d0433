// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
)

func TestEscape(t *testing.T) {
	tests := []struct {
		typed, want string
		left        bool
	}{
		{"ls\r", "ls\r", false},
		{"ls ~.\r", "ls ~.\r", false},
		{"~.", "", true},
		{"ls\r~.rm", "ls\r", true},
		{"\n~~.\r", "\n~.\r", false},
		{"~/x\r~x", "~/x\r~x", false},
		{"~\r~.", "~\r", true},
		{"~~~.\r", "~~.\r", false},
		{"\x03~.", "\x03~.", false},
	}
	for _, test := range tests {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "by bytes": iotest.OneByteReader, "data with the end": iotest.DataErrReader,
		} {
			typed, left := cli.Escape(wrap(strings.NewReader(test.typed)))
			got, err := io.ReadAll(typed)
			if err != nil || string(got) != test.want || *left != test.left {
				t.Errorf("%q %s: %q, left %v, %v; want %q, left %v", test.typed, name, got, *left, err, test.want, test.left)
			}
		}
	}
}
