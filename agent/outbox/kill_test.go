// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
)

// childRoot names the variable that turns the test binary into a process that
// adds to the main outbox below that root until it is killed.
const childRoot = "OUTBOX_TEST_CHILD_ROOT"

// child says, after each Add has returned, which record it was.
func child(root string) {
	opts := options()
	opts.Journal = journal.Options{SegmentBytes: 32 << 10}
	o, err := outbox.OpenMain(root, opts)
	for err == nil {
		var origin wire.Origin
		if origin, err = o.Add(arrival(strings.Repeat("x", int(o.Origin().Seq%500)))); err == nil {
			fmt.Println(origin.Epoch, origin.Seq)
		}
	}
	fmt.Println("error:", err)
	os.Exit(1)
}

// A hub that takes everything after each of many deaths, and acknowledges some
// of it, gets every record whose Add returned, once.
func TestKill9(t *testing.T) {
	const kills = 22
	root := t.TempDir()
	added := map[string]uint64{}             // by epoch, the last Add that returned
	have := map[wire.Origin]bool{}           // the hub's journal
	take := func(s source, ack bool) error { // what a link does
		last := wire.Origin{}
		err := s.Unacked(func(o wire.Origin, frame []byte) error {
			if o.Seq <= last.Seq {
				return fmt.Errorf("%+v after %+v", o, last)
			}
			if f, err := wire.Decode(frame); err != nil || f.FrameType() != wire.TypeArrival {
				return fmt.Errorf("%+v is no arrival: %s (%v)", o, frame, err)
			}
			have[o] = true
			last = o
			return nil
		})
		if err == nil && ack {
			err = s.Acked(last)
		}
		return err
	}
	for kill := range kills {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childRoot+"="+root)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for stop := rand.IntN(300); lines.Scan(); stop-- {
			var epoch string
			var seq uint64
			if _, err := fmt.Sscan(lines.Text(), &epoch, &seq); err != nil {
				t.Fatalf("kill %d: the child said %q", kill, lines.Text())
			}
			added[epoch] = seq
			if stop == 0 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || strings.Contains(err.Error(), "exit status") {
			t.Fatalf("kill %d: the child ended by itself: %v", kill, err)
		}
		main, err := outbox.OpenMain(root, options())
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range drainable(t, root) {
			if err := take(drain(t, dir, main), true); err != nil {
				t.Fatalf("kill %d: %v", kill, err)
			}
		}
		if err := take(main, kill%3 == 0); err != nil {
			t.Fatalf("kill %d: %v", kill, err)
		}
		closeNow(t, main)
	}
	for epoch, last := range added {
		for seq := uint64(1); seq <= last; seq++ {
			if !have[wire.Origin{Install: "install", Role: wire.RoleMain, Epoch: epoch, Seq: seq}] {
				t.Errorf("record %d of epoch %s had been added and is lost", seq, epoch)
			}
		}
	}
}
