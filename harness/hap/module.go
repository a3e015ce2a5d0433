// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/internal/json5"
)

// ParseModule reads module.json or module.json5. file is its name in findings
// and errors. bundle is the one that module.json holds, "" for a module.json5.
//
// What is missing is left empty, and what has another shape than the guide says
// is a finding of Check. The error is a *TextError.
func ParseModule(file string, text []byte) (m *Module, bundle string, err error) {
	root, err := json5.Parse(text)
	if err == nil && root.Get("module").Kind() != json5.Object {
		err = errors.New("it has no object \"module\": is it a module.json or module.json5?")
	}
	if err != nil {
		return nil, "", &TextError{file, err}
	}
	v := root.Get("module")
	m = &Module{File: file, Line: v.Line(), Profiles: map[string]Profile{}, at: map[string]int{"module": v.Line()}}
	r := shapes{m}
	m.Name, m.Type = r.text(v, "module", "name"), r.text(v, "module", "type")
	m.DeviceTypes, m.TypesLine = r.texts(v, "module", "deviceTypes"), v.Get("deviceTypes").Line()
	if m.TypesLine == 0 {
		m.TypesLine = m.Line
	}
	m.Abilities = r.abilities(v, "abilities")
	m.Extensions = r.abilities(v, "extensionAbilities")
	m.Metadata = r.metadata(v, "module")
	r.each(v, "module", "proxyData", func(v *json5.Value, path string) {
		p := ProxyData{URI: r.text(v, path, "uri"), WritePermission: r.text(v, path, "requiredWritePermission"), Line: v.Line()}
		if meta := v.Get("metadata"); r.is(meta, path+".metadata", json5.Object) {
			p.Metadata = r.entry(meta, path+".metadata")
		}
		m.ProxyData = append(m.ProxyData, p)
	})
	r.each(v, "module", "requestPermissions", func(v *json5.Value, path string) {
		m.Permissions = append(m.Permissions, Permission{r.text(v, path, "name"), v.Line()})
	})
	return m, root.Get("app").Get("bundleName").Text(), nil
}

// shapes reads values, and notes those of another kind than they must be.
type shapes struct{ m *Module }

// is reports whether the value is there and of that kind.
func (r shapes) is(v *json5.Value, path string, kind json5.Kind) bool {
	if v == nil || v.Kind() == kind {
		return v != nil
	}
	r.m.misshapen = append(r.m.misshapen, misshapen{path, v.Line(), v.Kind().String(), kind.String()})
	return false
}

func (r shapes) text(v *json5.Value, path, name string) string {
	if member := v.Get(name); r.is(member, path+"."+name, json5.String) {
		return member.Text()
	}
	return ""
}

// each calls f for every object of an array, and notes where that begins.
func (r shapes) each(v *json5.Value, path, name string, f func(v *json5.Value, path string)) {
	list := v.Get(name)
	path += "." + name
	if !r.is(list, path, json5.Array) {
		return
	}
	r.m.at[path] = list.Line()
	for i, item := range list.Items() {
		if at := fmt.Sprintf("%s[%d]", path, i); r.is(item, at, json5.Object) {
			f(item, at)
		}
	}
}

// texts returns the strings of an array that are not empty.
func (r shapes) texts(v *json5.Value, path, name string) []string {
	var all []string
	list := v.Get(name)
	if !r.is(list, path+"."+name, json5.Array) {
		return nil
	}
	for i, item := range list.Items() {
		if r.is(item, fmt.Sprintf("%s.%s[%d]", path, name, i), json5.String) && strings.TrimSpace(item.Text()) != "" {
			all = append(all, item.Text())
		}
	}
	return all
}

func (r shapes) abilities(v *json5.Value, name string) []Ability {
	var all []Ability
	r.each(v, "module", name, func(v *json5.Value, path string) {
		a := Ability{Name: r.text(v, path, "name"), Line: v.Line(), LaunchType: "singleton", Metadata: r.metadata(v, path)}
		if a.extension = name == "extensionAbilities"; a.extension {
			a.Type = r.text(v, path, "type")
		}
		if launch := r.text(v, path, "launchType"); launch != "" {
			a.LaunchType = launch
		}
		exported := v.Get("exported")
		a.Exported = r.is(exported, path+".exported", json5.Bool) && exported.True()
		r.each(v, path, "skills", func(v *json5.Value, path string) {
			s := Skill{Entities: r.texts(v, path, "entities"), Actions: r.texts(v, path, "actions"), Line: v.Line()}
			if uris := v.Get("uris"); r.is(uris, path+".uris", json5.Array) {
				s.URIs = len(uris.Items())
			}
			a.Skills = append(a.Skills, s)
		})
		a.skillsLine = r.m.at[path+".skills"]
		all = append(all, a)
	})
	return all
}

func (r shapes) metadata(v *json5.Value, path string) []Metadata {
	var all []Metadata
	r.each(v, path, "metadata", func(v *json5.Value, path string) { all = append(all, r.entry(v, path)) })
	return all
}

func (r shapes) entry(v *json5.Value, path string) Metadata {
	return Metadata{Name: r.text(v, path, "name"), Value: r.text(v, path, "value"), Resource: r.text(v, path, "resource"), Line: v.Line()}
}

// addProfile reads one file of resources/base/profile.
func (m *Module) addProfile(name, file string, text []byte) {
	v, err := json5.Parse(text)
	if err != nil {
		err = &TextError{file, err}
	}
	m.Profiles[name] = Profile{File: file, Value: v, Err: err}
}

// profile returns the file that a reference names, and what it lacks, "" if it
// is there and can be read.
func (m *Module) profile(reference string) (Profile, string) {
	name, ok := strings.CutPrefix(reference, "$profile:")
	switch {
	case reference == "":
		return Profile{}, "names no resource"
	case !ok:
		return Profile{}, fmt.Sprintf("names %q, which does not begin with $profile:", reference)
	}
	p, ok := m.Profiles[name]
	switch {
	case !ok:
		return p, fmt.Sprintf("names %s, and there is no resources/base/profile/%s.json", reference, name)
	case p.Err != nil:
		return p, fmt.Sprintf("names %s, which cannot be read: %v", reference, p.Err)
	}
	return p, ""
}
