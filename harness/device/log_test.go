// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
)

const hilogText = `11-24 23:41:00.123  4711  4712 W A02D00/com.example.app/Pushproof: the oldest
11-24 23:41:00.124  4711  4712 W A02D00/com.example.app/Other: /Pushproof: of another tag
11-24 23:41:00.125    99    99 W A02D00/com.other.app/Pushproof: of another app
11-24 23:41:00.126  4711  4712 W A02D00/Pushproof: without a process
11-24 23:41:00.127    98    98 W A02D00/Pushproof: without a process, of another app
11-24 23:41:00.128  5000  5000 W A02D00/com.example.app:remoteNotification/Pushproof: of the extension, which is gone
========Slow reader missed log lines: 3
11-24 23:41:00.129  4711  4712 E A02D00/com.exa...app/Pushproof: shortened
`

func TestParseLog(t *testing.T) {
	got := device.ParseLog(hilogText, "Pushproof", "com.example.app", []int{4711})
	want := []string{"the oldest", "without a process", "of the extension, which is gone", "shortened"}
	if !slices.Equal(got, want) {
		t.Errorf("ParseLog = %q, want %q", got, want)
	}
}

func FuzzLog(f *testing.F) {
	f.Add(hilogText)
	f.Add("1 2 4711 4 5 6/Pushproof: ")
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range device.ParseLog(text, "Pushproof", "com.example.app", []int{4711}) {
			if strings.ContainsAny(line, "\r\n") || len(line) > 515 {
				t.Errorf("a line of %d bytes: %q", len(line), line)
			}
		}
	})
}
