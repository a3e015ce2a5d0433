// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// requireStopped waits until the system shows the process as stopped. Only
// Linux shows it in a file.
func requireStopped(t *testing.T, pid int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	for end := time.Now().Add(limit); ; {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			t.Fatal(err)
		}
		if state := stat[bytes.LastIndexByte(stat, ')')+2]; state == 'T' {
			return
		} else if time.Now().After(end) {
			t.Fatalf("the process is in state %c, not stopped", state)
		}
		runtime.Gosched()
	}
}
