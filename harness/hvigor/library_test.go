// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hap"
	"github.com/pushproof/pushproof/harness/hvigor"
)

const entryModule = "{ module: { name: 'entry', type: 'entry', deviceTypes: ['phone'] } }"

// project writes files below a new folder, and opens the project in dir of it.
func project(t *testing.T, dir string, files map[string]string) (root string, p *hap.Project) {
	t.Helper()
	root = tree(t)
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := hap.OpenProject(filepath.Join(root, dir))
	if err != nil {
		t.Fatal(err)
	}
	return root, p
}

func TestWhereAProjectHasPushproofFrom(t *testing.T) {
	const goMod = "module github.com/pushproof/pushproof\n\ngo 1.26\n"
	one := "{ modules: [{ srcPath: './entry' }] }"
	for name, c := range map[string]struct {
		files map[string]string
		want  hvigor.Library
	}{
		"nowhere": {map[string]string{"ohos/build-profile.json5": one}, hvigor.Library{}},
		"a module of the project": {map[string]string{
			"ohos/build-profile.json5": "{ modules: [{ srcPath: './entry' }, { srcPath: './eyes' }] }", "ohos/eyes/src/main/module.json5": "{ module: { name: 'pushproof', type: 'har' } }",
			"go.mod": goMod, "nativebridge/build/main.go": "package main\n",
		}, hvigor.Library{HAR: "ohos/eyes", Clone: "."}},
		"a folder elsewhere": {map[string]string{
			"ohos/build-profile.json5": one, "ohos/entry/oh-package.json5": "{ dependencies: { pushproof: 'file:../../pp/ohos/pushproof' } }",
			"pp/go.mod": goMod, "pp/nativebridge/build/main.go": "package main\n",
		}, hvigor.Library{HAR: "pp/ohos/pushproof", Clone: "pp"}},
		"a file": {map[string]string{"ohos/build-profile.json5": one, "ohos/oh-package.json5": "{ devDependencies: { 'pushproof': 'file:./libs/pushproof.har' } }"}, hvigor.Library{HAR: "ohos/libs/pushproof.har"}},
		"another module of Go": {map[string]string{
			"ohos/build-profile.json5": one, "ohos/oh-package.json5": "{ dependencies: { pushproof: 'file:./pushproof' } }",
			"go.mod": "module example.com/github.com/pushproof/pushproof\n", "nativebridge/build/main.go": "package main\n",
		}, hvigor.Library{HAR: "ohos/pushproof"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.files["ohos/entry/src/main/module.json5"] = entryModule
			root, p := project(t, "ohos", c.files)
			got, err := hvigor.FindLibrary(p, 0)
			for _, path := range []*string{&c.want.HAR, &c.want.Clone} {
				if *path != "" {
					*path = filepath.Join(root, filepath.FromSlash(*path))
				}
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" || got.Packed() != (name == "a file") {
				t.Errorf("%v, packed %v (-want +got):\n%s", err, got.Packed(), diff)
			}
		})
	}
	_, p := project(t, "", map[string]string{"build-profile.json5": one, "entry/src/main/module.json5": entryModule, "oh-package.json5": "{"})
	if _, err := hvigor.FindLibrary(p, 0); err == nil || err.Error() != "oh-package.json5: line 1, column 2: the text ends inside of an object" {
		t.Errorf("%v", err)
	}
}

func TestTheNativeModuleIsPutIntoTheHAR(t *testing.T) {
	root := tree(t, "nativebridge/out/arm64-v8a/libpushproof.so", "nativebridge/out/node/pushproof.node", "ohos/pushproof/")
	library := hvigor.Library{HAR: filepath.Join(root, "ohos", "pushproof"), Clone: root}
	if has := library.Has(); len(has) > 0 {
		t.Errorf("an empty HAR has %q", has)
	}
	for range 2 { // the second time over what is there
		got, err := library.Place()
		if diff := cmp.Diff([]string{"arm64-v8a"}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	if diff := cmp.Diff([]string{"arm64-v8a"}, library.Has()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	entries, err := os.ReadDir(filepath.Join(library.HAR, "libs", "arm64-v8a"))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v %v", entries, err)
	}
	if step := library.Step(); step.Dir != root || step.String() != "go run ./nativebridge/build --abi arm64-v8a,x86_64" {
		t.Errorf("%+v", step)
	}
}

func TestTargets(t *testing.T) {
	files := map[string]string{"entry/src/main/module.json5": entryModule}
	for text, want := range map[string][]string{
		"":                         {"default"},
		"{ apiType: 'stageMode' }": {"default"},
		"{ targets: [{name: 'default'}, {name: 'debug'}, {}] }": {"default", "debug"},
	} {
		if delete(files, "entry/build-profile.json5"); text != "" {
			files["entry/build-profile.json5"] = text
		}
		_, p := project(t, "entry", files)
		got, err := hvigor.Targets(p, 0)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
}
