// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"slices"
	"strings"
)

const homeEntity = "entity.system.home"

// homeActions are the one of now and the one of before API level 19. Source:
// Push Kit, sending alerts.
var homeActions = []string{"ohos.want.action.home", "action.system.home"}

func (s Skill) has(action string) bool { return slices.Contains(s.Actions, action) }

// hasHome reports whether the skill has the home entity, and a home action.
func (s Skill) hasHome() (entity, action bool) {
	return slices.Contains(s.Entities, homeEntity), slices.ContainsFunc(homeActions, s.has)
}

// home reports whether the launcher starts the ability.
func (a *Ability) home() bool {
	return !a.extension && slices.ContainsFunc(a.Skills, func(s Skill) bool {
		entity, action := s.hasHome()
		return entity && action
	})
}

func homeMissing(app *App, note note) {
	for _, m := range app.Modules {
		if m.Type != "entry" || slices.ContainsFunc(m.Abilities, func(a Ability) bool { return a.home() }) {
			continue
		}
		but, line := "", m.at["module.abilities"]
		for _, a := range m.Abilities {
			for _, s := range a.Skills {
				switch entity, action := s.hasHome(); {
				case entity:
					but, line = "; "+named(a.Name)+" has the entity without the action", s.Line
				case action:
					but, line = "; "+named(a.Name)+" has the action without the entity", s.Line
				}
			}
		}
		note(m.File, line, words{"but": but})
	}
}

func homeURIs(app *App, note note) {
	app.all(func(m *Module, a *Ability) {
		for _, s := range a.Skills {
			if entity, action := s.hasHome(); !a.extension && (entity || action) && s.URIs > 0 {
				note(m.File, s.Line, words{"ability": named(a.Name)})
			}
		}
	})
}

func homeLaunchType(app *App, note note) {
	app.all(func(m *Module, a *Ability) {
		// For the listener it is a fault of its own.
		if a.home() && a.LaunchType != "singleton" && !a.listens() {
			note(m.File, a.Line, words{"ability": named(a.Name), "launchType": a.LaunchType})
		}
	})
}

func homeExported(app *App, note note) {
	app.all(func(m *Module, a *Ability) {
		if a.home() && !a.Exported {
			note(m.File, a.Line, words{"ability": named(a.Name)})
		}
	})
}

func skillMixed(app *App, note note) {
	app.all(func(m *Module, a *Ability) {
		for _, s := range a.Skills {
			entity, action := s.hasHome()
			if !a.extension && s.URIs > 0 && len(s.Actions) > 0 && !entity && !action && !s.has(listenerAction) {
				note(m.File, s.Line, words{"ability": named(a.Name), "action": strings.Join(s.Actions, ", ")})
			}
		}
	})
}
