// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pushproof/pushproof/harness/probe"
)

func encode(t *testing.T, f *probe.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample has every outcome.
func sample() *probe.File {
	f := fileOf("2026-01-31",
		probe.Result{Claim: "device.a", Outcome: probe.Broken, Reason: "why", Evidence: []string{"a < b"}},
		probe.Result{Claim: "hdc.b", Outcome: probe.Undecided, Cause: probe.CauseNeed, Reason: "why"},
		probe.Result{Claim: "cloud.c", Outcome: probe.Held, Evidence: []string{"seen"}})
	f.Subjects[0].DeviceType, f.Subjects[0].API, f.Subjects[0].Build, f.Subjects[0].Transport = "phone", 20, "consumer firmware", "USB"
	f.Subjects[1].Requests = 3
	return f
}

func TestFilesComeBack(t *testing.T) {
	f := sample()
	got, err := probe.Parse(encode(t, f))
	if err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("read %+v, error %v", got, err)
	}
}

func TestFilesAreRefused(t *testing.T) {
	for name, tt := range map[string]struct{ old, new, want string }{
		"no JSON":                   {"{", "[", "no probe file"},
		"another schema":            {`"schema": 1`, `"schema": 2`, "its schema is 2"},
		"no schema":                 {`"schema": 1`, `"schema": 0`, "schema or subjects"},
		"a later field":             {`"tool"`, `"later": 1, "tool"`, "unknown field"},
		"no date":                   {"2026-01-31", "2026-13-31", "date"},
		"a kind of subject":         {`"kind": "cloud"`, `"kind": "car"`, `"car"`},
		"an outcome":                {`"outcome": "held"`, `"outcome": "maybe"`, `"maybe"`},
		"held with a reason":        {`"outcome": "held"`, `"outcome": "held", "reason": "x"`, "held and has a reason"},
		"broken without a reason":   {`"reason": "why",`, ``, "without a reason"},
		"undecided without a cause": {`"cause": "need"`, `"cause": "whim"`, "a reason or a cause"},
	} {
		text := strings.Replace(string(encode(t, sample())), tt.old, tt.new, 1)
		if _, err := probe.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v does not say %q", name, err, tt.want)
		}
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
	if err := check(encode(t, fileOf("2026-01-31"))); err == nil {
		t.Error("the schema takes results that are null")
	}
	for name, tt := range map[string][2]string{
		"another schema":          {`"schema": 1`, `"schema": 2`},
		"a later field":           {`"tool"`, `"later": 1, "tool"`},
		"a later field of device": {`"model"`, `"later": 1, "model"`},
		"a connect key":           {`"device": "00000000"`, `"device": "FMR0223C13000649"`},
		"a date that is none":     {"2026-01-31", "yesterday"},
		"warnings that are none":  {`"transport"`, `"warnings": [], "transport"`},
		"an outcome":              {`"outcome": "held"`, `"outcome": "maybe"`},
		"held with a reason":      {`"outcome": "held"`, `"outcome": "held", "reason": "x"`},
		"broken with a cause":     {`"outcome": "broken"`, `"outcome": "broken", "cause": "need"`},
		"undecided without cause": {`"cause": "need"`, `"evidence": ["x"]`},
	} {
		text := strings.Replace(string(encode(t, sample())), tt[0], tt[1], 1)
		if check([]byte(text)) == nil {
			t.Errorf("the schema takes %s", name)
		}
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "schemas", "probe.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("probe", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("probe")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Whatever a file holds, it is refused, or it is read as it is written.
func FuzzParse(f *testing.F) {
	var b bytes.Buffer
	if err := sample().Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schema":1,"date":"2026-01-31","subjects":[{"kind":"cloud","results":null}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := probe.Parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := probe.Parse(again); err != nil || !reflect.DeepEqual(file, second) {
			t.Errorf("read again it is %+v, error %v", second, err)
		}
	})
}
