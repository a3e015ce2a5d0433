// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
)

// childDir names the variable that turns the test binary into a process that
// appends to the journal in that folder until it is killed.
const childDir = "JOURNAL_TEST_CHILD_DIR"

// payload is what record index holds: it cannot be taken for another's.
func payload(index uint64) []byte {
	rec := binary.LittleEndian.AppendUint64(nil, index)
	return append(rec, bytes.Repeat([]byte{byte(index)}, int(index*7919%900))...)
}

// child appends single records and batches and says on stdout, after each
// Append has returned, how far it is.
func child(dir string) {
	j, err := journal.Open(dir, journal.Options{SegmentBytes: 64 << 10})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	for next := j.Last() + 1; ; {
		batch := make([][]byte, 1+next%5)
		for i := range batch {
			batch[i] = payload(next + uint64(i))
		}
		if _, err := j.Append(batch...); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		next += uint64(len(batch))
		fmt.Println(next - 1)
	}
}

func childProcess(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// Every record whose Append had returned when the process was killed is there,
// in order, once, with its bytes; a later one is there whole or not at all.
func TestKill9(t *testing.T) {
	const kills = 25
	dir := t.TempDir()
	for kill := range kills {
		cmd, lines := childProcess(t, dir)
		var returned uint64
		for stop := rand.IntN(400); lines.Scan(); stop-- {
			if _, err := fmt.Sscan(lines.Text(), &returned); err != nil {
				t.Fatalf("kill %d: the child said %q", kill, lines.Text())
			}
			if stop == 0 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || strings.Contains(err.Error(), "exit status") {
			t.Fatalf("kill %d: the child ended by itself: %v", kill, err)
		}

		j, err := journal.Open(dir, journal.Options{})
		if err != nil {
			t.Fatalf("kill %d: %v", kill, err)
		}
		var last uint64
		err = j.Read(0, func(index uint64, rec []byte) error {
			if index != last+1 || !bytes.Equal(rec, payload(index)) {
				return fmt.Errorf("index %d after %d, or its bytes are wrong", index, last)
			}
			last = index
			return nil
		})
		if err != nil {
			t.Fatalf("kill %d: %v", kill, err)
		}
		if last < returned {
			t.Fatalf("kill %d: record %d had been appended, the journal ends at %d", kill, returned, last)
		}
		for _, d := range j.Dropped() {
			if d.From != 0 {
				t.Fatalf("kill %d: dropped %+v", kill, d)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
