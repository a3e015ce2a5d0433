// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

// Profile is module.json, as the build puts it into a package: the app's and
// the module's part. Source: HarmonyOS guide, module.json5 and app.json5.
type Profile struct {
	App    App    `json:"app"`
	Module Module `json:"module"`
}

// App is what all modules of an app share.
type App struct {
	BundleName  string `json:"bundleName"`
	VersionCode int    `json:"versionCode"`
	VersionName string `json:"versionName"`
	Label       string `json:"label,omitempty"`
	// MinAPIVersion is compatibleSdkVersion; newer packages write it with the
	// distribution's number, 50000012 for 12.
	MinAPIVersion int  `json:"minAPIVersion"`
	Debug         bool `json:"debug"`
}

// Module is one HAP's part.
type Module struct {
	Name string `json:"name"`
	// Type is entry, feature or shared.
	Type string `json:"type"`
	// MainElement names the ability that the launcher starts.
	MainElement string      `json:"mainElement,omitempty"`
	DeviceTypes []string    `json:"deviceTypes"`
	Abilities   []Ability   `json:"abilities,omitempty"`
	Extensions  []Extension `json:"extensionAbilities,omitempty"`
}

// Ability is a UIAbility.
type Ability struct {
	Name     string  `json:"name"`
	Exported bool    `json:"exported"`
	Skills   []Skill `json:"skills,omitempty"`
}

// Extension is an ExtensionAbility.
type Extension struct {
	Name   string  `json:"name"`
	Type   string  `json:"type"`
	Skills []Skill `json:"skills,omitempty"`
}

// Skill says what an ability can be started with.
type Skill struct {
	Entities []string `json:"entities,omitempty"`
	Actions  []string `json:"actions,omitempty"`
	URIs     []URI    `json:"uris,omitempty"`
}

// URI is one uri of a skill.
type URI struct {
	Scheme string `json:"scheme,omitempty"`
	Host   string `json:"host,omitempty"`
	Port   string `json:"port,omitempty"`
	Path   string `json:"path,omitempty"`
}

// distribution is the factor in front of the API level in newer packages.
const distribution = 10_000

// API is the lowest API level that the app runs on: 12 for both 12 and
// 50000012. Source: HarmonyOS guide, app.json5; the larger form is a claim,
// hdc.hap-api.
func (a App) API() int {
	if a.MinAPIVersion >= 1_000*distribution {
		return a.MinAPIVersion % 1_000
	}
	return a.MinAPIVersion
}
