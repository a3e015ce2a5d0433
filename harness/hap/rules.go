// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Finding is a rule that an app breaks.
type Finding struct {
	// ID and Level are the rule's.
	ID    string             `json:"id"`
	Level fixtures.RuleLevel `json:"level"`
	// Kinds are those whose messages are concerned.
	Kinds []push.Kind `json:"kinds"`
	// File is where it was found, as Module.File; Line is its line there, 0 for
	// what is missing in all of the app.
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	// What is wrong, what comes of it, and what to write.
	What string `json:"what"`
	Why  string `json:"why"`
	Do   string `json:"do"`
	// Source names the vendor's page, Claim what was never seen of it.
	Source string `json:"source"`
	Claim  string `json:"claim,omitempty"`
}

// Concerns reports whether the finding is about one of the kinds.
func (f Finding) Concerns(kinds []push.Kind) bool {
	return slices.ContainsFunc(f.Kinds, func(k push.Kind) bool { return slices.Contains(kinds, k) })
}

// Place is the file with the line, which is left out of a packed module.json:
// it is all in one.
func (f Finding) Place() string {
	if f.Line <= 1 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// Loses reports whether pushes of an app are lost by it that sends those kinds:
// it is a fault, or a gap for one of them.
func (f Finding) Loses(kinds []push.Kind) bool {
	return f.Level == fixtures.LevelFault || f.Level == fixtures.LevelGap && f.Concerns(kinds)
}

// words are what was found, by the name of its place in a rule's text.
type words map[string]string

// note adds a finding in that file and line.
type note func(file string, line int, found words)

// rules has, by the id of fixtures.ModuleRules, what looks whether the rule is
// kept.
var rules = map[string]func(*App, note){
	"home.missing":         homeMissing,
	"home.uris":            homeURIs,
	"home.launchtype":      homeLaunchType,
	"home.exported":        homeExported,
	"skill.mixed":          skillMixed,
	"listener.missing":     listenerMissing,
	"listener.several":     listenerSeveral,
	"listener.shared":      listenerShared,
	"listener.uris":        listenerURIs,
	"listener.launchtype":  listenerLaunchType,
	"listener.exported":    listenerExported,
	"listener.extension":   listenerExtension,
	"extension.missing":    extensionMissing,
	"extension.several":    extensionSeveral,
	"extension.action":     extensionAction,
	"extension.uris":       extensionURIs,
	"extension.type":       extensionType,
	"extension.exported":   extensionExported,
	"extension.reserved":   extensionReserved,
	"form.missing":         formMissing,
	"form.profile":         formProfile,
	"form.dataproxy":       formDataProxy,
	"form.updates":         formUpdates,
	"form.timed":           formTimed,
	"form.count":           formCount,
	"proxydata.missing":    proxyDataMissing,
	"proxydata.uri":        proxyDataURI,
	"proxydata.permission": proxyDataPermission,
	"proxydata.profile":    proxyDataProfile,
	"proxydata.requested":  proxyDataRequested,
	"client.id":            clientID,
	"device.none":          deviceNone,
	"device.unsupported":   deviceUnsupported,
	"module.shape":         moduleShape,
}

// Check returns the rules that the app breaks, in the table's order; none for
// an app without a module.
func Check(app *App) []Finding {
	var all []Finding
	if len(app.Modules) == 0 {
		return nil
	}
	for _, row := range fixtures.ModuleRules() {
		rules[row.ID](app, func(file string, line int, found words) {
			all = append(all, Finding{
				ID: row.ID, Level: row.Level, Kinds: row.Kinds, File: file, Line: line,
				What: found.fill(row.What), Why: found.fill(row.Why), Do: found.fill(row.Do), Source: row.Source, Claim: row.Claim,
			})
		})
	}
	return all
}

var placeholder = regexp.MustCompile(`\{[a-z][A-Za-z]*\}`)

// fill puts what was found into a rule's text. A place for which there is
// nothing stays as it is, which the tests find.
func (w words) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if found, ok := w[strings.Trim(name, "{}")]; ok {
			return found
		}
		return name
	})
}

// all calls f for every ability of the app, whatever its kind.
func (app *App) all(f func(m *Module, a *Ability)) {
	for _, m := range app.Modules {
		for _, list := range [][]Ability{m.Abilities, m.Extensions} {
			for i := range list {
				f(m, &list[i])
			}
		}
	}
}

// file is where something is said to be missing: the first module's text.
func (app *App) file() string {
	for _, m := range app.Modules {
		if m.Type == "entry" {
			return m.File
		}
	}
	return app.Modules[0].File
}

// orNone is a text for a person.
func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func named(name string) string {
	if name == "" {
		return "an ability without a name"
	}
	return name
}
