// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"archive/tar"
	"bytes"
	"path/filepath"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestSeveralPackagesAreInstalledInTurn(t *testing.T) {
	server, held := storingServer(t, hdcd.None)
	c := converse(t, server, `install remote -cwd "/w/" -r a.hap b.hsp`)
	if got := c.get(appInit); got != "-cwd \"/w/\" -r a.hap b.hsp\x00" {
		t.Errorf("%q", got)
	}
	c.put(12, "")
	for _, name := range []string{"012345678.hap", "abcdef012.hap"} {
		c.put(appCheck, announce("", name, 3)+"\x22\x02-r")
		c.get(appBegin)
		c.put(appData, chunk(0, "hap"))
		if got := c.get(appFinish); got != "\x01\x00install bundle successfully. " {
			t.Errorf("%q", got)
		}
		if _, there := held.content("/data/local/tmp/" + name); there {
			t.Errorf("%s was left behind", name)
		}
	}
	c.put(2, "\x01")
	if got := c.rest(); got != "" {
		t.Errorf("%q", got)
	}
	want := "[Info]App install path:/data/work/app.hap msg:install bundle successfully. \r\n"
	if got := ask(t, server, first, `install -cwd "/data/work/" -r app.hap hello.txt app.hap`); got != want+want+"AppMod finish\r\n" {
		t.Errorf("%q", got)
	}
}

// archived is a tar archive of those files.
func archived(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAFolderOfPackagesIsInstalled(t *testing.T) {
	hapFile := shop(t, &hap.Signature{Signer: "team"})
	t.Run("by the client", func(t *testing.T) {
		for name, test := range map[string]struct{ content, want string }{
			"packages": {archived(t, map[string][]byte{"./a/../shop.hap": hapFile}), "\x01\x00install bundle successfully. "},
			"empty":    {archived(t, nil), "\x01\x00error: failed to install bundle. code:9568344 error: install parse profile prop check error. "},
			"nonsense": {"no archive", "\x01\x00error: failed to install bundle. code:9568344 error: install parse profile prop check error. "},
		} {
			t.Run(name, func(t *testing.T) {
				server, _ := simulated(t, "")
				c := converse(t, server, `install remote -cwd "/w/" app`)
				c.get(appInit)
				c.put(appCheck, announce("", "012345678.tar", len(test.content)))
				c.get(appBegin)
				c.put(appData, chunk(0, test.content))
				if got := c.get(appFinish); got != test.want {
					t.Errorf("%q, want %q", got, test.want)
				}
				if got := ask(t, server, first, "shell ls /data/local/tmp"); got != "" {
					t.Errorf("left behind: %q", got)
				}
			})
		}
	})
	t.Run("by the server", func(t *testing.T) {
		server, _ := simulated(t, "")
		folder := filepath.Dir(write(t, "shop.hap", hapFile))
		want := "[Info]App install path:" + folder + " msg:install bundle successfully. \r\nAppMod finish\r\n"
		if got := ask(t, server, first, `install "`+folder+`"`); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := ask(t, server, first, "shell ls /data/local/tmp"); got != "" {
			t.Errorf("left behind: %q", got)
		}
	})
}
