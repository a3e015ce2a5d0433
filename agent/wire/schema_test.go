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
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

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
