// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Instance is an emulated device that was created on this machine.
type Instance struct {
	Name string `json:"name"`
	// Type is the device type as the emulator names it, such as phone,
	// foldable or 2in1_foldable; "" where it did not say.
	Type string `json:"type,omitempty"`
	// OSVersion is such as "HarmonyOS 6.0.1(21)".
	OSVersion string `json:"osVersion,omitempty"`
	// API is the API level, 0 where it did not say.
	API int `json:"api,omitempty"`
	// Running says that the instance runs, as far as the emulator knows.
	Running bool `json:"running"`
	// Port is the port of its hdc daemon on 127.0.0.1, 0 where none is set.
	Port int `json:"port,omitempty"`
	// Path is the instance's own folder, and Images the folder of the images.
	Path   string `json:"path,omitempty"`
	Images string `json:"images,omitempty"`
}

// maxInstances bounds a list.
const maxInstances = 1000

// List returns the instances, sorted by name. Versions that do not know
// -details give names alone. (Claims emulator.list.details and claim
// emulator.list.plain.)
//
// Errors: *CallError.
func (t *Tool) List(ctx context.Context) ([]Instance, error) {
	got, err := t.call(ctx, "-list", "-details")
	if err != nil {
		return nil, err
	}
	// On a Mac the list may be on standard error.
	for _, text := range []string{got.stdout, got.stderr} {
		if instances, ok := parseDetails(text); ok {
			return instances, nil
		}
	}
	if isEmpty(got.text()) {
		return nil, nil
	}
	if signs := signsIn(got.text()); len(signs) > 0 {
		return nil, got.fail("")
	}
	got, err = t.call(ctx, "-list")
	if err != nil {
		return nil, err
	}
	if signs := signsIn(got.text()); len(signs) > 0 || got.exit != 0 {
		return nil, got.fail(fmt.Sprintf("it listed nothing (exit code %d)", got.exit))
	}
	instances, ok := parseNames(got.text())
	if !ok {
		return nil, got.fail("its list cannot be read")
	}
	return instances, nil
}

// noInstances is what is printed in place of an empty list.
const noInstances = "[Empty]"

func isEmpty(text string) bool { return strings.TrimSpace(text) == noInstances }

// parseDetails reads the array, which may stand among other lines. Its values
// are texts, or not, depending on the version. An empty array counts if there is
// no other.
func parseDetails(text string) (instances []Instance, ok bool) {
	rest := text
	for tries := 0; tries < maxArrays; {
		at := strings.IndexByte(rest, '[')
		if at < 0 {
			break
		}
		array := rest[at:]
		rest = rest[at+1:]
		// Most that begins like an array is prose: it is not worth a parser.
		if next := strings.TrimLeft(rest, " \t\r\n"); next == "" || next[0] != '{' && next[0] != ']' {
			continue
		}
		tries++
		var rows []map[string]any
		if err := json.NewDecoder(strings.NewReader(array)).Decode(&rows); err != nil {
			continue
		}
		for _, row := range rows {
			if i := instanceOf(row); i.Name != "" && len(instances) < maxInstances {
				instances = append(instances, i)
			}
		}
		if len(instances) > 0 {
			return sorted(instances), true
		}
		ok = ok || len(rows) == 0
	}
	return nil, ok
}

// maxArrays bounds what is tried as the list: each try may read all of it.
const maxArrays = 256

// instanceOf picks what is known out of a row.
func instanceOf(row map[string]any) Instance {
	text := func(names ...string) string {
		for _, name := range names {
			if value, ok := row[name]; ok && value != nil {
				return fmt.Sprint(value)
			}
		}
		return ""
	}
	api, _ := strconv.Atoi(text("os.apiVersion"))
	port, _ := strconv.Atoi(text("hw.hdc.port")) // "notset" is 0
	if port < 0 || port > 65535 {
		port = 0
	}
	return Instance{
		Name: text("name"), Type: text("deviceType"), OSVersion: text("os.osVersion"), API: max(api, 0),
		Running: strings.EqualFold(text("isRunning"), "true"), Port: port,
		Path: text("instancePath"), Images: text("imageRoot", "sdkPath"),
	}
}

// parseNames reads a list of names, a line each.
func parseNames(text string) ([]Instance, bool) {
	var instances []Instance
	for line := range strings.Lines(text) {
		name := strings.TrimSpace(line)
		if name == "" || name == noInstances {
			continue
		}
		if checkName(name) != nil || len(instances) == maxInstances {
			return nil, false
		}
		instances = append(instances, Instance{Name: name})
	}
	return sorted(instances), true
}

func sorted(instances []Instance) []Instance {
	slices.SortStableFunc(instances, func(a, b Instance) int { return strings.Compare(a.Name, b.Name) })
	return instances
}

// Instance returns the instance of that name.
//
// Errors: *NameError, *NoInstanceError, *CallError.
func (t *Tool) Instance(ctx context.Context, name string) (Instance, error) {
	if err := checkName(name); err != nil {
		return Instance{}, err
	}
	all, err := t.List(ctx)
	if err != nil {
		return Instance{}, err
	}
	have := make([]string, len(all))
	for i, instance := range all {
		if instance.Name == name {
			return instance, nil
		}
		have[i] = instance.Name
	}
	return Instance{}, &NoInstanceError{Name: name, Have: have}
}

// root returns the folder in which the instance's own is, "" where the list did
// not say.
func (i Instance) root() string {
	path := filepath.FromSlash(i.Path)
	if path == "" || filepath.Base(path) != i.Name {
		return path
	}
	return filepath.Dir(path)
}
