// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	phones "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// noCloud is a cloud that nobody asks.
type noCloud struct{}

func (noCloud) IssueToken(context.Context, sim.App, sim.Device) (string, error) {
	return "", errors.New("no cloud")
}
func (noCloud) DropToken(string, sim.Receipt) {}

// simulated is a server of that version with a whole simulated phone.
func simulated(t *testing.T, version string, alter ...func(*phones.Options)) (*hdcd.Server, *phones.Device) {
	t.Helper()
	profile, ok := fixtures.ProfileOf("phone")
	if !ok {
		t.Fatal("there is no profile of a phone")
	}
	o := phones.Options{Profile: profile, Key: first, Clock: clock.New(), Cloud: noCloud{}, Dir: t.TempDir()}
	for _, f := range alter {
		f(&o)
	}
	phone, err := phones.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := hdcd.New(hdcd.Options{Version: version, CloseDelay: -1})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		if err := phone.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	server.Attach(phone)
	return server, phone
}

// write makes a file of the host.
func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	full := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(full, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return full
}

// shop is a package of an app.
func shop(t *testing.T, s *hap.Signature) []byte {
	t.Helper()
	content, err := hap.Build(hap.Profile{
		App: hap.App{BundleName: "com.example.shop", VersionCode: 1, VersionName: "1"},
		Module: hap.Module{Name: "entry", Type: "entry", Abilities: []hap.Ability{{Name: "EntryAbility", Exported: true,
			Skills: []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}}}}},
	}, nil, s)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// The client of this module moves files and apps in both modes, to a whole
// device behind a server of each version.
func TestTheClientAndAWholeDevice(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for mode, files := range map[string]hdc.FileMode{"by the server": hdc.FilesByServer, "by the client": hdc.FilesByClient} {
			t.Run(version+"/"+mode, func(t *testing.T) {
				server, _ := simulated(t, version)
				c := hdc.New(hdc.Options{Addr: server.Addr(), Files: files})
				content := bytes.Repeat([]byte("0123456789abcde\n"), 1<<16)
				const there = "/data/local/tmp/a b ä你.bin"
				sent, err := c.Send(t.Context(), first, write(t, "a b ä你.bin", content), there, hdc.FileOptions{})
				if err != nil || sent.Checked != hdc.SameSum || sent.Bytes != int64(len(content)) {
					t.Fatalf("%+v, %v", sent, err)
				}
				back := filepath.Join(t.TempDir(), "back")
				if _, err := c.Receive(t.Context(), first, there, back, hdc.FileOptions{}); err != nil {
					t.Fatal(err)
				}
				if got, err := os.ReadFile(back); err != nil || !bytes.Equal(got, content) {
					t.Errorf("%d bytes came back, %v", len(got), err)
				}
				if err := c.Install(t.Context(), first, write(t, "shop.hap", shop(t, &hap.Signature{Signer: "team"})), hdc.InstallOptions{}); err != nil {
					t.Fatal(err)
				}
				if got := ask(t, server, first, "shell bm dump -n com.example.shop"); !strings.Contains(got, `"EntryAbility"`) {
					t.Errorf("%s", got)
				}
				var refused *hdc.InstallError
				if err := c.Install(t.Context(), first, write(t, "shop.hap", shop(t, nil)), hdc.InstallOptions{}); !errors.As(err, &refused) || refused.Code != 9568320 {
					t.Errorf("unsigned: %v", err)
				}
				if err := c.Uninstall(t.Context(), first, "com.example.shop", false); err != nil {
					t.Error(err)
				}
				if err := c.Uninstall(t.Context(), first, "com.example.shop", false); !errors.As(err, &refused) || refused.Code != 9568386 {
					t.Errorf("uninstalled twice: %v", err)
				}
				if got := ask(t, server, first, "shell ls /data/local/tmp"); strings.Contains(got, ".hap") {
					t.Errorf("left behind: %s", got)
				}
			})
		}
	}
}

func TestTargetBootRestartsTheDevice(t *testing.T) {
	server, phone := simulated(t, "")
	changed := phone.Changed()
	if got := ask(t, server, first, "target boot"); got != "" {
		t.Errorf("%q", got)
	}
	<-changed
	// The restart ends with the row's return, which nothing else waits for.
	conn := dial(t, server.Addr())
	shake(t, conn, "", 'H')
	for got := ""; !strings.HasPrefix(got, "Wait for connected target is "+first); {
		send(t, conn, "wait")
		buf := make([]byte, 256)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		got = string(buf[4:max(4, n)])
	}
	if got := ask(t, server, first, "shell echo hi"); got != "hi\n" {
		t.Errorf("%q", got)
	}
}

func TestALogStreamEndsWithItsClient(t *testing.T) {
	server, _ := simulated(t, "")
	ask(t, server, first, "shell hilog -b I")
	c := converse(t, server, "hilog -x")
	// The install leaves a line; -x is dropped, so the stream goes on.
	if err := hdc.New(hdc.Options{Addr: server.Addr()}).Install(t.Context(), first, write(t, "shop.hap", shop(t, &hap.Signature{})), hdc.InstallOptions{}); err != nil {
		t.Fatal(err)
	}
	for got := ""; !strings.Contains(got, "installed com.example.shop"); {
		got += string(c.frame())
	}
	if err := c.conn.Close(); err != nil {
		t.Error(err)
	}
}
