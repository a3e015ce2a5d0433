// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

const (
	listenerAction = "action.ohos.push.listener"
	// distributeAction may stand beside it. Source: pushService,
	// on('distributedMessageReceive').
	distributeAction = "action.ohos.push.distribute.listener"
)

// listens reports whether a UIAbility declares itself as the one that registers
// receiveMessage.
func (a *Ability) listens() bool {
	return !a.extension && slices.ContainsFunc(a.Skills, func(s Skill) bool { return s.has(listenerAction) })
}

// declared is an ability with its module.
type declared struct {
	m *Module
	a *Ability
}

func (app *App) listeners() []declared {
	var found []declared
	app.all(func(m *Module, a *Ability) {
		if a.listens() {
			found = append(found, declared{m, a})
		}
	})
	return found
}

// eachListenerSkill calls f for every skill of a UIAbility with the action.
func (app *App) eachListenerSkill(f func(d declared, s Skill)) {
	for _, d := range app.listeners() {
		for _, s := range d.a.Skills {
			if s.has(listenerAction) {
				f(d, s)
			}
		}
	}
}

func listenerMissing(app *App, note note) {
	if len(app.listeners()) == 0 {
		note(app.file(), 0, nil)
	}
}

func listenerSeveral(app *App, note note) { several(app.listeners(), note) }

// several notes that there are more than one on some type of device, at the
// second: an .app may have modules for different types.
func several(found []declared, note note) {
	for _, deviceType := range append(fixtures.DeviceTypes(), oldDefault) {
		var names []string
		var second declared
		for _, d := range found {
			if slices.Contains(d.m.DeviceTypes, deviceType) {
				names = append(names, named(d.a.Name))
				if len(names) == 2 {
					second = d
				}
			}
		}
		if len(names) > 1 {
			note(second.m.File, second.a.Line, words{"count": strconv.Itoa(len(names)), "abilities": strings.Join(names, ", ")})
			return
		}
	}
}

func listenerShared(app *App, note note) {
	app.eachListenerSkill(func(d declared, s Skill) {
		others := slices.DeleteFunc(slices.Concat(s.Actions, s.Entities), func(text string) bool {
			return text == listenerAction || text == distributeAction
		})
		if len(others) > 0 {
			note(d.m.File, s.Line, words{"ability": named(d.a.Name), "others": strings.Join(others, ", ")})
		}
	})
}

func listenerURIs(app *App, note note) {
	app.eachListenerSkill(func(d declared, s Skill) {
		if entity, action := s.hasHome(); s.URIs > 0 && !entity && !action { // that is home.uris
			note(d.m.File, s.Line, words{"ability": named(d.a.Name)})
		}
	})
}

func listenerLaunchType(app *App, note note) {
	for _, d := range app.listeners() {
		if d.a.LaunchType != "singleton" {
			note(d.m.File, d.a.Line, words{"ability": named(d.a.Name), "launchType": d.a.LaunchType})
		}
	}
}

func listenerExported(app *App, note note) {
	for _, d := range app.listeners() {
		if d.a.Exported && !d.a.home() {
			note(d.m.File, d.a.Line, words{"ability": named(d.a.Name)})
		}
	}
}

func listenerExtension(app *App, note note) {
	app.all(func(m *Module, a *Ability) {
		for _, s := range a.Skills {
			if a.extension && s.has(listenerAction) {
				note(m.File, s.Line, words{"ability": named(a.Name), "type": orNone(a.Type)})
			}
		}
	})
}
