// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// InstalledApp describes an app as its module.json5 would.
type InstalledApp struct {
	Bundle string
	// Label is the name under its icon; "" means Bundle.
	Label string
	// Module is the module's name; "" means entry.
	Module    string
	Abilities []Ability
	// Extension names the RemoteNotificationExtensionAbility; "" is none.
	Extension string
	// Forms are its cards, as form_config.json describes them.
	Forms []Form
	// ProxyTable names the database table that receives background messages
	// with proxyData; "" is none.
	ProxyTable string
	// Rights are handed to the cloud with the first getToken, e.g.
	// "category:IM" or "kind:extension".
	Rights []string
	// VersionCode and VersionName are the app's; 0 and "" mean 1000000 and
	// 1.0.0.
	VersionCode int
	VersionName string
	// Signer tells one signing key from another; "" is one that is not known.
	Signer string
	// Release is set for an app with a release signature, which devicedebug
	// does not touch.
	Release  bool
	Behavior seam.Behavior
}

// Ability is a UIAbility.
type Ability struct {
	Name     string
	Exported bool
	Skills   []Skill
}

// Form is a card that the app offers.
type Form struct {
	// Name is the form's, Ability the FormExtensionAbility's.
	Name, Ability string
	// DataProxy is dataProxyEnabled: without it a push refreshes nothing.
	DataProxy bool
}

// Skill is one object of an ability's skills.
type Skill struct {
	Entities, Actions []string
	URIs              []URI
}

// URI is one entry of a skill's uris; empty parts match anything.
type URI struct{ Scheme, Host, Port, Path string }

// Actions and entities that mark abilities. Source: Push Kit, sending alerts
// and receiving messages in the foreground.
const (
	ActionListener  = "action.ohos.push.listener"
	ActionExtension = "action.hms.push.extension.remotenotification"
	entityHome      = "entity.system.home"
)

var actionsHome = []string{"ohos.want.action.home", "action.system.home"}

// DemoApp returns an app with one exported home ability that listens for
// messages, an extension, a card and a proxy table: what most cells need.
func DemoApp(bundle string) InstalledApp {
	return InstalledApp{
		Bundle: bundle,
		Abilities: []Ability{
			{Name: "EntryAbility", Exported: true, Skills: []Skill{
				{Entities: []string{entityHome}, Actions: []string{actionsHome[0]}},
				{Actions: []string{ActionListener}},
			}},
			{Name: "DetailAbility", Skills: []Skill{
				{Actions: []string{"com.test.action"}},
				{Actions: []string{""}, URIs: []URI{{Scheme: "https", Host: "www.example.com", Port: "8080", Path: "detail"}}},
			}},
		},
		Extension:  "RemoteNotificationExtAbility",
		Forms:      []Form{{Name: "widget", Ability: "EntryFormAbility", DataProxy: true}},
		ProxyTable: "t_push_message",
		Behavior:   seam.Behavior{Agent: true},
	}
}

// check returns what is wrong with the description.
func (a *InstalledApp) check() error {
	switch {
	case a.Bundle == "" || strings.ContainsAny(a.Bundle, `/\ `) || strings.HasPrefix(a.Bundle, "."):
		return fmt.Errorf("install an app: %q is no bundle name", a.Bundle)
	case a.home() == nil:
		return fmt.Errorf("install %s: no ability has a home skill (%s and %s)", a.Bundle, entityHome, actionsHome[0])
	}
	listeners := 0
	for _, ability := range a.Abilities {
		if slices.ContainsFunc(ability.Skills, func(s Skill) bool { return slices.Contains(s.Actions, ActionListener) }) {
			listeners++
		}
	}
	if listeners > 1 {
		return fmt.Errorf("install %s: %d abilities declare %s, and exactly one may", a.Bundle, listeners, ActionListener)
	}
	return nil
}

func (a *InstalledApp) ability(name string) *Ability {
	for i := range a.Abilities {
		if a.Abilities[i].Name == name {
			return &a.Abilities[i]
		}
	}
	return nil
}

func (a *InstalledApp) form(name string) *Form {
	for i := range a.Forms {
		if a.Forms[i].Name == name {
			return &a.Forms[i]
		}
	}
	return nil
}

// home returns the ability that the launcher starts.
func (a *InstalledApp) home() *Ability {
	for i := range a.Abilities {
		if slices.ContainsFunc(a.Abilities[i].Skills, Skill.home) {
			return &a.Abilities[i]
		}
	}
	return nil
}

// listener returns the ability that receives messages, or nil.
func (a *InstalledApp) listener() *Ability {
	for i := range a.Abilities {
		if slices.ContainsFunc(a.Abilities[i].Skills, func(s Skill) bool { return slices.Contains(s.Actions, ActionListener) }) {
			return &a.Abilities[i]
		}
	}
	return nil
}

// receivable reports whether the home skill is free of uris: with them a
// message is not received at all. Source: Push Kit, sending alerts.
func (a *InstalledApp) receivable() bool {
	for _, s := range a.home().Skills {
		if s.home() && len(s.URIs) > 0 {
			return false
		}
	}
	return true
}

// clicked finds the ability for a clickAction of type 1: by action first, then
// by uri, else home.
func (a *InstalledApp) clicked(action, uri string) *Ability {
	for _, match := range []func(Skill) bool{
		func(s Skill) bool { return action != "" && slices.Contains(s.Actions, action) },
		func(s Skill) bool {
			return uri != "" && slices.ContainsFunc(s.URIs, func(u URI) bool { return u.matches(uri) })
		},
	} {
		for i := range a.Abilities {
			if slices.ContainsFunc(a.Abilities[i].Skills, match) {
				return &a.Abilities[i]
			}
		}
	}
	return a.home()
}

func (s Skill) home() bool {
	return slices.Contains(s.Entities, entityHome) &&
		slices.ContainsFunc(s.Actions, func(a string) bool { return slices.Contains(actionsHome, a) })
}

func (a *InstalledApp) label() string {
	if a.Label != "" {
		return a.Label
	}
	return a.Bundle
}

func (a *InstalledApp) module() string {
	if a.Module != "" {
		return a.Module
	}
	return "entry"
}

func (a *InstalledApp) versionCode() int {
	if a.VersionCode > 0 {
		return a.VersionCode
	}
	return 1_000_000
}

func (a *InstalledApp) versionName() string {
	if a.VersionName != "" {
		return a.VersionName
	}
	return "1.0.0"
}
