// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// TestFaultsOfAFolder loses folders on their way: nothing hangs, nothing is
// taken for success, and no part is left.
func TestFaultsOfAFolder(t *testing.T) {
	files := map[string]string{"one": strings.Repeat("1", 1<<20), "two": strings.Repeat("2", 1<<20), "hollow/": ""}
	for name, fault := range map[string]hdcd.Fault{"dropped": hdcd.Drop, "truncated": hdcd.Truncate, "oversize": hdcd.Oversize,
		"cut": hdcd.CutTransfer, "vanished": hdcd.Vanish} {
		for way, mode := range modes {
			t.Run(name+"/"+way, func(t *testing.T) {
				whole, phone := simulated(t, "")
				const remote = "/data/local/tmp/x"
				if _, err := hdc.New(hdc.Options{Addr: whole.Addr()}).SendFolder(t.Context(), first, plant(t, "x", files), remote, hdc.FileOptions{}); err != nil {
					t.Fatal(err)
				}
				server := hdcd.New(hdcd.Options{CloseDelay: -1, Fault: func(p hdcd.Point) hdcd.Fault {
					if strings.HasPrefix(p.Command, "file ") {
						return fault
					}
					return hdcd.None
				}})
				if err := server.Start("127.0.0.1:0"); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(server.Close)
				server.Attach(phone)
				c := hdc.New(hdc.Options{Addr: server.Addr(), Files: mode})
				local := filepath.Join(t.TempDir(), "back")
				var lost *hdc.LostError
				if _, err := c.ReceiveFolder(t.Context(), first, remote, local, hdc.FileOptions{}); !errors.As(err, &lost) {
					t.Errorf("receive: %v (%T)", err, err)
				}
				if left, err := os.ReadDir(filepath.Dir(local)); err != nil || len(left) > 0 {
					t.Errorf("left behind: %v, %v", left, err)
				}
				ask(t, server, "", "tconn "+first)
				if _, err := c.SendFolder(t.Context(), first, plant(t, "x", files), remote, hdc.FileOptions{}); !errors.As(err, &lost) {
					t.Errorf("send: %v (%T)", err, err)
				}
			})
		}
	}
}

// A context that ends in the middle ends the transfer.
func TestAFolderEndsWithItsContext(t *testing.T) {
	server, _ := simulated(t, "")
	c := hdc.New(hdc.Options{Addr: server.Addr()})
	files := map[string]string{"one": "1", "two": "2", "three": "3"}
	ctx, cancel := context.WithCancel(t.Context())
	o := hdc.FileOptions{Steps: func(p hdc.Progress) {
		if p.Files == 1 {
			cancel()
		}
	}}
	if done, err := c.SendFolder(ctx, first, plant(t, "x", files), "/data/local/tmp/x", o); !errors.Is(err, context.Canceled) || done.Checked != hdc.Unchecked {
		t.Errorf("%+v, %v", done, err)
	}
}
