// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import "slices"

const (
	extensionTypeName   = "remoteNotification"
	extensionActionName = "action.hms.push.extension.remotenotification"
)

// reservedTypes are extensionAbilities to which no message of an app server
// goes. Source: Push Kit FAQ; PushExtensionAbility; RemoteLocationExtensionAbility.
var reservedTypes = []string{"voip", "push", "remoteLocation"}

func (a *Ability) extends() bool {
	return slices.ContainsFunc(a.Skills, func(s Skill) bool { return s.has(extensionActionName) })
}

// ofType returns the extensionAbilities of a type.
func (app *App) ofType(name string) []declared {
	var found []declared
	app.all(func(m *Module, a *Ability) {
		if a.Type == name {
			found = append(found, declared{m, a})
		}
	})
	return found
}

func extensionMissing(app *App, note note) {
	if len(app.ofType(extensionTypeName)) == 0 {
		note(app.file(), 0, nil)
	}
}

func extensionSeveral(app *App, note note) {
	several(slices.DeleteFunc(app.ofType(extensionTypeName), func(d declared) bool { return !d.a.extends() }), note)
}

func extensionAction(app *App, note note) {
	for _, d := range app.ofType(extensionTypeName) {
		if !d.a.extends() {
			note(d.m.File, d.a.Line, words{"ability": named(d.a.Name)})
		}
	}
}

func extensionURIs(app *App, note note) {
	for _, d := range app.ofType(extensionTypeName) {
		for _, s := range d.a.Skills {
			if s.has(extensionActionName) && s.URIs > 0 {
				note(d.m.File, s.Line, words{"ability": named(d.a.Name)})
			}
		}
	}
}

func extensionType(app *App, note note) {
	app.all(func(m *Module, a *Ability) {
		if !a.extends() || a.Type == extensionTypeName {
			return
		}
		is := "a UIAbility"
		if a.extension {
			is = "an extensionAbility of type " + orNone(a.Type)
		}
		note(m.File, a.Line, words{"ability": named(a.Name), "type": is})
	})
}

func extensionExported(app *App, note note) {
	for _, d := range app.ofType(extensionTypeName) {
		if d.a.Exported {
			note(d.m.File, d.a.Line, words{"ability": named(d.a.Name)})
		}
	}
}

func extensionReserved(app *App, note note) {
	for _, name := range reservedTypes {
		for _, d := range app.ofType(name) {
			note(d.m.File, d.a.Line, words{"ability": named(d.a.Name), "type": name})
		}
	}
}
