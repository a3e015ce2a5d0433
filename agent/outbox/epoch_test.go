// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/wire"
)

// edit changes the state of an outbox that is not open.
func edit(t *testing.T, dir string, change func(map[string]any)) {
	t.Helper()
	path := filepath.Join(dir, "state.json")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var st map[string]any
	if err := json.Unmarshal(b, &st); err != nil {
		t.Fatal(err)
	}
	change(st)
	if b, err = json.Marshal(st); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where sequence numbers may have been lost, a new epoch begins, and the old
// one waits to be drained with its records as they are.
func TestANewEpochBeginsWhenTheOldOneIsDoubtful(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(t *testing.T, dir string)
		opts func(*outbox.Options)
	}{
		{name: "open at a reboot", do: func(t *testing.T, dir string) {
			edit(t, dir, func(st map[string]any) { st["boot"] = "another" })
		}},
		{name: "boot unknown", do: func(t *testing.T, dir string) {
			edit(t, dir, func(st map[string]any) { st["boot"] = "" })
		}},
		{name: "cursor ahead of the records", do: func(t *testing.T, dir string) {
			edit(t, dir, func(st map[string]any) { st["acked"] = 99 })
		}},
		{name: "state unreadable", do: func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "state gone", do: func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "state.json")); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "another installation", opts: func(o *outbox.Options) { o.Install = "other" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			o := open(t, filepath.Join(root, "main"), options())
			add(t, o, "a", "b")
			old := o.Origin()
			dead := crashed(t, filepath.Join(root, "main"))
			if tc.do != nil {
				tc.do(t, dead)
			}
			opts := options()
			if tc.opts != nil {
				tc.opts(&opts)
			}
			fresh, err := outbox.OpenMain(filepath.Dir(dead), opts)
			if err != nil {
				t.Fatal(err)
			}
			closeLater(t, fresh)
			if now := fresh.Origin(); now.Epoch == old.Epoch || now.Seq != 0 {
				t.Fatalf("the new epoch begins with %+v", now)
			}
			dirs, err := outbox.Drainable(filepath.Dir(dead))
			if err != nil || len(dirs) != 1 {
				t.Fatalf("drainable %v (%v), want the old epoch", dirs, err)
			}
			d := drain(t, dirs[0], fresh)
			if d.Origin() != old {
				t.Fatalf("drained as %+v, want %+v", d.Origin(), old)
			}
			if tc.name != "cursor ahead of the records" {
				wantUnacked(t, d, "1:a", "2:b")
			}
		})
	}
}

func TestADamagedOldEpochIsReportedInTheNewOne(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, options())
	add(t, o, "a", "b", "c", "d")
	closeNow(t, o)
	dead := crashed(t, dir)
	damage(t, dead, func(b []byte) []byte { b[len(b)/4+9] ^= 1; return b[:len(b)-1] })
	edit(t, dead, func(st map[string]any) { st["clean"] = false; st["boot"] = "another" })
	fresh := open(t, dead, options())
	wantUnacked(t, fresh, "1:loss torn 2 0-0")
	dirs, err := outbox.Drainable(filepath.Dir(dead))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("drainable %v (%v)", dirs, err)
	}
	wantUnacked(t, drain(t, dirs[0], fresh), "1:a", "3:c")
	wantUnacked(t, fresh, "1:loss torn 2 0-0")
}

func TestAnEpochThatWasClosedGoesOnAfterAReboot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "main")
	o := open(t, dir, options())
	epoch := add(t, o, "a")[0].Epoch
	closeNow(t, o)
	edit(t, dir, func(st map[string]any) { st["boot"] = "another" })
	if o = open(t, dir, options()); o.Origin() != (wire.Origin{Install: "install", Role: wire.RoleMain, Epoch: epoch, Seq: 1}) {
		t.Fatalf("the outbox goes on as %+v, want epoch %s at 1", o.Origin(), epoch)
	}
}
