// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestSchemaAndTypesAreTheSame(t *testing.T) {
	s := loadSchema(t)
	var listed []string
	for _, alternative := range s.root["oneOf"].([]any) {
		listed = append(listed, strings.TrimPrefix(alternative.(map[string]any)["$ref"].(string), "#/$defs/"))
	}
	var types []string
	for _, kind := range wire.Types() {
		types = append(types, string(kind))
	}
	if diff := cmp.Diff(types, listed); diff != "" {
		t.Fatalf("types of frames (-Go +schema):\n%s", diff)
	}
	for _, kind := range wire.Types() {
		frame, err := wire.New(kind)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(string(kind), func(t *testing.T) {
			def := s.def(string(kind))
			if got := def["properties"].(map[string]any)["type"]; !cmp.Equal(got, any(map[string]any{"const": string(kind)})) {
				t.Errorf("its type is %v", got)
			}
			s.compare(t, string(kind), def, reflect.TypeOf(frame).Elem(), "type")
		})
	}
}

// enums are the types that are written as one of a few texts.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[push.Kind](): texts(push.Kinds()),
	reflect.TypeFor[push.Via]():  texts(push.Vias()),
	reflect.TypeFor[wire.Role](): {string(wire.RoleMain), string(wire.RoleExtension)},
}

func texts[T fmt.Stringer](all []T) []string {
	var names []string
	for _, one := range all {
		names = append(names, one.String())
	}
	return names
}

// compare holds a part of the schema against a Go type; more are the members
// that Go writes beside the type's fields.
func (s schema) compare(t *testing.T, path string, node map[string]any, typ reflect.Type, more ...string) {
	t.Helper()
	node = s.resolve(node)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if names, ok := enums[typ]; ok {
		if diff := cmp.Diff(names, textsOf(node["enum"])); diff != "" {
			t.Errorf("%s: texts (-Go +schema):\n%s", path, diff)
		}
		return
	}
	if want := schemaType(typ); node["type"] != want {
		t.Errorf("%s: type is %v in the schema, %v in Go", path, node["type"], want)
		return
	}
	switch {
	case typ == reflect.TypeFor[time.Time]():
		if node["format"] != "date-time" {
			t.Errorf("%s: format is %v, want date-time", path, node["format"])
		}
	case typ == reflect.TypeFor[json.RawMessage]():
	case typ.Kind() == reflect.Uint64:
		if fmt.Sprint(node["minimum"]) != "0" && fmt.Sprint(node["minimum"]) != "1" {
			t.Errorf("%s: minimum is %v of an unsigned number", path, node["minimum"])
		}
	case typ.Kind() == reflect.Slice:
		s.compare(t, path+"[]", node["items"].(map[string]any), typ.Elem())
	case typ.Kind() == reflect.Struct:
		s.compareFields(t, path, node, typ, more)
	}
}

func (s schema) compareFields(t *testing.T, path string, node map[string]any, typ reflect.Type, more []string) {
	t.Helper()
	properties := node["properties"].(map[string]any)
	names, required := slices.Clone(more), slices.Clone(more)
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || !field.IsExported() {
			t.Errorf("%s: field %s of %v has no name in JSON", path, field.Name, typ)
			continue
		}
		names = append(names, name)
		if options == "" {
			required = append(required, name)
		}
		if property, ok := properties[name].(map[string]any); ok {
			s.compare(t, path+"."+name, property, field.Type)
		}
	}
	var described []string
	for name := range properties {
		described = append(described, name)
	}
	slices.Sort(names)
	slices.Sort(described)
	if diff := cmp.Diff(names, described); diff != "" {
		t.Errorf("%s: members (-Go +schema):\n%s", path, diff)
	}
	if diff := cmp.Diff(required, textsOf(node["required"])); diff != "" {
		t.Errorf("%s: required members (-Go +schema):\n%s", path, diff)
	}
}

// schemaType returns the "type" of what Go writes for typ, nil for any.
func schemaType(typ reflect.Type) any {
	if typ == reflect.TypeFor[time.Time]() {
		return "string"
	}
	if typ == reflect.TypeFor[json.RawMessage]() {
		return nil
	}
	switch typ.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "integer"
	case reflect.Slice:
		return "array"
	case reflect.Struct:
		return "object"
	}
	return "a Go type that this test does not know: " + typ.String()
}

func textsOf(list any) []string {
	var all []string
	for _, one := range list.([]any) {
		all = append(all, one.(string))
	}
	return all
}
