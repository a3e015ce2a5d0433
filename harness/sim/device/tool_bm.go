// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

func toolBM(c *call) int {
	if len(c.args) == 0 {
		c.print("usage: bm <command> <options>\n")
		return 0
	}
	name := ""
	if i := slices.Index(c.args, "-n"); i >= 0 && i+1 < len(c.args) {
		name = c.args[i+1]
	}
	flag := func(f string) bool { return slices.Contains(c.args[1:], f) }
	switch {
	case c.args[0] == "dump" && flag("-l") && c.d.build.api < api60:
		c.print("error: unknown option.\nusage: bm <command> <options>\n")
	case c.args[0] == "dump" && (flag("-a") || flag("-g")):
		c.listBundles(flag("-g"), flag("-l"))
	case c.args[0] == "dump" && name != "" && flag("-l"):
		c.dumpLabel(name)
	case c.args[0] == "dump" && name != "":
		c.dumpBundle(name)
	case c.args[0] == "get" && (flag("-u") || flag("--udid")):
		c.print("udid of current device is :\n%s\n", c.d.udid())
	case c.args[0] == "install":
		c.install()
	case c.args[0] == "uninstall" && name != "":
		if err := c.d.uninstall(name, flag("-k")); err != nil {
			c.print("error: failed to uninstall bundle.\ncode:%d\nerror: %s\n", CodeNotInstalled, CodeNotInstalled.text())
			return 0
		}
		c.print("uninstall bundle successfully.\n")
	case c.args[0] == "clean" && name != "":
		c.clean(name, flag("-d"), flag("-c"))
	default:
		c.print("error: unknown option.\nusage: bm <command> <options>\n")
	}
	return 0
}

// listBundles lists all bundles, or those with a debug signature. What stands
// around a label is claim device.text.bm.
func (c *call) listBundles(debug, labels bool) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.print("ID: 100:\n")
	for _, a := range c.d.apps {
		switch {
		case debug && a.spec.Release:
		case labels:
			c.print("\t%s %s\n", a.spec.Bundle, a.spec.label())
		default:
			c.print("\t%s\n", a.spec.Bundle)
		}
	}
}

// notFound is what bm dump says of a bundle that is not installed.
const notFound = "error: failed to get information and the parameters may be wrong.\n"

func (c *call) dumpLabel(name string) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	if a := c.d.find(name); a != nil {
		c.print("%s\n", a.spec.label())
		return
	}
	c.print(notFound)
}

// clean needs developer mode. Source: bm guide; the words of a refusal are
// claim device.text.bm.
func (c *call) clean(name string, data, cache bool) {
	if !data && !cache {
		c.print("error: you must specify '-c' or '-d' for 'bm clean' option.\n")
		return
	}
	what, clear := "cache", c.d.clearCache
	if data {
		what, clear = "data", c.d.Clear
	}
	if !c.d.build.developer && !c.d.build.engineering || clear(name) != nil {
		c.print("error: failed to clean bundle %s files.\n", what)
		return
	}
	c.print("clean bundle %s files successfully.\n", what)
}

// udid is 64 hex digits, the same at every boot.
func (d *Device) udid() string {
	sum := sha256.Sum256([]byte("pushproof-sim " + d.opts.Key))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// bundle is the part of bm dump -n that testers read. Its shape is a claim:
// device.bm.home.
type bundle struct {
	ApplicationInfo struct {
		BundleName       string `json:"bundleName"`
		Label            string `json:"label"`
		Debug            bool   `json:"debug"`
		AppProvisionType string `json:"appProvisionType"`
		UID              int    `json:"uid"`
	} `json:"applicationInfo"`
	AppProvisionType string         `json:"appProvisionType"`
	HapModuleInfos   []bundleModule `json:"hapModuleInfos"`
	MainEntry        string         `json:"mainEntry"`
	Name             string         `json:"name"`
	UID              int            `json:"uid"`
	// UpdateTime is when it was installed last: claim device.bm.times.
	UpdateTime  int64  `json:"updateTime"`
	VersionCode int    `json:"versionCode"`
	VersionName string `json:"versionName"`
}

type bundleModule struct {
	Name           string            `json:"name"`
	ModuleName     string            `json:"moduleName"`
	MainAbility    string            `json:"mainAbility"`
	AbilityInfos   []bundleAbility   `json:"abilityInfos"`
	ExtensionInfos []bundleExtension `json:"extensionInfos"`
}

type bundleAbility struct {
	Name       string        `json:"name"`
	BundleName string        `json:"bundleName"`
	ModuleName string        `json:"moduleName"`
	Visible    bool          `json:"visible"`
	LaunchMode int           `json:"launchMode"`
	Skills     []bundleSkill `json:"skills"`
}

type bundleSkill struct {
	Actions  []string `json:"actions"`
	Entities []string `json:"entities"`
}

type bundleExtension struct {
	Name       string `json:"name"`
	BundleName string `json:"bundleName"`
	TypeName   string `json:"extensionTypeName"`
}

func (c *call) dumpBundle(name string) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	a := c.d.find(name)
	if a == nil {
		c.print(notFound)
		return
	}
	provision := map[bool]string{true: "release", false: "debug"}[a.spec.Release]
	b := bundle{AppProvisionType: provision, MainEntry: a.spec.module(), Name: name, UID: a.uid, UpdateTime: a.updated.UnixMilli(), VersionCode: a.spec.versionCode(), VersionName: a.spec.versionName()}
	b.ApplicationInfo.BundleName, b.ApplicationInfo.Label, b.ApplicationInfo.Debug = name, a.spec.label(), !a.spec.Release
	b.ApplicationInfo.AppProvisionType, b.ApplicationInfo.UID = provision, a.uid
	module := bundleModule{Name: a.spec.module(), ModuleName: a.spec.module(), MainAbility: a.spec.home().Name, ExtensionInfos: []bundleExtension{}}
	for _, ability := range a.spec.Abilities {
		info := bundleAbility{Name: ability.Name, BundleName: name, ModuleName: a.spec.module(), Visible: ability.Exported, Skills: []bundleSkill{}}
		for _, s := range ability.Skills {
			info.Skills = append(info.Skills, bundleSkill{Actions: append([]string{}, s.Actions...), Entities: append([]string{}, s.Entities...)})
		}
		module.AbilityInfos = append(module.AbilityInfos, info)
	}
	if a.spec.Extension != "" {
		module.ExtensionInfos = append(module.ExtensionInfos, bundleExtension{a.spec.Extension, name, "remoteNotification"})
	}
	b.HapModuleInfos = []bundleModule{module}
	text, err := json.MarshalIndent(b, "", "    ")
	if err != nil {
		c.print(notFound)
		return
	}
	c.print("%s:\n%s\n", name, text)
}
