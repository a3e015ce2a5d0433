// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
)

const mark = "pp-ABCDEFGHIJKLMNOPQRSTUVWXYZ:"

func TestSentinelIsFoundAndLookAlikesAreNot(t *testing.T) {
	tests := []struct {
		name, out string
		start     int
		exit      int
		found     bool
	}{
		{"alone", mark + "0\n", 0, 0, true},
		{"behind output without a line end", "abc" + mark + "3\n", 3, 3, true},
		{"largest status", mark + "255\n", 0, 255, true},
		{"with a carriage return", mark + "255\r\n", 0, 255, true},
		{"nothing", "", 0, 0, false},
		{"cut in the nonce", mark[:10], 0, 0, false},
		{"cut behind the colon", mark, 0, 0, false},
		{"cut in the status", mark + "25", 0, 0, false},
		{"no status", mark + "\n", 0, 0, false},
		{"the command line itself", mark + "$s\n", 0, 0, false},
		{"a status of four digits", mark + "1234\n", 0, 0, false},
		{"a status over 255", mark + "256\n", 0, 0, false},
		{"a negative status", mark + "-1\n", 0, 0, false},
		{"another nonce", "pp-ZYXWVUTSRQPONMLKJIHGFEDCBA:0\n", 0, 0, false},
		{"a look-alike before the true one", mark + "$s\n" + mark + "7\n", len(mark) + 3, 7, true},
		{"half a nonce before the true one", mark[:12] + mark + "7\n", 12, 7, true},
		{"output behind it", mark + "0\nlate\n", 0, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start, exit, found := hdc.Finder(mark)([]byte(test.out))
			if start != test.start || exit != test.exit || found != test.found {
				t.Errorf("%d, %d, %v; want %d, %d, %v", start, exit, found, test.start, test.exit, test.found)
			}
		})
	}
}

func TestWrappedCommand(t *testing.T) {
	line, mark := hdc.Wrap("ps -ef")
	if strings.Contains(line, strings.TrimSuffix(mark, ":")) {
		t.Errorf("a command that prints its own command line prints the sentinel: %s", line)
	}
	if strings.HasSuffix(line, `"`) || strings.HasPrefix(line, `"`) {
		t.Errorf("hdcd strips a quote of %s", line)
	}
	if other, _ := hdc.Wrap("ps -ef"); other == line {
		t.Error("the nonce is not new")
	}
}

// FuzzSentinel wants the same result however the output is cut into frames.
func FuzzSentinel(f *testing.F) {
	f.Add([]byte("out\n"+mark+"0\n"), uint8(3))
	f.Add([]byte(mark+"$s\n"+mark+"12\r\nlate"), uint8(1))
	f.Add([]byte(mark[:8]+mark+"2555\n"+mark), uint8(7))
	f.Fuzz(func(t *testing.T, out []byte, size uint8) {
		start, exit, found := hdc.Finder(mark)(out)
		find := hdc.Finder(mark)
		for end := 0; end < len(out); {
			end = min(end+int(size)+1, len(out))
			s, e, ok := find(out[:end])
			if ok {
				if !found || s != start || e != exit {
					t.Fatalf("in pieces %d, %d; at once %d, %d, %v", s, e, start, exit, found)
				}
				if !bytes.HasPrefix(out[s:], []byte(mark)) {
					t.Fatalf("no sentinel at %d", s)
				}
				return
			}
		}
		if found {
			t.Fatalf("not found in pieces of %d", size)
		}
	})
}
