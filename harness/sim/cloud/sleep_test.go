// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim/cloud"
)

func TestParseSleep(t *testing.T) {
	at := func(h, m time.Duration) time.Duration { return h*time.Hour + m*time.Minute }
	for text, want := range map[string]cloud.Sleep{
		"":            {},
		"22:00-07:00": {From: at(22, 0), To: at(7, 0)},
		"00:00-23:59": {To: at(23, 59)},
		"00:00-24:00": {To: at(24, 0)},
		"13:05-13:05": {From: at(13, 5), To: at(13, 5)},
	} {
		if got, err := cloud.ParseSleep(text); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"22:00", "22-07", "22:00-", "-07:00", "24:00-07:00", "00:00-24:01", "22:60-07:00", "9:00-17:00", "22:00-07:00-08:00", "22:00 - 07:00", "22:00:00-07:00", "+2:00-07:00"} {
		if got, err := cloud.ParseSleep(text); err == nil || !strings.Contains(err.Error(), "as in 22:00-07:00") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// What is taken is what it says when it is written again.
func FuzzParseSleep(f *testing.F) {
	for _, seed := range []string{"", "22:00-07:00", "22:00", "9:00-17:00", "00:00-00:00", "22:00-07:00-08:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := cloud.ParseSleep(text)
		if err != nil || text == "" {
			return
		}
		clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute) }
		if again := clock(s.From) + "-" + clock(s.To); again != text {
			t.Errorf("%q is taken for %s", text, again)
		}
	})
}
