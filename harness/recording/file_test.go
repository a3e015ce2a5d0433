// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/recording"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample has every field.
func sample() *recording.Recording {
	return &recording.Recording{
		Schema: recording.Schema, Recorded: time.Date(2026, 3, 1, 4, 0, 0, 123e6, time.UTC),
		Endpoint: "https://127.0.0.1:7443", Issuer: "Pushproof Simulator CA", Simulated: true, TookMillis: 12,
		Request: recording.Request{
			Method: "POST", Path: "/v3/PROJECT/messages:send", Header: http.Header{"Push-Type": {"6"}},
			Body: recording.Body{Text: `{"target":{"token":["token:0123abcd"]}}`, Bytes: 140, Withheld: "why"},
		},
		Response: &recording.Response{
			Status: 200, Proto: "HTTP/2.0", Header: http.Header{"Content-Type": {"application/json"}},
			Body: recording.Body{Text: `{"code":"80000000"}`, Bytes: 19, Withheld: "why"},
		},
		Error: "read the answer: unexpected EOF",
	}
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func encode(t *testing.T, r *recording.Recording) []byte {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	got, err := recording.Read(write(t, dir, "a.json", encode(t, sample())))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
	if got.API() != "messages:send" || got.PushType() != 6 {
		t.Errorf("API %q, push-type %d", got.API(), got.PushType())
	}
	for name, c := range map[string]struct{ data, says string }{
		"empty":            {"", "EOF"},
		"no JSON":          {"code", "invalid character"},
		"another object":   {`{"code":"80000000"}`, "unknown field"},
		"another schema":   {`{"schema":2}`, "its schema is 2, this version reads 1"},
		"no request":       {`{"schema":1,"error":"x"}`, "it has no request"},
		"no answer":        {`{"schema":1,"request":{"method":"POST","path":"/x"}}`, "neither an answer nor a reason"},
		"much too long":    {strings.Repeat(" ", 17<<20), "more than 16 MiB"},
		"a later version":  {strings.Replace(string(encode(t, sample())), `"schema":1`, `"schema":1,"later":true`, 1), "unknown field"},
		"a list of things": {"[]", "cannot unmarshal array"},
	} {
		path := write(t, t.TempDir(), "x.json", []byte(c.data))
		_, err := recording.Read(path)
		var wrong *recording.FileError
		if !errors.As(err, &wrong) || wrong.Path != path || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	if files, err := recording.ReadDir(dir); len(files) != 0 || err != nil {
		t.Errorf("an empty folder has %v, %v", files, err)
	}
	write(t, dir, "b.json", encode(t, sample()))
	write(t, dir, "a.json", encode(t, sample()))
	write(t, dir, "README.md", []byte("# Recordings"))
	files, err := recording.ReadDir(dir)
	if err != nil || len(files) != 2 || filepath.Base(files[0].Path) != "a.json" {
		t.Errorf("read %v, %v", files, err)
	}
	write(t, dir, "c.json", nil)
	var wrong *recording.FileError
	if _, err := recording.ReadDir(dir); !errors.As(err, &wrong) {
		t.Errorf("a folder with an empty file: %v", err)
	}
	if _, err := recording.ReadDir(filepath.Join(dir, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// What is written is what the schema says, and the schema says it all.
func TestSchema(t *testing.T) {
	schema := compile(t)
	check := func(data []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
	if err := check(encode(t, sample())); err != nil {
		t.Error(err)
	}
	least := sample()
	least.Response, least.Request.Withheld = nil, ""
	if err := check(encode(t, least)); err != nil {
		t.Error(err)
	}
	for name, alter := range map[string]func(*recording.Recording){
		"neither answer nor error": func(r *recording.Recording) { r.Response, r.Error = nil, "" },
		"a JWT":                    func(r *recording.Recording) { r.Request.Header.Set("Authorization", "Bearer x") },
		"a path in the endpoint":   func(r *recording.Recording) { r.Endpoint += "/v3" },
		"another schema":           func(r *recording.Recording) { r.Schema = 2 },
	} {
		r := sample()
		alter(r)
		if check(encode(t, r)) == nil {
			t.Errorf("the schema takes %s", name)
		}
	}
	for _, part := range []string{`"schema":1`, `"method":"POST"`, `"status":200`} {
		if check(bytes.Replace(encode(t, sample()), []byte(part), []byte(part+`,"later":1`), 1)) == nil {
			t.Errorf("the schema takes a field beside %s that it does not name", part)
		}
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "schemas", "recording.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("recording", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("recording")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Whatever a file holds, it is read or refused; what was read can be replayed or
// says why not.
func FuzzRead(f *testing.F) {
	data, err := json.Marshal(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(bytes.ReplaceAll(data, []byte("why"), nil))
	f.Add([]byte(`{"schema":1,"error":"x","request":{"method":"POST","path":"/"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := recording.Read(path)
		var wrong *recording.FileError
		if err != nil {
			if !errors.As(err, &wrong) {
				t.Fatal(err)
			}
			return
		}
		why := r.Replayable()
		if (why == "") && (r.Response == nil || r.Error != "") {
			t.Fatalf("%+v can be replayed", r)
		}
		if _, err := r.Fill(func(string, string) (string, error) { return "x", nil }); err != nil {
			t.Fatal(err)
		}
		if d := recording.Compare(r, r); len(d) > 0 {
			t.Fatalf("it differs from itself: %v", d)
		}
	})
}

// checkFile holds a file to the schema.
func checkFile(t *testing.T, schema *jsonschema.Schema, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	value, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}
