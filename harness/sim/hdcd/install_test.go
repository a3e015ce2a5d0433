// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd_test

import (
	"archive/tar"
	"bytes"
	"path/filepath"
	"strings"
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
}

// A server's own command for several packages takes each once, the last one
// first, and says of the second only what is longer than it said before.
func TestSeveralPackagesOfTheServersMachine(t *testing.T) {
	for version, want := range map[string]string{
		"2.0.0a": "[Info]App install path:/data/work/b.hsp, queuesize:1, msg:install bundle successfully. \r\n" +
			"[Info]App install path:/data/work/app.hap, queuesize:0, msg:install bundle successfully. \r\nAppMod finish\r\n",
		"3.2.0f": "[Info]App install path:/data/work/b.hsp msg:install bundle successfully. \r\n" +
			"[Info]App install path:/data/work/app.hap msg:\r\nAppMod finish\r\n",
	} {
		t.Run(version, func(t *testing.T) {
			server, _ := storingServer(t, hdcd.None, func(o *hdcd.Options) {
				host := recordedHost()
				host.files["data/work/b.hsp"] = host.files["data/work/app.hap"]
				o.Version, o.Host = version, host
			})
			if got := ask(t, server, first, `install -cwd "/data/work/" -r app.hap hello.txt b.hsp app.hap`); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// archived is an archive of those files, as hdc makes one: nothing is behind
// the last file.
func archived(t testing.TB, files map[string][]byte) string {
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
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAFolderOfPackagesIsInstalled(t *testing.T) {
	hapFile := shop(t, &hap.Signature{Signer: "team"})
	const nothing = "\x01\x00error: failed to install bundle. code:9568344 error: install parse profile prop check error. "
	zeros := string(make([]byte, 1024))
	for name, test := range map[string]struct{ content, want string }{
		"packages":             {archived(t, map[string][]byte{"shop.hap": hapFile}), "\x01\x00install bundle successfully. "},
		"a name that leaves":   {archived(t, map[string][]byte{"../../shop.hap": hapFile}), nothing},
		"an absolute name":     {archived(t, map[string][]byte{"/data/local/tmp/shop.hap": hapFile}), nothing},
		"no archive":           {"no archive", nothing},
		"cut":                  {archived(t, map[string][]byte{"shop.hap": make([]byte, 4096)})[:1024], strings.ReplaceAll(strings.ReplaceAll(nothing, "9568344", "9568320"), "install parse profile prop check error", "no signature file")},
		"zeros behind the end": {archived(t, map[string][]byte{"shop.hap": hapFile}) + zeros, ""},
		"zeros only":           {zeros, ""},
	} {
		t.Run("by the client/"+name, func(t *testing.T) {
			server, _ := simulated(t, "")
			c := converse(t, server, `install remote -cwd "/w/" app`)
			c.get(appInit)
			c.put(appCheck, announce("", "012345678.tar", len(test.content)))
			c.get(appBegin)
			c.put(appData, chunk(0, test.content))
			if test.want == "" {
				if got := c.rest(); got != "" || !offline(t, server) {
					t.Errorf("%q; hdcd is to end by it", got)
				}
				return
			}
			if got := c.get(appFinish); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if got := ask(t, server, first, "shell ls /data/local/tmp"); got != "" {
				t.Errorf("left behind: %q", got)
			}
		})
	}
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
