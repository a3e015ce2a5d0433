// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

func clientID(app *App, note note) {
	for _, m := range app.Modules {
		for _, meta := range m.Metadata {
			if meta.Name != "client_id" {
				continue
			}
			value := meta.Value
			if value == "" {
				value = meta.Resource
			}
			reference := ""
			if strings.HasPrefix(value, "$") {
				reference = ", and as a reference it was the cause of 1000900010"
			}
			note(m.File, meta.Line, words{"value": fmt.Sprintf("%q", value), "reference": reference})
		}
	}
}

func deviceNone(app *App, note note) {
	for _, m := range app.Modules {
		if len(m.DeviceTypes) == 0 {
			note(m.File, m.TypesLine, nil)
		}
	}
}

// oldDefault stands for phones and tablets in projects that OpenHarmony's tools
// have made. Source: module.json5 guide, deviceTypes.
const oldDefault = "default"

func deviceUnsupported(app *App, note note) {
	known := append(fixtures.DeviceTypes(), oldDefault)
	for _, m := range app.Modules {
		strange := slices.DeleteFunc(slices.Clone(m.DeviceTypes), func(name string) bool { return slices.Contains(known, name) })
		if len(strange) > 0 {
			note(m.File, m.TypesLine, words{"types": strings.Join(strange, ", ")})
		}
	}
}

func moduleShape(app *App, note note) {
	for _, m := range app.Modules {
		for _, s := range m.misshapen {
			note(m.File, s.line, words{"path": s.path, "is": s.is, "must": s.must})
		}
	}
}
