// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hap inspects HarmonyOS applications: what their module.json, or a
// project's module.json5, says of pushes, and whether a package holds any trace
// of Pushproof.
//
// It guarantees that Check names every rule of fixtures.ModuleRules that an app
// breaks, each with the place; that Open, where it returns no error, has read
// every byte of every member of the package, also of the packages inside of it;
// and that time, memory and disk are bounded whatever a file holds. A package
// that cannot be read whole gives an *IncompleteError, never a clean bill.
//
// It runs no code, verifies no signature, and does not look into what an app
// downloads. What stands in a package as plain text is a claim: hap.abc-text.
package hap

import (
	"fmt"

	"github.com/pushproof/pushproof/internal/json5"
)

// App is what an app's modules declare: those of a project, or of one or more
// packages.
type App struct {
	// Bundle is the bundle name, "" where it is not known.
	Bundle  string
	Modules []*Module
}

// Module is one module, as module.json or module.json5 describes it.
type Module struct {
	// File names the text for a person: entry/src/main/module.json5, or
	// entry.hap: module.json.
	File string
	// Name and Type: the type is entry, feature, shared or har.
	Name, Type  string
	DeviceTypes []string
	// Line is where the module begins in its file, TypesLine where its
	// deviceTypes stand; this and every other line counts from 1.
	Line, TypesLine int
	// Abilities are its UIAbilities, Extensions its extensionAbilities.
	Abilities, Extensions []Ability
	ProxyData             []ProxyData
	Metadata              []Metadata
	// Permissions are those of requestPermissions.
	Permissions []Permission
	// Profiles are the files of resources/base/profile, by their name less .json.
	Profiles map[string]Profile
	// at holds where arrays and objects of the text begin, for who adds to them.
	at map[string]int
	// misshapen are the values that are something else than they must be.
	misshapen []misshapen
}

// Ability is a UIAbility or an extensionAbility.
type Ability struct {
	Name string
	// Type is the extensionAbility's; "" for a UIAbility.
	Type string
	// LaunchType is singleton where the text says nothing.
	LaunchType string
	Exported   bool
	Skills     []Skill
	Metadata   []Metadata
	Line       int
	// extension is set below extensionAbilities, whose type may be missing.
	extension bool
	// skillsLine is where the array of skills begins, 0 where there is none.
	skillsLine int
}

// Skill says what an ability can be started with.
type Skill struct {
	Entities []string
	// Actions has no empty one, which matches nothing.
	Actions []string
	// URIs is how many there are.
	URIs int
	Line int
}

// Metadata is a name with a value, or with a resource such as
// $profile:form_config.
type Metadata struct {
	Name, Value, Resource string
	Line                  int
}

// ProxyData is a door to the app's data.
type ProxyData struct {
	URI             string
	WritePermission string
	Metadata        Metadata
	Line            int
}

// Permission is one that the app asks for.
type Permission struct {
	Name string
	Line int
}

// Profile is a file to which module.json refers as $profile:NAME.
type Profile struct {
	// File names it as Module.File does.
	File string
	// Value is nil where Err says why it cannot be read.
	Value *json5.Value
	Err   error
}

// misshapen is a value of another kind than it must be.
type misshapen struct {
	path string
	line int
	is   string
	must string
}

// TextError says that a text is no description of a module.
type TextError struct {
	// File names the text.
	File string
	Err  error
}

// Error implements error.
func (e *TextError) Error() string { return fmt.Sprintf("%s: %v", e.File, e.Err) }

// Unwrap returns the cause, which is a *json5.SyntaxError for what is no JSON5.
func (e *TextError) Unwrap() error { return e.Err }
