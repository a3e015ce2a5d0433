// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hap"
)

const packedModule = `{"app":{"bundleName":"com.example.shop","debug":true},"module":{"name":"entry","type":"entry","deviceTypes":["phone"],"abilities":[{"name":"EntryAbility","exported":true,"skills":[{"entities":["entity.system.home"],"actions":["ohos.want.action.home"]},{"actions":["action.ohos.push.listener"],"uris":[]}]}]}}`

// file is a member of a package.
type file struct{ name, text string }

// pack makes a package, with packed members or stored ones.
func pack(t testing.TB, stored bool, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if stored {
			header.Method = zip.Store
		}
		member, err := w.CreateHeader(header)
		if err == nil {
			_, err = io.WriteString(member, f.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, b []byte, o hap.Options) (*hap.Package, error) {
	if o.TempDir == "" {
		o.TempDir = t.TempDir()
	}
	p, err := hap.Read(t.Context(), "a.hap", bytes.NewReader(b), int64(len(b)), o)
	if left, e := os.ReadDir(o.TempDir); e != nil || len(left) > 0 {
		t.Errorf("files are left behind: %v %v", left, e)
	}
	return p, err
}

func utf16(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

func TestTraces(t *testing.T) {
	for name, c := range map[string]struct {
		files []file
		want  []hap.Trace
	}{
		"none":                             {[]file{{"ets/modules.abc", "PANDA\x00push proof"}, {"libs/arm64-v8a/libentry.so", "push\x00proof"}}, nil},
		"the library":                      {[]file{{"libs/arm64-v8a/libpushproof.so", "elf"}}, []hap.Trace{{Member: "libs/arm64-v8a/libpushproof.so", Works: true}}},
		"another name":                     {[]file{{"libs/x86_64/libeyes.so", "\x7fELF go path github.com/pushproof/pushproof/agent\x00"}}, []hap.Trace{{Member: "libs/x86_64/libeyes.so", Text: "github.com/pushproof/pushproof/agent", Count: 2, Works: true}}},
		"the context":                      {[]file{{"pkgContextInfo.json", `{"pushproof":{"packageName":"pushproof"}}`}}, []hap.Trace{{Member: "pkgContextInfo.json", Text: "pushproof", Count: 2}}},
		"the code":                         {[]file{{"ets/modules.abc", "PANDA\x00@normalized:Y&&&libpushproof.so&\x00"}}, []hap.Trace{{Member: "ets/modules.abc", Text: "@normalized:Y&&&libpushproof.so&", Count: 1, Works: true}}},
		"the code of a facade":             {[]file{{"ets/modules.abc", "&pushproof/Index&\x00Pushproof\x00"}, {"pkgContextInfo.json", `{"libpushproof.so":{}}`}}, []hap.Trace{{Member: "ets/modules.abc", Text: "&pushproof/Index&", Count: 2}, {Member: "pkgContextInfo.json", Text: "libpushproof.so", Count: 1}}},
		"what works, behind what does not": {[]file{{"ets/modules.abc", "Pushproof\x00libpushproof.so\x00Pushproof"}}, []hap.Trace{{Member: "ets/modules.abc", Text: "libpushproof.so", Count: 3, Works: true}}},
		"capitals":                         {[]file{{"ets/modules.abc", "\x01PushProof\x02"}}, []hap.Trace{{Member: "ets/modules.abc", Text: "PushProof", Count: 1}}},
		"UTF-16":                           {[]file{{"resources.index", "\xff\xff" + utf16("a Pushproof/b c") + "\x01"}}, []hap.Trace{{Member: "resources.index", Text: "Pushproof/b", Count: 1}}},
		"a resource":                       {[]file{{"resources/rawfile/pushproof/hub.json", "{}"}}, []hap.Trace{{Member: "resources/rawfile/pushproof/hub.json"}}},
		"at a chunk's end":                 {[]file{{"ets/modules.abc", strings.Repeat("\x00", 64<<10-4) + "pushproof" + strings.Repeat("\x00", 1<<20) + "pushproof"}}, []hap.Trace{{Member: "ets/modules.abc", Text: "pushproof", Count: 2}}},
		"several members":                  {[]file{{"a", "pushproof"}, {"b", ""}, {"c", "pushproof"}}, []hap.Trace{{Member: "a", Text: "pushproof", Count: 1}, {Member: "c", Text: "pushproof", Count: 1}}},
	} {
		for _, stored := range []bool{false, true} {
			p, err := read(t, pack(t, stored, append([]file{{"module.json", packedModule}}, c.files...)...), hap.Options{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(c.want, p.Traces); diff != "" || p.Absent() != (c.want == nil) || p.Hidden != 0 || p.Idle() == strings.Contains(fmt.Sprint(c.want), "true") {
				t.Errorf("%s, stored %v, %d hidden (-want +got):\n%s", name, stored, p.Hidden, diff)
			}
			if p.App.Bundle != "com.example.shop" || !p.Debug || p.Members != 1+len(c.files) {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// Where the word begins does not matter to what is found: each place around the
// bounds of what is read at once is tried, less than the word apart.
func TestTheWordIsFoundWhereverItStands(t *testing.T) {
	for _, bundle := range []string{"com.example.shop", "com.example.pushproof"} {
		for offset := 63 << 10; offset < 66<<10; offset += len(hap.Name) - 2 {
			text := strings.Repeat("\x00", offset) + bundle + "\x00libPushproof.so" + strings.Repeat("\x00", 1<<10)
			b := pack(t, true, file{"module.json", strings.Replace(packedModule, "com.example.shop", bundle, 1)}, file{"a", text})
			p, err := hap.Read(t.Context(), "a.hap", bytes.NewReader(b), int64(len(b)), hap.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Traces) != 1 || p.Traces[0].Count != 1 || p.Traces[0].Text != "libPushproof.so" {
				t.Fatalf("%s at %d: %+v", bundle, offset, p.Traces)
			}
		}
	}
}

// The demo app is called com.example.pushproof, and that alone is no trace.
func TestTheBundlesOwnNameIsNoTrace(t *testing.T) {
	module := strings.Replace(packedModule, "com.example.shop", "com.example.Pushproof", 1)
	own := file{"resources.index", "\x00com.example.pushproof\x00" + utf16("com.example.Pushproof") + "com.example.pushproof/entry"}
	p, err := read(t, pack(t, false, file{"module.json", module}, own), hap.Options{})
	if err != nil || !p.Absent() {
		t.Errorf("%+v, %v", p, err)
	}
	p, err = read(t, pack(t, false, file{"module.json", module}, file{"ets/modules.abc", "com.example.pushproof&&&libpushproof.so"}), hap.Options{})
	if err != nil || len(p.Traces) != 1 || p.Traces[0].Count != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	// A name that is no more than the word would hide everything.
	p, err = read(t, pack(t, false, file{"module.json", strings.Replace(packedModule, "com.example.shop", "pushproof", 1)}, file{"a", "libpushproof.so"}), hap.Options{})
	if err != nil || len(p.Traces) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestAnAppHasPackagesInside(t *testing.T) {
	table := file{"resources/base/profile/PushMessage.json", pushTable}
	for _, stored := range []bool{false, true} {
		inner := string(pack(t, stored, file{"module.json", packedModule}, table, file{"libs/arm64-v8a/libpushproof.so", "elf"}))
		library := string(pack(t, stored, file{"module.json", `{"app":{"bundleName":"com.example.shop"},"module":{"name":"library","type":"shared","deviceTypes":["phone"]}}`}, file{"ets/modules.abc", "x pushproof/Index y"}))
		p, err := read(t, pack(t, stored, file{"pack.info", `{"summary":{"app":{"bundleName":"com.example.shop"}}}`}, file{"entry-default.hap", inner}, file{"library.hsp", library}), hap.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := []hap.Trace{{Member: "entry-default.hap: libs/arm64-v8a/libpushproof.so", Works: true}, {Member: "library.hsp: ets/modules.abc", Text: "pushproof/Index", Count: 1}}
		if diff := cmp.Diff(want, p.Traces); diff != "" {
			t.Errorf("stored %v (-want +got):\n%s", stored, diff)
		}
		if p.App.Bundle != "com.example.shop" || len(p.App.Modules) != 2 || p.App.Modules[0].File != "a.hap: entry-default.hap: module.json" || p.App.Modules[0].Profiles["PushMessage"].Value == nil {
			t.Errorf("modules %+v of %s", p.App.Modules, p.App.Bundle)
		}
	}
}

// A HAP's own texts keep the rules that a project's keep.
func TestRulesForAPackage(t *testing.T) {
	module := strings.Replace(packedModule, `"uris":[]`, `"uris":[{"scheme":"a"}]`, 1)
	p, err := read(t, pack(t, false, file{"module.json", module}), hap.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range hap.Check(&p.App) {
		got = append(got, f.Place()+" "+f.ID)
	}
	want := []string{"a.hap: module.json listener.uris", "a.hap: module.json extension.missing", "a.hap: module.json form.missing", "a.hap: module.json proxydata.missing"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOpenReadsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entry.hap")
	if err := os.WriteFile(path, pack(t, false, file{"module.json", packedModule}), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := hap.Open(t.Context(), path, hap.Options{}); err != nil || p.File != path || !p.Absent() {
		t.Errorf("%+v, %v", p, err)
	}
	for name, want := range map[string]string{path + "x": "it cannot be opened: no such file", filepath.Dir(path): "it is no file"} {
		var none *hap.NotPackageError
		if _, err := hap.Open(t.Context(), name, hap.Options{}); !errors.As(err, &none) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := hap.Open(ctx, path, hap.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
