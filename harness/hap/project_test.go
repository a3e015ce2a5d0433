// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hap"
	"github.com/pushproof/pushproof/internal/json5"
)

const (
	formConfig = "{\n  \"forms\": [\n    { \"name\": \"widget\", \"updateEnabled\": true, \"dataProxyEnabled\": true, \"updateDuration\": 0 },\n  ],\n}\n"
	pushTable  = `{"path": "pushmessage/t_push_message", "type": "rdb", "scope": "application"}`
)

// complete is a project that keeps every rule.
func complete(t testing.TB) map[string]string {
	t.Helper()
	module, err := os.ReadFile(filepath.Join("testdata", "module.json5"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"build-profile.json5":               "{ modules: [{ name: 'entry', srcPath: './entry' }] }",
		"AppScope/app.json5":                `{ "app": { "bundleName": "com.example.shop" } }`,
		"entry/src/main/module.json5":       strings.ReplaceAll(string(module), "\r\n", "\n"),
		profiles + "form_config.json":       formConfig,
		profiles + "PushMessage.json":       pushTable,
		profiles + "main_pages.json":        `{"src": ["pages/Index"]}`,
		profiles + "backup/form_config.txt": "of another tool",
	}
}

const profiles = "entry/src/main/resources/base/profile/"

// write puts files below a new folder, and returns that.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func open(t testing.TB, files map[string]string) *hap.Project {
	t.Helper()
	p, err := hap.OpenProject(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProjectsAreFoundByWhatIsNamed(t *testing.T) {
	files := complete(t)
	files["library/src/main/module.json5"] = `{module: {name: 'library', type: 'har', deviceTypes: ['phone']}}`
	files["build-profile.json5"] = "{ modules: [{srcPath: './entry'}, {srcPath: 'library'}, {srcPath: './entry'}] }"
	root := write(t, files)
	for named, want := range map[string][]string{
		"":                            {"entry", "library"},
		"entry":                       {"entry"},
		"library":                     {"library"},
		"entry/src/main/module.json5": {"entry"},
	} {
		p, err := hap.OpenProject(filepath.Join(root, filepath.FromSlash(named)))
		if err != nil {
			t.Errorf("%q: %v", named, err)
			continue
		}
		if diff := cmp.Diff(want, p.Folders); diff != "" || p.Root != root || p.App.Bundle != "com.example.shop" || len(p.App.Modules) != len(want) {
			t.Errorf("%q: root %s, bundle %q, folders (-want +got):\n%s", named, p.Root, p.App.Bundle, diff)
		}
	}
	p, err := hap.OpenProject(root)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := p.Module("library"); err != nil || i != 1 {
		t.Errorf("library is module %d: %v", i, err)
	}
	var none *hap.ModuleError
	if _, err := p.Module("libary"); !errors.As(err, &none) || err.Error() != `the project has no module "libary"; it has entry, library` {
		t.Errorf("%v", err)
	}
	p.App.Modules[0].Type = "feature"
	if _, err := p.Module(""); err == nil || err.Error() != "the project has no module of type entry; name one of entry, library" {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNoProject(t *testing.T) {
	for name, c := range map[string]struct {
		change map[string]string
		want   string
	}{
		"nothing":             {map[string]string{"build-profile.json5": "", "entry/src/main/module.json5": ""}, "build-profile.json5: line 1, column 1: the text ends"},
		"no modules":          {map[string]string{"build-profile.json5": "{app: {}}"}, "it has neither build-profile.json5 with modules, nor src/main/module.json5"},
		"a module elsewhere":  {map[string]string{"build-profile.json5": "{modules: [{srcPath: '../entry'}]}"}, `the srcPath "../entry" in build-profile.json5 is not below it`},
		"a module is missing": {map[string]string{"build-profile.json5": "{modules: [{srcPath: './none'}]}"}, "none/src/main/module.json5 cannot be read: open"},
		"no JSON5":            {map[string]string{"entry/src/main/module.json5": "{\n  module: {\n    name 'entry'"}, "entry/src/main/module.json5: line 3, column 10: a colon is expected"},
		"another file":        {map[string]string{"entry/src/main/module.json5": "{app: {}}"}, `entry/src/main/module.json5: it has no object "module"`},
		"app.json5 is none":   {map[string]string{"AppScope/app.json5": "bundle"}, `AppScope/app.json5: line 1, column 1: "bundle" is no value`},
		"too long":            {map[string]string{"entry/src/main/module.json5": strings.Repeat(" ", 4<<20) + "{}"}, "entry/src/main/module.json5 cannot be read: it has more than 4194304 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			files := complete(t)
			for file, text := range c.change {
				files[file] = text
			}
			_, err := hap.OpenProject(write(t, files))
			var text *hap.TextError
			var project *hap.ProjectError
			if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &text) && !errors.As(err, &project) {
				t.Errorf("%v, want %q", err, c.want)
			}
			var syntax *json5.SyntaxError
			if strings.Contains(c.want, "column") && !errors.As(err, &syntax) {
				t.Errorf("%v is no *json5.SyntaxError", err)
			}
		})
	}
	if _, err := hap.OpenProject(t.TempDir()); err == nil || !strings.Contains(err.Error(), "name the folder of a HarmonyOS project") {
		t.Errorf("an empty folder: %v", err)
	}
}
