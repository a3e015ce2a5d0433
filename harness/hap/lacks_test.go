// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hap"
)

// insert does what a person is told to: each addition's lines go behind the
// opening bracket, which ends its line in these projects.
func insert(t *testing.T, files map[string]string, all []hap.Addition) {
	t.Helper()
	// From the end, so that the lines above keep their numbers.
	slices.SortStableFunc(all, func(a, b hap.Addition) int { return b.Line - a.Line })
	for _, a := range all {
		text := strings.Join(a.Lines, "\n") + "\n"
		if a.New {
			if _, there := files[a.File]; there || a.Line != 0 || a.Into != "" {
				t.Errorf("%s is called new: %+v", a.File, a)
			}
			files[a.File] = text
			continue
		}
		lines := strings.SplitAfter(files[a.File], "\n")
		if a.Line < 1 || !strings.HasSuffix(strings.TrimSpace(lines[a.Line-1]), "{") && !strings.HasSuffix(strings.TrimSpace(lines[a.Line-1]), "[") {
			t.Fatalf("%s:%d is no place for %s: %q", a.File, a.Line, text, lines[a.Line-1])
		}
		files[a.File] = strings.Join(slices.Insert(lines, a.Line, text), "")
	}
}

const bareModule = "{\n  \"module\": {\n    \"name\": \"entry\",\n    \"type\": \"entry\",\n    \"deviceTypes\": [\"phone\"],\n    REST\n  },\n}\n"

// Whatever a project declares: with the lines that it lacks it breaks no rule,
// and lacks nothing.
func TestWithWhatItLacksAProjectIsComplete(t *testing.T) {
	entry := "\"abilities\": [\n{\n\"name\": \"EntryAbility\",\n\"exported\": true,\nSKILLS\n},\n],"
	for name, rest := range map[string]string{
		"nothing":                       "",
		"empty lists":                   "\"abilities\": [\n],\n\"extensionAbilities\": [\n],\n\"proxyData\": [\n],\n\"requestPermissions\": [\n],",
		"a home ability":                strings.Replace(entry, "SKILLS", "\"skills\": [\n{ \"entities\": [\"entity.system.home\"], \"actions\": [\"ohos.want.action.home\"] },\n],", 1),
		"an ability without skills":     strings.Replace(entry, "SKILLS", "", 1),
		"an ability with an empty list": strings.Replace(entry, "SKILLS", "\"skills\": [\n],", 1),
		"another permission":            "\"requestPermissions\": [\n{ \"name\": \"ohos.permission.CAMERA\" },\n],",
		"a card":                        "\"extensionAbilities\": [\n{ \"name\": \"Card\", \"type\": \"form\", \"metadata\": [{ \"name\": \"ohos.extension.form\", \"resource\": \"$profile:form_config\" }] },\n],",
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				"build-profile.json5": "{ modules: [{ srcPath: './entry' }] }",
				"AppScope/app.json5":  `{ "app": { "bundleName": "com.example.shop" } }`,
				module:                strings.Replace(bareModule, "REST", rest, 1),
			}
			if name == "a card" {
				files[profiles+"form_config.json"] = "{\n\"forms\": [\n{\n\"name\": \"widget\"\n},\n],\n}\n"
			}
			p := open(t, files)
			all := p.Lacks(0, push.Kinds())
			insert(t, files, all)
			done := open(t, files)
			for _, f := range hap.Check(&done.App) {
				t.Errorf("%s: %s: %s", f.Place(), f.ID, f.What)
			}
			if left := done.Lacks(0, push.Kinds()); len(left) > 0 {
				t.Errorf("it still lacks %+v", left)
			}
			if t.Failed() {
				t.Log(files[module])
			}
		})
	}
	if all := open(t, complete(t)).Lacks(0, push.Kinds()); len(all) > 0 {
		t.Errorf("a complete project lacks %+v", all)
	}
}

// Lines for other kinds than those that are asked for are not printed.
func TestLinesAreForTheKindsThatAreAsked(t *testing.T) {
	files := map[string]string{
		"build-profile.json5": "{ modules: [{ srcPath: './entry' }] }",
		module:                strings.Replace(bareModule, "REST", "", 1),
	}
	p := open(t, files)
	for kinds, want := range map[string]string{
		"":           "requestPermissions",
		"alert":      "abilities requestPermissions",
		"form":       "extensionAbilities NEW requestPermissions",
		"background": "abilities proxyData NEW requestPermissions",
		"voip":       "abilities requestPermissions",
		"extension":  "abilities extensionAbilities requestPermissions",
	} {
		var asked []push.Kind
		for name := range strings.FieldsSeq(kinds) {
			k, err := push.ParseKind(name)
			if err != nil {
				t.Fatal(err)
			}
			asked = append(asked, k)
		}
		var got []string
		for _, a := range p.Lacks(0, asked) {
			if a.New {
				got = append(got, "NEW")
				continue
			}
			array, _, _ := strings.Cut(strings.TrimPrefix(a.Lines[0], `"`), `"`)
			got = append(got, array)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", kinds, diff)
		}
	}
}

// What loses pushes and can be added is what init adds: each gap of the table is
// filled.
func TestEachGapIsFilled(t *testing.T) {
	for _, row := range fixtures.ModuleRules() {
		if row.Level != fixtures.LevelGap {
			continue
		}
		filled := false
		for _, c := range mistakes {
			if c.rule != row.ID {
				continue
			}
			files := complete(t)
			c.change.apply(t, files)
			filled = filled || len(open(t, files).Lacks(0, row.Kinds)) > 0
		}
		if !filled {
			t.Errorf("no lines are printed for %s", row.ID)
		}
	}
}

// The demo app declares what it shows to others.
func TestTheDemoApp(t *testing.T) {
	p, err := hap.OpenProject(filepath.Join("..", "..", "ohos"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range hap.Check(&p.App) {
		t.Errorf("%s: %s: %s", f.Place(), f.ID, f.What)
	}
	i, err := p.Module("")
	if err != nil {
		t.Fatal(err)
	}
	if all := p.Lacks(i, push.Kinds()); len(all) > 0 {
		t.Errorf("it lacks %+v", all)
	}
	if got := p.App.Modules[i].DeviceTypes; !cmp.Equal(got, fixtures.DeviceTypes(), cmpopts.SortSlices(strings.Compare)) {
		t.Errorf("it is for %q, and Push Kit for %q", got, fixtures.DeviceTypes())
	}
}
