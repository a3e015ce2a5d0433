// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/sim/hdcd/control"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// page is docs/simulated-hdc.md.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash("../../../../docs/simulated-hdc.md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// column returns the words in code of a table's column, whose head is given.
func column(t *testing.T, text, head string, n int) [][]string {
	t.Helper()
	_, table, found := strings.Cut(text, "\n"+head+"\n")
	if !found {
		t.Fatalf("the page has no table %s", head)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var rows [][]string
	for _, line := range strings.Split(table, "\n")[1:] {
		var words []string
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(line, "|")[n], -1) {
			words = append(words, m[1])
		}
		rows = append(rows, words)
	}
	return rows
}

func TestRoutesAreDocumented(t *testing.T) {
	documented := slices.Concat(column(t, page(t), "| request | does |", 1)...)
	served := control.Routes()
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("routes (-served +documented):\n%s", diff)
	}
}

func TestKindsAreDocumented(t *testing.T) {
	const head = "| kind | on | what happens |"
	kinds, places := column(t, page(t), head, 1), column(t, page(t), head, 2)
	documented := map[string][]string{}
	for i, kind := range kinds {
		documented[kind[0]] = places[i]
	}
	known := map[string][]string{}
	for _, kind := range faults.Kinds() {
		for _, seam := range faults.Seams(faults.Kind(kind)) {
			known[kind] = append(known[kind], string(seam))
		}
	}
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("kinds (-known +documented):\n%s", diff)
	}
}

func TestFieldsAreDocumented(t *testing.T) {
	text := page(t)
	for field := range reflect.TypeFor[faults.Fault]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "| "+name+" |") && !strings.Contains(text, `"`+name+`"`) {
			t.Errorf("the page does not name the field %s", name)
		}
	}
	for _, state := range faults.States {
		if !strings.Contains(text, "`"+state+"`") {
			t.Errorf("the page does not name the state %s", state)
		}
	}
}

// The page's examples are taken as they stand.
func TestExamplesAreTaken(t *testing.T) {
	examples := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(page(t), -1)
	if len(examples) != 2 {
		t.Fatalf("%d examples, want 2", len(examples))
	}
	w := newWorld(t)
	var devices control.Devices
	w.must("PUT", "/devices", strings.ReplaceAll(examples[0][1], "SIM-phone-0a1b2c", key), &devices)
	if len(devices.Devices) != 1 || devices.Devices[0].State != "Offline" || !devices.Devices[0].Attached {
		t.Errorf("%+v", devices)
	}
	var list control.Faults
	w.must("PUT", "/faults", examples[1][1], &list)
	if len(list.Faults) != 7 || list.Faults[2].BytesPerSecond != 20000 {
		t.Errorf("%+v", list)
	}
	w.must("POST", "/reset", "", nil)
	w.must("GET", "/faults", "", &list)
	w.must("GET", "/devices", "", &devices)
	if len(list.Faults) != 0 || devices.Devices[0].State != "Connected" {
		t.Errorf("%+v, %+v", list, devices)
	}
}

// What is wrong is refused, and changes nothing.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.must("PUT", "/faults", `{"faults":[{"id":"mine","kind":"drop","command":"install"}]}`, nil)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"PUT", "/faults", `{}`, 400, "DELETE"},
		{"PUT", "/faults", `{"faults":[{"kind":"drop"},{"kind":"burn"}]}`, 400, "fault 1: unknown kind"},
		{"PUT", "/faults", `{"faults":[{"kind":"drop","commands":"shell"}]}`, 400, "unknown field"},
		{"POST", "/faults", `{"id":"mine","kind":"drop"}`, 400, "there already"},
		{"POST", "/faults", `{"kind":"slow"}`, 400, "bytesPerSecond is for kind slow"},
		{"DELETE", "/faults?id=other", "", 404, "no rule has the id"},
		{"PUT", "/devices", `{"key":"nobody","state":"Offline"}`, 404, "no device has the key"},
		{"PUT", "/devices", `{"state":"offline"}`, 400, "the states are Connected, Offline, Unauthorized, Ready"},
		{"GET", "/activity", "", 404, "the endpoints are POST /reset"},
	} {
		if status, text := w.ask(c.method, c.path, c.body); status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s %s %s: HTTP %d %s, want %d and %q", c.method, c.path, c.body, status, text, c.status, c.says)
		}
	}
	var list control.Faults
	w.must("GET", "/faults", "", &list)
	if len(list.Faults) != 1 || list.Faults[0].ID != "mine" {
		t.Errorf("%+v", list)
	}
	w.must("DELETE", "/faults?id=mine", "", nil)
	w.must("GET", "/faults", "", &list)
	if text, _ := json.Marshal(list); string(text) != `{"faults":[]}` {
		t.Errorf("%s", text)
	}
	if _, err := control.New(nil, secret); err == nil {
		t.Error("a control plane without a server")
	}
	if _, err := control.New(w.server, "short"); err == nil {
		t.Error("a control plane with a short token")
	}
}
