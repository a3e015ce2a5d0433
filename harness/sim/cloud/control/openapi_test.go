// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/control"
	"github.com/pushproof/pushproof/harness/sim/cloud/faults"
)

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// Every route is documented, and every documented operation is a route.
func TestRoutesAreDocumented(t *testing.T) {
	var served, documented []string
	for _, r := range append(cloud.Routes(), control.Routes()...) {
		served = append(served, wildcard.ReplaceAllString(r, "{}"))
	}
	for _, o := range readDocument(t).operations(t) {
		documented = append(documented, strings.ToUpper(o.method)+" "+wildcard.ReplaceAllString(o.path, "{}"))
	}
	slices.Sort(served)
	slices.Sort(documented)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("routes (-served +documented):\n%s", diff)
	}
}

// What OpenAPI 3.1 asks of each operation, and that every $ref leads somewhere.
func TestDocumentIsComplete(t *testing.T) {
	d := readDocument(t)
	if d.root["openapi"] != "3.1.0" {
		t.Errorf("openapi: %v", d.root["openapi"])
	}
	refs := 0
	walk(d.root, "", func(at string, m map[string]any) {
		if ref, ok := m["$ref"].(string); ok {
			refs++
			d.at(t, strings.TrimPrefix(ref, "#"))
		}
	})
	if refs < 20 {
		t.Errorf("only %d references found", refs)
	}
	ids := map[string]bool{}
	for _, o := range d.operations(t) {
		id, _ := o.content["operationId"].(string)
		if id == "" || ids[id] {
			t.Errorf("%s: operationId %q is missing or there twice", o.at, id)
		}
		ids[id] = true
		if o.content["summary"] == nil || o.content["responses"] == nil {
			t.Errorf("%s lacks summary or responses", o.at)
		}
		if _, own := o.content["security"]; own != o.control {
			t.Errorf("%s: a control plane's operation has its own security, others have not", o.at)
		}
		item, _ := d.object(t, pointer("paths", o.path))
		var named []string
		parameters, _ := item["parameters"].([]any)
		for i := range parameters {
			p, _ := d.object(t, fmt.Sprintf("%s/parameters/%d", pointer("paths", o.path), i))
			named = append(named, fmt.Sprintf("{%v}", p["name"]))
		}
		if diff := cmp.Diff(wildcard.FindAllString(o.path, -1), named); diff != "" {
			t.Errorf("%s: parameters of the path (-path +documented):\n%s", o.at, diff)
		}
	}
}

// Every example is what its schema says.
func TestExamplesValidate(t *testing.T) {
	d := readDocument(t)
	checked := 0
	check := func(at string) {
		for _, e := range d.examples(t, at) {
			checked++
			if err := d.schema(t, e.schema).Validate(e.value); err != nil {
				t.Errorf("%s: %v", e.name, err)
			}
		}
	}
	places := []string{"/webhooks/receipts/post"}
	for _, o := range d.operations(t) {
		places = append(places, o.at)
	}
	for _, at := range places {
		o, _ := d.object(t, at)
		if o["requestBody"] != nil {
			check(at + "/requestBody")
		}
		responses, _ := o["responses"].(map[string]any)
		for status := range responses {
			check(at + pointer("responses", status))
		}
	}
	if checked < 50 {
		t.Errorf("only %d examples found", checked)
	}
	header, _ := d.object(t, "/webhooks/receipts/post/parameters/0")
	if err := d.schema(t, "/webhooks/receipts/post/parameters/0/schema").Validate(header["example"]); err != nil {
		t.Errorf("the example of the header: %v", err)
	}
}

// Numbers and enumerations have one home: fixtures.
func TestDocumentRepeatsTheTables(t *testing.T) {
	marks := 0
	walk(readDocument(t).root, "", func(at string, m map[string]any) {
		if limits, ok := m["x-limits"].(map[string]any); ok {
			for keyword, name := range limits {
				marks++
				want := fixtures.LimitOf(name.(string))
				if got := fmt.Sprint(m[keyword]); got != fmt.Sprint(want) {
					t.Errorf("%s: %s is %s, %v is %d", at, keyword, got, name, want)
				}
			}
		}
		if name, ok := m["x-values"].(string); ok {
			marks++
			var got []string
			for _, v := range m["enum"].([]any) {
				got = append(got, fmt.Sprint(v))
			}
			if diff := cmp.Diff(fixtures.ValuesOf(name), got); diff != "" {
				t.Errorf("%s (-%s +document):\n%s", at, name, diff)
			}
		}
	})
	if marks < 40 {
		t.Errorf("only %d marks found", marks)
	}
}

