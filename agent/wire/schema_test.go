// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// schema is docs/schemas/wire.schema.json: compiled, and as it stands.
type schema struct {
	compiled *jsonschema.Schema
	root     map[string]any
}

func loadSchema(t *testing.T) schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "schemas", "wire.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	root := doc.(map[string]any)
	id := root["$id"].(string)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(id, doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return schema{compiled, root}
}

// def returns the definition of that name.
func (s schema) def(name string) map[string]any {
	def, _ := s.root["$defs"].(map[string]any)[name].(map[string]any)
	return def
}

// resolve follows references; what stands beside one only narrows it.
func (s schema) resolve(node map[string]any) map[string]any {
	for {
		ref, ok := node["$ref"].(string)
		if !ok {
			return node
		}
		node = s.def(strings.TrimPrefix(ref, "#/$defs/"))
	}
}

// object returns an encoded example as the validator wants it.
func object(t *testing.T, frame wire.Frame) map[string]any {
	t.Helper()
	text, err := wire.Encode(frame)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return value.(map[string]any)
}

func TestSchemaTakesEveryFrame(t *testing.T) {
	s := loadSchema(t)
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			frame := object(t, e.frame)
			if err := s.compiled.Validate(frame); err != nil {
				t.Error(err)
			}
			frame["later"] = "a field of a newer version"
			if err := s.compiled.Validate(frame); err != nil {
				t.Errorf("an unknown field: %v", err)
			}
		})
	}
}

func TestSchemaRefusesWhatIsNoFrame(t *testing.T) {
	s := loadSchema(t)
	for _, e := range examples() {
		def := s.def(string(e.frame.FrameType()))
		frame := object(t, e.frame)
		for name, value := range frame {
			t.Run(e.name+"/"+name, func(t *testing.T) {
				defer func() { frame[name] = value }()
				property := s.resolve(def["properties"].(map[string]any)[name].(map[string]any))
				if _, typed := property["type"]; typed || property["enum"] != nil || property["const"] != nil {
					frame[name] = map[string]any{}
					if s.compiled.Validate(frame) == nil {
						t.Error("taken with an empty object in its place")
					}
				}
				delete(frame, name)
				if err := s.compiled.Validate(frame); slices.Contains(def["required"].([]any), any(name)) == (err == nil) {
					t.Errorf("validated without it: %v", err)
				}
			})
		}
	}
	whole := slices.IndexFunc(examples(), func(e example) bool { return e.name == "arrival" })
	arrival := func(alter func(frame map[string]any)) map[string]any {
		frame := object(t, examples()[whole].frame)
		alter(frame)
		return frame
	}
	for name, value := range map[string]any{
		"an unknown type": map[string]any{"type": "sms"},
		"a text":          "ack",
		"null":            nil,
		"a record with seq 0": arrival(func(f map[string]any) {
			f["origin"].(map[string]any)["seq"] = json.Number("0")
		}),
		"a record of no install": arrival(func(f map[string]any) { f["origin"].(map[string]any)["install"] = "" }),
		"an unknown kind":        arrival(func(f map[string]any) { f["kind"] = "sms" }),
		"a time that is none":    arrival(func(f map[string]any) { f["receivedAt"] = "yesterday" }),
	} {
		t.Run(name, func(t *testing.T) {
			if s.compiled.Validate(value) == nil {
				t.Error("taken")
			}
		})
	}
}

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

// The schema's texts name the commands, the codes, the limit and the version.
func TestSchemaNamesWhatTheConstantsSay(t *testing.T) {
	s := loadSchema(t)
	if got := s.root["$id"]; got != fmt.Sprintf("urn:pushproof:wire:%d", wire.Version) {
		t.Errorf("$id = %v", got)
	}
	if got := s.root["description"].(string); !strings.Contains(got, strconv.Itoa(wire.MaxFrame)+" bytes") {
		t.Errorf("the limit of %d bytes is not in: %s", wire.MaxFrame, got)
	}
	describe := func(def, property string) string {
		return s.def(def)["properties"].(map[string]any)[property].(map[string]any)["description"].(string)
	}
	commands := describe("command", "name")
	codes := describe("error", "code") + describe("failure", "code")
	found := 0
	for name, value := range constants(t) {
		var text string
		switch {
		case strings.HasPrefix(name, "Cmd"):
			text = commands
		case strings.HasPrefix(name, "Code"):
			text = codes
		default:
			continue
		}
		found++
		if !strings.Contains(text, value) {
			t.Errorf("%s = %q is not in: %s", name, value, text)
		}
	}
	if found < 20 {
		t.Errorf("only %d constants found", found)
	}
}

// constants returns the package's constant texts by name.
func constants(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, name := range spec.Names {
				if i < len(spec.Values) {
					if lit, ok := spec.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						values[name.Name], _ = strconv.Unquote(lit.Value)
					}
				}
			}
			return true
		})
	}
	return values
}
