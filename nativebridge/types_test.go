// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/nativebridge/bridge"
	"github.com/pushproof/pushproof/nativebridge/napi"
)

// types are the declarations that ArkTS compiles against.
func types(t *testing.T) *declarations {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash("../ohos/pushproof/src/main/cpp/types/libpushproof/Index.d.ts"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := parseDeclarations(string(text))
	if err != nil {
		t.Fatalf("Index.d.ts: %v", err)
	}
	return d
}

// refined says what a declaration says more precisely than the module's table,
// which only knows the kinds of Node-API: by function and parameter, or function
// alone for its result.
var refined = map[string]string{
	"start options":      "StartOptions",
	"setStage stage":     "Stage",
	"deliver via":        "Via",
	"deliver kind":       "Kind",
	"click via":          "Via",
	"extensionAnswer":    "string | undefined",
	"onCommand callback": "(id: number, name: string, args: string) => void",
	"stats":              "Stats",
}

// declared returns the type that a function or a parameter has in TypeScript.
func declared(name string, kind napi.Kind) string {
	if name, ok := refined[name]; ok {
		return name
	}
	return kind.String()
}

// The functions are those of the module's table, in its order.
func TestTypesAreTheTables(t *testing.T) {
	var want, got []string
	used := map[string]bool{}
	for _, f := range functions() {
		params := make([]string, len(f.Params))
		for i, p := range f.Params {
			optional := ""
			if p.Optional {
				optional = "?"
			}
			params[i] = p.Name + optional + ": " + declared(f.Name+" "+p.Name, p.Kind)
			used[f.Name+" "+p.Name] = true
		}
		result := declared(f.Name, f.Result)
		used[f.Name] = true
		if f.Promise {
			result = "Promise<" + result + ">"
		}
		want = append(want, fmt.Sprintf("%s: (%s) => %s", f.Name, strings.Join(params, ", "), result))
	}
	for name := range refined {
		if !used[name] {
			t.Errorf("%q is refined, and there is no such function or parameter", name)
		}
	}
	for _, f := range types(t).functions {
		got = append(got, f.name+": "+f.of.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Index.d.ts (+) and functions.go (-) differ\n%s", diff)
	}
}

// What a JSON, a string or a number is refined to is made of those.
func TestRefinedTypesFitTheTable(t *testing.T) {
	d := types(t)
	for _, f := range functions() {
		fits(t, d, f.Name, f.Result)
		for _, p := range f.Params {
			fits(t, d, f.Name+" "+p.Name, p.Kind)
		}
	}
}

func fits(t *testing.T, d *declarations, name string, kind napi.Kind) {
	t.Helper()
	refinement, ok := refined[name]
	if !ok {
		return
	}
	var made napi.Kind
	switch {
	case d.interfaces[refinement] != nil:
		made = napi.JSON
	case d.unions[refinement] != nil, refinement == "string | undefined":
		made = napi.String
	case strings.Contains(refinement, "=>"):
		made = napi.Function
	}
	if made != kind {
		t.Errorf("%s: %s is %v, and the table says %v", name, refinement, made, kind)
	}
}

func TestUnionsAreTheAgents(t *testing.T) {
	want := map[string][]string{
		"Stage": {"alive", "visible", "focused"},
		"Role":  {string(wire.RoleMain), string(wire.RoleExtension)},
	}
	for _, v := range push.Vias() {
		want["Via"] = append(want["Via"], v.String())
	}
	for _, k := range push.Kinds() {
		want["Kind"] = append(want["Kind"], k.String())
	}
	if diff := cmp.Diff(want, types(t).unions); diff != "" {
		t.Errorf("Index.d.ts (+) and the agent's words (-) differ\n%s", diff)
	}
	b := bridge.New(nil)
	for _, stage := range want["Stage"] {
		if err := b.SetStage(stage); err == nil || strings.Contains(err.Error(), "none of") {
			t.Errorf("the module knows no stage %s: %v", stage, err)
		}
	}
}

func TestInterfacesAreTheStructs(t *testing.T) {
	want := map[string][]string{
		"StartOptions": fields(t, reflect.TypeFor[bridge.Options]()),
		"Device":       fields(t, reflect.TypeFor[wire.Device]()),
		"Stats":        fields(t, reflect.TypeFor[bridge.Stats]()),
	}
	got := map[string][]string{}
	for name, members := range types(t).interfaces {
		for _, m := range members {
			optional := ""
			if m.optional {
				optional = "?"
			}
			got[name] = append(got[name], m.name+optional+": "+m.of.String())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Index.d.ts (+) and the structs (-) differ\n%s", diff)
	}
}

// fields returns a struct's JSON fields as TypeScript has them.
func fields(t *testing.T, of reflect.Type) []string {
	t.Helper()
	var all []string
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		optional := ""
		if options == "omitempty" {
			optional = "?"
		} else if options != "" {
			t.Fatalf("%v.%s: no words for the tag %q", of, f.Name, f.Tag)
		}
		typ := f.Type
		if typ.Kind() == reflect.Pointer {
			// A pointer tells what was left out from its zero value.
			if optional == "" {
				t.Fatalf("%v.%s is a pointer and not optional", of, f.Name)
			}
			typ = typ.Elem()
		}
		var kind string
		switch {
		case typ == reflect.TypeFor[wire.Role]():
			kind = "Role"
		case typ.Kind() == reflect.Struct:
			kind = typ.Name()
		case typ.Kind() == reflect.String:
			kind = "string"
		case typ.Kind() == reflect.Bool:
			kind = "boolean"
		case typ.ConvertibleTo(reflect.TypeFor[float64]()):
			kind = "number"
		default:
			t.Fatalf("%v.%s: no words for a %v", of, f.Name, f.Type)
		}
		all = append(all, name+optional+": "+kind)
	}
	return all
}

func TestCodesAreTheBridges(t *testing.T) {
	want := map[int]string{}
	for code, means := range bridge.Codes() {
		want[int(code)] = means
	}
	if diff := cmp.Diff(want, types(t).codes); diff != "" {
		t.Errorf("Index.d.ts (+) and bridge.Codes (-) differ\n%s", diff)
	}
}

// Every declaration says what it is for, where its name alone does not.
func TestTypesAreReferredTo(t *testing.T) {
	d := types(t)
	text := ""
	for _, f := range d.functions {
		text += " " + f.of.String()
	}
	for _, members := range d.interfaces {
		for _, m := range members {
			text += " " + m.of.String()
		}
	}
	for name := range d.unions {
		if !strings.Contains(text, name) {
			t.Errorf("nothing is a %s", name)
		}
	}
	for name := range d.interfaces {
		if !strings.Contains(text, name) {
			t.Errorf("nothing is a %s", name)
		}
	}
}
