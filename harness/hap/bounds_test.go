// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/hap"
)

func TestWhatIsNoPackage(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"nothing":           {nil, "it cannot be opened as a zip archive"},
		"text":              {[]byte("not a hap\n"), "it cannot be opened as a zip archive"},
		"half":              {pack(t, false, file{"module.json", packedModule})[:90], "it cannot be opened as a zip archive"},
		"without a module":  {pack(t, false, file{"a.txt", "b"}), "it has neither a module.json"},
		"an empty .app":     {pack(t, false, file{"pack.info", "{}"}), "it has neither a module.json"},
		"module.json alone": {pack(t, false, file{"entry/module.json", packedModule}), "it has neither a module.json"},
	} {
		_, err := read(t, c.b, hap.Options{})
		var none *hap.NotPackageError
		if !errors.As(err, &none) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var text *hap.TextError
	if _, err := read(t, pack(t, false, file{"module.json", `{"module":`}), hap.Options{}); !errors.As(err, &text) || !strings.Contains(err.Error(), "a.hap: module.json: line 1, column 11") {
		t.Errorf("a broken module.json: %v", err)
	}
}

// A package that was not read whole never counts as one without traces.
func TestWhatIsNotReadWhole(t *testing.T) {
	module := file{"module.json", packedModule}
	bomb := pack(t, false, module, file{"resources/rawfile/zero", strings.Repeat("\x00", 8<<20)})
	if len(bomb) > 64<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	nested := pack(t, false, module)
	for i := range 4 {
		nested = pack(t, false, module, file{fmt.Sprintf("inner%d.hap", i), string(nested)})
	}
	damaged := bytes.Replace(pack(t, true, module, file{"a", "some text"}), []byte("some text"), []byte("same text"), 1)
	method := pack(t, true, module, file{"a", "some text"})
	at := bytes.LastIndex(method, []byte("PK\x01\x02"))
	method[at+10] = 14 // LZMA, of which nothing is read
	for name, c := range map[string]struct {
		b    []byte
		o    hap.Options
		want string
	}{
		"a bomb":              {bomb, hap.Options{MaxBytes: 1 << 20}, "resources/rawfile/zero: its members have more than 1048576 bytes, unpacked"},
		"a bomb inside":       {pack(t, false, module, file{"b.hap", string(bomb)}), hap.Options{MaxBytes: 1 << 20}, "b.hap: resources/rawfile/zero: its members have more"},
		"a packed bomb":       {pack(t, false, module, file{"b.hap", strings.Repeat("\x00", 8<<20)}), hap.Options{MaxBytes: 1 << 20}, "b.hap: its members have more"},
		"packages in another": {nested, hap.Options{}, "packages are inside of each other, more than 3 deep"},
		"no package inside":   {pack(t, false, module, file{"b.hap", "text"}), hap.Options{}, "b.hap: it cannot be opened as a zip archive"},
		"a damaged member":    {damaged, hap.Options{}, "a: it cannot be read: zip: checksum error"},
		"an unknown method":   {method, hap.Options{}, "a: it cannot be read: zip: unsupported compression algorithm"},
		"a long module.json":  {pack(t, false, file{"module.json", strings.Repeat(" ", 4<<20) + packedModule}), hap.Options{}, "module.json: it cannot be read: it has more than 4194304 bytes"},
		"a long profile":      {pack(t, false, module, file{"resources/base/profile/a.json", strings.Repeat(" ", 4<<20+1)}), hap.Options{}, "a.json: it cannot be read: it has more than"},
		"a deep module.json":  {pack(t, false, file{"module.json", strings.Repeat("[", 1<<20)}), hap.Options{}, "stand more than 500 deep"},
	} {
		p, err := read(t, c.b, c.o)
		var incomplete *hap.IncompleteError
		if p != nil || !strings.Contains(fmt.Sprint(err), c.want) || !errors.As(err, &incomplete) && name != "a deep module.json" {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestManyTracesAreCounted(t *testing.T) {
	files := []file{{"module.json", packedModule}}
	for i := range 130 {
		files = append(files, file{fmt.Sprintf("a%d", i), "pushproof"})
	}
	p, err := read(t, pack(t, false, files...), hap.Options{})
	if err != nil || len(p.Traces) != 100 || p.Hidden != 30 {
		t.Errorf("%d traces, %d hidden, %v", len(p.Traces), p.Hidden, err)
	}
}

// Whatever the bytes are: no more is read than is allowed, and a package is
// never called clean that holds the word in a member of this test.
func FuzzRead(f *testing.F) {
	module := file{"module.json", packedModule}
	f.Add([]byte("not a hap\n"))
	f.Add(pack(f, false, module, file{"ets/modules.abc", "libpushproof.so"}))
	f.Add(pack(f, true, module, file{"libs/x86_64/libpushproof.so", ""}, file{"pack.info", "{}"}))
	f.Add(pack(f, false, file{"entry.hap", string(pack(f, false, module))}, file{"resources/base/profile/form_config.json", formConfig}))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		const most = 1 << 20
		p, err := hap.Read(t.Context(), "a.hap", bytes.NewReader(b), int64(len(b)), hap.Options{MaxBytes: most, TempDir: dir})
		if err != nil {
			return
		}
		if p.Bytes > most || len(p.App.Modules) == 0 {
			t.Errorf("%d bytes, %d modules", p.Bytes, len(p.App.Modules))
		}
		for _, found := range hap.Check(&p.App) {
			if found.What == "" || found.File == "" {
				t.Errorf("%+v", found)
			}
		}
	})
}

// FuzzModule holds Check and Lacks together on whatever a module.json5 says:
// where lines are printed for a kind, they are for something that is missing.
func FuzzModule(f *testing.F) {
	f.Add([]byte(complete(f)[module]))
	f.Add([]byte(packedModule))
	f.Add([]byte("{module: {type: 'entry', abilities: [{skills: [{actions: ['action.ohos.push.listener']}]}], proxyData: [{metadata: []}]}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, bundle, err := hap.ParseModule("module.json5", text)
		if err != nil {
			var at *hap.TextError
			if !errors.As(err, &at) {
				t.Errorf("%v", err)
			}
			return
		}
		p := &hap.Project{App: hap.App{Bundle: bundle, Modules: []*hap.Module{m}}, Folders: []string{"entry"}}
		missing := map[string]bool{}
		for _, found := range hap.Check(&p.App) {
			missing[found.ID] = true
		}
		for _, a := range p.Lacks(0, nil) {
			if len(a.Kinds) > 0 {
				t.Errorf("nobody asked for %+v", a)
			}
		}
		for _, a := range p.Lacks(0, []push.Kind{push.KindExtension}) {
			if strings.Contains(strings.Join(a.Lines, ""), "remoteNotification") && !missing["extension.missing"] {
				t.Errorf("the extension is there: %s", text)
			}
		}
	})
}
