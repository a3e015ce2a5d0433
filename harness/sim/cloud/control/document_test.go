// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// document is docs/openapi/push-v3.yaml.
type document struct {
	root     map[string]any
	compiler *jsonschema.Compiler
}

const documentURL = "https://pushproof.example/push-v3.json"

func readDocument(t *testing.T) *document {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash("../../../../docs/openapi/push-v3.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := yaml.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	// As JSON, whose numbers the schemas know.
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	value := parseJSON(t, text)
	d := &document{root: value.(map[string]any), compiler: jsonschema.NewCompiler()}
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(documentURL, value); err != nil {
		t.Fatal(err)
	}
	return d
}

func parseJSON(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

// pointer joins the steps of a JSON pointer.
func pointer(steps ...string) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
	}
	return b.String()
}

// schema compiles the schema at a pointer.
func (d *document) schema(t *testing.T, at string) *jsonschema.Schema {
	t.Helper()
	s, err := d.compiler.Compile(documentURL + "#" + (&url.URL{Path: at}).EscapedPath())
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	return s
}

// at returns the value at a pointer into the document, following $ref, and the
// pointer at which it really stands.
func (d *document) at(t *testing.T, at string) (any, string) {
	t.Helper()
	var value any = d.root
	where := ""
	for step := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		var next any
		switch holder := value.(type) {
		case map[string]any:
			next = holder[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err == nil && i < len(holder) {
				next = holder[i]
			}
		}
		if next == nil {
			t.Fatalf("the document has no %s (at %s)", at, where)
		}
		value, where = next, where+"/"+step
		if m, ok := value.(map[string]any); ok {
			if ref, ok := m["$ref"].(string); ok {
				value, where = d.at(t, strings.TrimPrefix(ref, "#"))
			}
		}
	}
	return value, where
}

func (d *document) object(t *testing.T, at string) (map[string]any, string) {
	t.Helper()
	value, where := d.at(t, at)
	m, ok := value.(map[string]any)
	if !ok {
		t.Fatalf("%s is no object", at)
	}
	return m, where
}

// operation is one method of one path.
type operation struct {
	path, method string
	at           string // its pointer
	control      bool
	content      map[string]any
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operations lists what stands under paths, in its order by name.
func (d *document) operations(t *testing.T) []operation {
	t.Helper()
	var all []operation
	paths, _ := d.object(t, "/paths")
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, _ := d.object(t, pointer("paths", path))
		for _, method := range slices.Sorted(maps.Keys(item)) {
			if !slices.Contains(methods, method) {
				continue
			}
			at := pointer("paths", path, method)
			content, _ := d.object(t, at)
			_, control := item["servers"]
			all = append(all, operation{path, method, at, control, content})
		}
	}
	return all
}

// example is one example of a media type, and the pointer to its schema.
type example struct {
	name, schema string
	pushType     string // x-push-type, "" if there is none
	value        any
}

// examples returns those of a request body or response for JSON.
func (d *document) examples(t *testing.T, at string) []example {
	t.Helper()
	body, where := d.object(t, at)
	content, _ := body["content"].(map[string]any)
	if _, ok := content["application/json"]; !ok {
		return nil
	}
	media, where := d.object(t, where+pointer("content", "application/json"))
	named, _ := media["examples"].(map[string]any)
	var all []example
	for _, name := range slices.Sorted(maps.Keys(named)) {
		e, _ := d.object(t, where+pointer("examples", name))
		one := example{name: at + " " + name, schema: where + "/schema", value: e["value"]}
		if pushType, ok := e["x-push-type"]; ok {
			one.pushType = fmt.Sprint(pushType)
		}
		all = append(all, one)
	}
	return all
}

// walk calls f for each object of the document with its pointer.
func walk(value any, at string, f func(at string, m map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		f(at, v)
		for name, inner := range v {
			walk(inner, at+pointer(name), f)
		}
	case []any:
		for i, inner := range v {
			walk(inner, fmt.Sprintf("%s/%d", at, i), f)
		}
	}
}