// payloadOf names the schema of each kind's payload.
var payloadOf = map[push.Kind]string{
	push.KindAlert: "AlertPayload", push.KindForm: "FormPayload", push.KindExtension: "ExtensionPayload",
	push.KindBackground: "BackgroundPayload", push.KindLiveView: "LiveViewPayload", push.KindVoIP: "VoIPPayload",
}

// The document takes every message that is valid.
func TestValidMessagesFitTheDocument(t *testing.T) {
	d := readDocument(t)
	whole := d.schema(t, "/components/schemas/SendRequest")
	for _, m := range fixtures.Messages() {
		if !m.Valid {
			continue
		}
		body := withoutNulls(parseJSON(t, m.Body), "")
		if err := whole.Validate(body); err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		payload := body.(map[string]any)["payload"]
		if err := d.schema(t, pointer("components", "schemas", payloadOf[m.Kind])).Validate(payload); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// withoutNulls removes what counts as absent (claim cloud.unknown-fields);
// what an app puts into its own objects stays.
func withoutNulls(value any, name string) any {
	m, ok := value.(map[string]any)
	if !ok || name == "formData" || name == "data" {
		return value
	}
	for name, inner := range m {
		if inner == nil {
			delete(m, name)
		} else {
			m[name] = withoutNulls(inner, name)
		}
	}
	return m
}

// Every field that a Go type writes is documented, and every documented field
// is written by it.
func TestFieldsAreDocumented(t *testing.T) {
	d := readDocument(t)
	for name, value := range map[string]any{
		"RequestRecord": cloud.Activity{}, "Rejection": cloud.Rejection{}, "DeliveryRecord": cloud.Delivery{},
		"CallbackState": cloud.CallbackState{}, "Fault": faults.Fault{}, "Faults": control.Faults{},
		"Activity": control.Activity{}, "Clock": control.Time{},
	} {
		schema, _ := d.object(t, pointer("components", "schemas", name))
		properties := schema["properties"].(map[string]any)
		var documented []string
		for property := range properties {
			documented = append(documented, property)
		}
		fields := jsonFields(reflect.TypeOf(value))
		slices.Sort(fields)
		slices.Sort(documented)
		if diff := cmp.Diff(fields, documented); diff != "" {
			t.Errorf("%s (-%T +document):\n%s", name, value, diff)
		}
	}
}

func jsonFields(of reflect.Type) []string {
	var names []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			names = append(names, jsonFields(field.Type)...)
		case field.IsExported() && name != "-":
			names = append(names, name)
		}
	}
	return names
}

// The kinds, seams and states of the document are those of the code: a value
// that one of them lacks is refused by the other.
func TestFaultKindsAreDocumented(t *testing.T) {
	d := readDocument(t)
	fault := d.schema(t, "/components/schemas/Fault")
	properties, _ := d.object(t, "/components/schemas/Fault/properties")
	for _, kind := range properties["kind"].(map[string]any)["enum"].([]any) {
		for _, on := range properties["on"].(map[string]any)["enum"].([]any) {
			f := faults.Fault{Kind: faults.Kind(kind.(string)), On: faults.Seam(on.(string)), Millis: 1, HTTPStatus: 503}
			result := 0
			f.Result = &result
			_, err := f.Checked()
			if err != nil && strings.Contains(err.Error(), "unknown kind") {
				t.Errorf("the code does not know kind %v", kind)
			}
		}
	}
	_, err := faults.Fault{Kind: "none"}.Checked()
	_, list, _ := strings.Cut(err.Error(), "the kinds are ")
	for kind := range strings.SplitSeq(list, ", ") {
		text, _ := json.Marshal(map[string]string{"kind": kind})
		if err := fault.Validate(parseJSON(t, text)); err != nil {
			t.Errorf("the document does not know kind %s", kind)
		}
	}
}
