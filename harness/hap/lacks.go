// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/agent/push"
)

// Addition is what a project lacks: lines to be put into a file.
type Addition struct {
	// File is the file, below the project's folder, with slashes. New says that
	// there is no such file yet: the lines are all of it.
	File string `json:"file"`
	New  bool   `json:"new,omitempty"`
	// Into names the array or object that the lines belong to, and Line is where
	// its opening bracket stands; empty for a new file.
	Into string `json:"into,omitempty"`
	Line int    `json:"line,omitempty"`
	// Lines end with a comma, so that they may follow the opening bracket.
	Lines []string `json:"lines"`
	// Why says what they are for, and what else they need.
	Why string `json:"why"`
	// Kinds are those of message that need them; none means Pushproof does.
	Kinds []push.Kind `json:"kinds,omitempty"`
}

// ModuleError says that a project has no module of that name, or none that can
// declare abilities.
type ModuleError struct {
	Name string
	Have []string
}

// Error implements error.
func (e *ModuleError) Error() string {
	if e.Name == "" {
		return "the project has no module of type entry; name one of " + strings.Join(e.Have, ", ")
	}
	return fmt.Sprintf("the project has no module %q; it has %s", e.Name, strings.Join(e.Have, ", "))
}

// Module returns the index of a module by its name, of the entry module for "".
// The error is a *ModuleError.
func (p *Project) Module(name string) (int, error) {
	var have []string
	for i, m := range p.App.Modules {
		if name == m.Name && name != "" || name == "" && m.Type == "entry" {
			return i, nil
		}
		have = append(have, m.Name)
	}
	return 0, &ModuleError{name, have}
}

// filling collects what a module lacks.
type filling struct {
	app    *App
	m      *Module
	folder string // of the module
	kinds  []push.Kind
	all    []Addition
}

// Lacks returns the lines that a project lacks for messages of those kinds, and
// for Pushproof, by the module to which they belong. What is declared in a wrong
// way is no matter of this: Check names it.
func (p *Project) Lacks(module int, kinds []push.Kind) []Addition {
	f := &filling{app: &p.App, m: p.App.Modules[module], folder: p.Folders[module], kinds: kinds}
	f.abilities()
	f.extension()
	f.cards()
	f.table()
	f.permission()
	return f.all
}

// wants reports whether one of the kinds is asked for.
func (f *filling) wants(kinds ...push.Kind) bool {
	return slices.ContainsFunc(kinds, func(k push.Kind) bool { return slices.Contains(f.kinds, k) })
}

// element adds an element to an array of the module, or the array.
func (f *filling) element(array, why string, kinds []push.Kind, lines ...string) {
	f.add(Addition{File: f.m.File, Into: "module." + array, Line: f.m.at["module."+array], Lines: lines, Why: why, Kinds: kinds}, array, "module", f.m.Line)
}

// add adds lines to an array, which stands at its Line, or else is added itself:
// to what holds it, and once.
func (f *filling) add(a Addition, array, holder string, line int) {
	if a.Line > 0 {
		f.all = append(f.all, a)
		return
	}
	for i, line := range a.Lines {
		a.Lines[i] = "  " + line
	}
	opening := fmt.Sprintf("%q: [", array)
	for i := range f.all {
		if earlier := &f.all[i]; earlier.Into == holder && earlier.Lines[0] == opening {
			earlier.Lines = slices.Insert(earlier.Lines, len(earlier.Lines)-1, a.Lines...)
			earlier.Why += "; " + a.Why
			for _, kind := range a.Kinds {
				if !slices.Contains(earlier.Kinds, kind) {
					earlier.Kinds = append(earlier.Kinds[:len(earlier.Kinds):len(earlier.Kinds)], kind)
				}
			}
			return
		}
	}
	a.Into, a.Line, a.Lines = holder, line, append(append([]string{opening}, a.Lines...), "],")
	f.all = append(f.all, a)
}

// skill adds a skill object to an ability.
func (f *filling) skill(a *Ability, why string, kinds []push.Kind, line string) {
	f.add(Addition{File: f.m.File, Into: "the skills of " + named(a.Name), Line: a.skillsLine, Lines: []string{line}, Why: why, Kinds: kinds}, "skills", named(a.Name), a.Line)
}

const (
	homeSkill     = `{ "entities": ["entity.system.home"], "actions": ["ohos.want.action.home"] },`
	listenerSkill = `{ "actions": ["action.ohos.push.listener"] },`
)

var (
	clicked  = []push.Kind{push.KindAlert, push.KindExtension, push.KindLiveView}
	listened = []push.Kind{push.KindBackground, push.KindVoIP, push.KindExtension}
)

func (f *filling) abilities() {
	needsHome := f.m.Type == "entry" && f.wants(clicked...)
	var home *Ability
	for i := range f.m.Abilities {
		if home == nil && f.m.Abilities[i].home() {
			home, needsHome = &f.m.Abilities[i], false
		}
	}
	needsListener := f.wants(listened...) && len(f.app.listeners()) == 0
	if len(f.m.Abilities) == 0 && (needsHome || needsListener) {
		f.element("abilities", "the ability that the launcher and clicks start, and that registers receiveMessage at the start of its onCreate", append(slices.Clone(clicked), push.KindBackground, push.KindVoIP),
			"{", `  "name": "EntryAbility",`, `  "srcEntry": "./ets/entryability/EntryAbility.ets",`, `  "exported": true,`, `  "launchType": "singleton",`,
			`  "skills": [`, "    "+homeSkill, "    "+listenerSkill, "  ],", "},")
		return
	}
	if home == nil && len(f.m.Abilities) > 0 {
		home = &f.m.Abilities[0]
	}
	if needsHome {
		f.skill(home, "a click that names no page opens this ability; the skill has no uris, or the message is not received", clicked, homeSkill)
	}
	if needsListener {
		f.skill(home, "this ability registers receiveMessage, synchronously at the start of its onCreate", listened, listenerSkill)
	}
}

func (f *filling) extension() {
	if !f.wants(push.KindExtension) || len(f.app.ofType(extensionTypeName)) > 0 {
		return
	}
	f.element("extensionAbilities", "a class that extends RemoteNotificationExtensionAbility, in the file that srcEntry names", []push.Kind{push.KindExtension},
		"{", `  "name": "RemoteNotificationExtAbility",`, `  "type": "remoteNotification",`, `  "srcEntry": "./ets/entryability/RemoteNotificationExtAbility.ets",`, `  "exported": false,`,
		`  "skills": [{ "actions": ["`+extensionActionName+`"] }],`, "},")
}

// internet is the permission without which an app opens no socket. (Claim
// hap.internet.)
const internet = "ohos.permission.INTERNET"

func (f *filling) permission() {
	for _, m := range f.app.Modules {
		if slices.ContainsFunc(m.Permissions, func(p Permission) bool { return p.Name == internet }) {
			return
		}
	}
	f.element("requestPermissions", "Pushproof's agent tells this computer what it has seen, through a port of the device's own", nil, `{ "name": "`+internet+`" },`)
}
