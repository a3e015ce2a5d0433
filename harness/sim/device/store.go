// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/hap"
)

// agentLibrary is the native module of an app that carries the agent.
const agentLibrary = "libpushagent.so"

// extensionType marks a notification extension in module.json. Source: Push
// Kit, RemoteNotificationExtensionAbility.
const extensionType = "remoteNotification"

// installFrom installs the package, or the folder of packages, that lies at
// name: a new app starts without data and token, one that is there keeps both.
// It returns 0, or the code with which bm refuses. After Close only the apps
// of Options.Apps are there again; of the others their data stay in Dir.
func (d *Device) installFrom(name string, downgrade bool) InstallCode {
	packages, code := d.packages(name)
	if code != 0 {
		return code
	}
	spec, code := d.specOf(packages)
	if code != 0 {
		return code
	}
	if refuse := d.opts.InstallError; refuse != nil {
		if code := refuse(spec.Bundle); code != 0 {
			return code
		}
	}
	d.mu.Lock()
	old := d.find(spec.Bundle)
	switch {
	case old == nil:
	case old.spec.Signer != "" && spec.Signer != "" && (old.spec.Signer != spec.Signer || old.spec.Release != spec.Release):
		code = CodeSignerDiffers
	case old.spec.versionCode() > spec.versionCode() && !downgrade:
		code = CodeDowngrade
	}
	d.mu.Unlock()
	if code != 0 {
		return code
	}
	if d.Install(spec) != nil {
		return CodeProfile
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.systemLog("I", "BMSInstaller", "installed "+spec.Bundle)
	d.notify()
	return 0
}

// packages reads what lies at name.
func (d *Device) packages(name string) ([]*hap.Package, InstallCode) {
	names := []string{name}
	if info, err := d.files.stat(name); err == nil && info.IsDir() {
		entries, err := d.files.list(name)
		if err != nil {
			return nil, CodeProfile
		}
		names = nil
		for _, e := range entries {
			if isPackage(e.Name()) || path.Ext(e.Name()) == ".app" {
				names = append(names, name+"/"+e.Name())
			}
		}
	}
	var all []*hap.Package
	for _, n := range names {
		found, code := d.packagesIn(n)
		if code != 0 {
			return nil, code
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, CodeProfile
	}
	return all, 0
}

// packagesIn reads one file: a package, or an .app with several.
func (d *Device) packagesIn(name string) ([]*hap.Package, InstallCode) {
	file, err := d.OpenFile(name)
	if err != nil {
		return nil, CodeProfile
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, CodeProfile
	}
	if path.Ext(name) == ".app" {
		return d.appPackages(content)
	}
	p, code := d.readPackage(content)
	return []*hap.Package{p}, code
}

func (d *Device) readPackage(content []byte) (*hap.Package, InstallCode) {
	p, err := hap.Read(bytes.NewReader(content), int64(len(content)))
	params := d.opts.Profile.Params
	switch {
	// The signature comes first: a file that is no package has none.
	case p.Signature == nil:
		return nil, CodeNoSignature
	case err != nil:
		return nil, CodeProfile
	case !p.Signature.Release && params["const.security.developermode.state"] == "false":
		return nil, CodeDeveloperMode
	case p.Profile.App.API() > d.opts.Profile.API:
		return nil, CodeOldDevice
	case len(p.Profile.Module.DeviceTypes) > 0 && !slices.Contains(p.Profile.Module.DeviceTypes, d.opts.Profile.DeviceType) &&
		!slices.Contains(p.Profile.Module.DeviceTypes, "default"):
		return nil, CodeDeviceType
	}
	abis := strings.Split(params["const.product.cpu.abilist"], ",")
	if len(p.ABIs) > 0 && !slices.ContainsFunc(p.ABIs, func(a string) bool { return slices.Contains(abis, a) }) {
		return nil, CodeABI
	}
	return p, 0
}

// specOf describes the app that packages make up. What no package says, such
// as the rights that the cloud has granted, is taken from the app of that name
// in Options.Apps.
func (d *Device) specOf(packages []*hap.Package) (InstalledApp, InstallCode) {
	first := packages[0].Profile.App
	spec := InstalledApp{Bundle: first.BundleName}
	for _, known := range d.opts.Apps {
		if known.Bundle == first.BundleName {
			spec.Rights, spec.ProxyTable, spec.Forms, spec.Behavior = known.Rights, known.ProxyTable, known.Forms, known.Behavior
		}
	}
	agent := false
	for _, p := range packages {
		if p.Profile.App.BundleName != first.BundleName {
			return spec, CodeProfile
		}
		m := p.Profile.Module
		agent = agent || slices.Contains(p.Libraries, agentLibrary)
		if m.Type == "entry" || len(packages) == 1 {
			spec.Module = m.Name
		}
		for _, a := range m.Abilities {
			spec.Abilities = append(spec.Abilities, Ability{Name: a.Name, Exported: a.Exported, Skills: skillsOf(a.Skills)})
		}
		for _, e := range m.Extensions {
			if e.Type == extensionType {
				spec.Extension = e.Name
			}
		}
	}
	spec.Label, spec.VersionCode, spec.VersionName = first.Label, first.VersionCode, first.VersionName
	spec.Signer, spec.Release = packages[0].Signature.Signer, packages[0].Signature.Release
	if agent || len(packages[0].Libraries) > 0 {
		spec.Behavior.Agent = agent
	}
	if spec.check() != nil {
		return spec, CodeProfile
	}
	return spec, 0
}

func skillsOf(skills []hap.Skill) []Skill {
	var out []Skill
	for _, s := range skills {
		skill := Skill{Entities: s.Entities, Actions: s.Actions}
		for _, u := range s.URIs {
			skill.URIs = append(skill.URIs, URI{Scheme: u.Scheme, Host: u.Host, Port: u.Port, Path: u.Path})
		}
		out = append(out, skill)
	}
	return out
}

// install is `bm install -p PATH [-r] [-u USER] [-w SECONDS] [-d] [-g]`.
func (c *call) install() {
	at, downgrade := "", false
	for args := c.args[1:]; len(args) > 0; args = args[1:] {
		switch args[0] {
		case "-p", "-u", "-w", "-s":
			if len(args) < 2 || strings.HasPrefix(args[1], "-") {
				// hdc writes -s for a shared library, and its path with -p.
				continue
			}
			if args[0] == "-p" || args[0] == "-s" {
				at = args[1]
			}
			args = args[1:]
		case "-d":
			downgrade = true
		}
	}
	if at == "" {
		c.print("error: you must specify a bundle path with '-p' or '--bundle-path'.\n")
		return
	}
	if code := c.d.installFrom(absolute(c.dir, at), downgrade); code != 0 {
		c.print("error: failed to install bundle.\ncode:%d\nerror: %s\n", code, code.text())
		return
	}
	c.print("install bundle successfully.\n")
}
