// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// NotInstalledError says that the device does not have the app.
type NotInstalledError struct{ Key, Bundle string }

// Error implements error.
func (e *NotInstalledError) Error() string {
	return fmt.Sprintf("%s is not installed on %s: install it with: hdc -t %s install -r FILE.hap; "+
		"the names of what is installed: hdc -t %s shell bm dump -a", e.Bundle, e.Key, e.Key, e.Key)
}

// HomeError says that an app's home ability cannot be told from its dump.
type HomeError struct {
	Bundle string
	// Abilities are those that it has.
	Abilities []string
}

// Error implements error.
func (e *HomeError) Error() string {
	if len(e.Abilities) == 0 {
		return fmt.Sprintf("%s has no ability that could be started: is it an app with a UIAbility?", e.Bundle)
	}
	return fmt.Sprintf("the home ability of %s cannot be told: name it with --ability; it has %s",
		e.Bundle, strings.Join(e.Abilities, ", "))
}

// bundleDump is what is used of `bm dump -n`. Source: OpenHarmony source of
// bundle_tool; which fields are filled differs by version.
type bundleDump struct {
	MainEntry       string        `json:"mainEntry"`
	EntryModuleName string        `json:"entryModuleName"`
	MainAbility     string        `json:"mainAbility"`
	AbilityInfos    []abilityInfo `json:"abilityInfos"`
	Modules         []bundleUnit  `json:"hapModuleInfos"`
}

type bundleUnit struct {
	Name            string        `json:"name"`
	ModuleName      string        `json:"moduleName"`
	MainAbility     string        `json:"mainAbility"`
	MainElementName string        `json:"mainElementName"`
	AbilityInfos    []abilityInfo `json:"abilityInfos"`
}

type abilityInfo struct {
	Name   string `json:"name"`
	Skills []struct {
		Actions  []string `json:"actions"`
		Entities []string `json:"entities"`
	} `json:"skills"`
}

// findHome checks that the app is installed, and fills in the home ability.
func (d *Device) findHome(ctx context.Context) error {
	text, err := d.do(ctx, "bm.dump", map[string]string{"bundle": d.app.Bundle})
	if err != nil {
		return fmt.Errorf("look for %s: %w", d.app.Bundle, err)
	}
	if strings.Contains(text, "error: failed to get information") {
		return &NotInstalledError{Key: d.key, Bundle: d.app.Bundle}
	}
	if d.app.Ability != "" {
		return nil
	}
	dump, err := parseBundle(text)
	if err != nil {
		return newOutputError("look for the home ability of "+d.app.Bundle, "bm dump", text, err)
	}
	home := dump.home()
	if home == "" {
		return &HomeError{Bundle: d.app.Bundle, Abilities: dump.abilities()}
	}
	if err := hdc.CheckAbility(home); err != nil {
		return newOutputError("look for the home ability of "+d.app.Bundle, "bm dump", home, err)
	}
	d.app.Ability = home
	return nil
}

// Abilities returns the names of the app's abilities, as bm dump gives them.
func (d *Device) Abilities(ctx context.Context) ([]string, error) {
	if err := d.needApp("list abilities"); err != nil {
		return nil, err
	}
	doing := "list the abilities of " + d.app.Bundle
	text, err := d.do(ctx, "bm.dump", map[string]string{"bundle": d.app.Bundle})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	dump, err := parseBundle(text)
	if err != nil {
		return nil, newOutputError(doing, "bm dump", text, err)
	}
	return dump.abilities(), nil
}

// Has reports whether App's ability is one of the names, short or full.
func (d *Device) Has(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return sameAbility(name, d.app.Ability) })
}

// errNoObject is what is wrong with a dump that holds no JSON.
var errNoObject = errors.New("there is no JSON object in it")

// parseBundle reads the JSON object behind the header line. A field of another
// type than expected is taken for absent: the dump has hundreds, and versions
// differ.
func parseBundle(text string) (*bundleDump, error) {
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return nil, errNoObject
	}
	var dump bundleDump
	var mismatch *json.UnmarshalTypeError
	err := json.NewDecoder(strings.NewReader(text[start:])).Decode(&dump)
	if err != nil && !errors.As(err, &mismatch) {
		return nil, err
	}
	return &dump, nil
}

// units returns the modules, the entry first, and the bundle's own level last.
func (b *bundleDump) units() []bundleUnit {
	units := slices.Clone(b.Modules)
	entry := func(u bundleUnit) bool {
		name := u.ModuleName
		if name == "" {
			name = u.Name
		}
		return name != "" && (name == b.MainEntry || name == b.EntryModuleName)
	}
	slices.SortStableFunc(units, func(x, y bundleUnit) int {
		switch {
		case entry(x) && !entry(y):
			return -1
		case entry(y) && !entry(x):
			return 1
		}
		return 0
	})
	return append(units, bundleUnit{MainAbility: b.MainAbility, AbilityInfos: b.AbilityInfos})
}

// home returns the home ability's name, or "" (claim device.bm.home).
func (b *bundleDump) home() string {
	units := b.units()
	for _, u := range units {
		for _, main := range []string{u.MainElementName, u.MainAbility, b.MainAbility} {
			for _, a := range u.AbilityInfos {
				if sameAbility(a.Name, main) {
					return a.Name
				}
			}
		}
	}
	for _, u := range units {
		for _, a := range u.AbilityInfos {
			if a.onDesktop() {
				return a.Name
			}
		}
	}
	return ""
}

// abilities returns the names of all abilities, each once.
func (b *bundleDump) abilities() []string {
	var names []string
	for _, u := range b.units() {
		for _, a := range u.AbilityInfos {
			if a.Name != "" && !slices.Contains(names, a.Name) {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

// sameAbility compares a short name with a full one, in either direction: some
// dumps give com.example.app.EntryAbility where others give EntryAbility.
func sameAbility(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// onDesktop reports whether the ability has the skill of a desktop icon. The
// action is ohos.want.action.home since API 19, action.system.home before.
func (a abilityInfo) onDesktop() bool {
	for _, s := range a.Skills {
		if slices.Contains(s.Entities, "entity.system.home") &&
			(slices.Contains(s.Actions, "ohos.want.action.home") || slices.Contains(s.Actions, "action.system.home")) {
			return a.Name != ""
		}
	}
	return false
}
