// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hvigor builds a HarmonyOS project with the vendor's own tools: ohpm
// and hvigor of DevEco Studio or of the Command Line Tools.
//
// It guarantees that everything that is missing is named at once, with what to
// install; that a step which fails ends the build, and says which; and that
// nothing that it started runs on when its context is over. It installs no
// tools, changes no file of the project's source, and keeps no daemon.
package hvigor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// SDKEnv is hvigor's own variable: the sdk folder of an installation.
const SDKEnv = "DEVECO_SDK_HOME"

// Tools is what a build needs, with absolute paths.
type Tools struct {
	// Hvigorw and Ohpm are programs.
	Hvigorw, Ohpm string
	// SDK is the folder that SDKEnv names.
	SDK string
	// JavaHome is the folder of a JDK or JRE, which packs and signs.
	JavaHome string
	// NodeHome is the Node.js of the installation; "" where it has none of its
	// own.
	NodeHome string
}

// Missing is something that a build needs and that was not found.
type Missing struct {
	What    string
	Install string
	// Looked are the places, in order.
	Looked []string
}

// MissingError says what to install.
type MissingError struct{ Missing []Missing }

// Error implements error.
func (e *MissingError) Error() string {
	var b strings.Builder
	b.WriteString("the tools that build HarmonyOS apps are not all there:")
	for _, m := range e.Missing {
		fmt.Fprintf(&b, "\n  %s: %s", m.What, m.Install)
		for _, path := range m.Looked {
			fmt.Fprintf(&b, "\n    looked for %s", path)
		}
	}
	return b.String()
}

// Host is the machine that builds. The zero value is this one.
type Host struct {
	// OS is a name of the runtime package's GOOS, Getenv its environment and
	// LookPath its search for programs.
	OS       string
	Getenv   func(string) string
	LookPath func(string) (string, error)
}

func (h Host) complete() Host {
	if h.OS == "" {
		h.OS = runtime.GOOS
	}
	if h.Getenv == nil {
		h.Getenv = os.Getenv
	}
	if h.LookPath == nil {
		h.LookPath = exec.LookPath
	}
	return h
}

// Find returns the tools. It runs nothing. The installation is the one around
// DEVECO_SDK_HOME, else the one whose hvigorw is in PATH, else one at a usual
// place; java is the installation's, else that of JAVA_HOME or PATH.
//
// Errors: *MissingError.
func (h Host) Find() (*Tools, error) {
	h = h.complete()
	roots := h.roots()
	t := &Tools{}
	var missing []Missing
	need := func(what, install string, looked []string) {
		missing = append(missing, Missing{what, install, looked})
	}
	const studio = "install DevEco Studio (Windows, macOS) or the HarmonyOS Command Line Tools, from developer.huawei.com/consumer/cn/download, and put its bin into PATH, or its sdk folder into " + SDKEnv
	var root string
	var looked []string
	for _, candidate := range roots {
		found, tried := h.part(candidate, "hvigorw", ".bat")
		looked = append(looked, tried...)
		if found != "" {
			root, t.Hvigorw = candidate, found
			break
		}
	}
	if root == "" {
		need("hvigorw", studio, append(looked, "hvigorw in PATH"))
		roots = nil
	} else {
		roots = []string{root}
	}
	in := func(part, suffix string) (found string, looked []string) {
		for _, root := range roots {
			path, tried := h.part(root, part, suffix)
			looked = append(looked, tried...)
			if path != "" {
				return path, looked
			}
		}
		return "", looked
	}
	if t.Ohpm, looked = in("ohpm", ".bat"); t.Ohpm == "" {
		if path, err := h.LookPath("ohpm"); err == nil {
			t.Ohpm = absolute(path)
		} else {
			need("ohpm", "it is a part of the same installation as hvigorw", append(looked, "ohpm in PATH"))
		}
	}
	t.SDK = h.Getenv(SDKEnv)
	looked = []string{t.SDK + " (" + SDKEnv + ")"}
	if t.SDK == "" {
		t.SDK, looked = in("sdk", "")
	}
	if !isDir(t.SDK) {
		need("the SDK", "it is a part of the same installation as hvigorw; "+SDKEnv+" names its folder sdk", looked)
	}
	t.NodeHome, _ = in("node", "")
	if t.JavaHome, looked = h.java(in); t.JavaHome == "" {
		need("java", "install a JDK 17, and put its bin into PATH or its folder into JAVA_HOME: it packs and signs", looked)
	}
	if len(missing) > 0 {
		return nil, &MissingError{missing}
	}
	return t, nil
}

// roots returns the folders in which an installation may be.
func (h Host) roots() []string {
	var all []string
	add := func(path string) {
		if path = absolute(path); !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	if sdk := h.Getenv(SDKEnv); sdk != "" {
		add(filepath.Dir(filepath.Clean(sdk)))
	}
	if program, err := h.LookPath("hvigorw"); err == nil {
		program = absolute(program)
		places := []string{program}
		if real, err := filepath.EvalSymlinks(program); err == nil && real != program {
			places = append(places, real)
		}
		for _, place := range places {
			for _, p := range fixtures.BuildPlaces(h.OS, "hvigorw") {
				name := strings.TrimSuffix(filepath.ToSlash(place), ".bat")
				if root, ok := strings.CutSuffix(name, "/"+p.Path); ok {
					add(filepath.FromSlash(root))
				}
			}
		}
	}
	for _, p := range fixtures.BuildPlaces(h.OS, "root") {
		if path, ok := p.Expand(h.Getenv); ok {
			add(filepath.FromSlash(path))
		}
	}
	return all
}

// part returns a part of an installation, "" if it is not there, and where it
// looked. A suffix is that of programs on Windows.
func (h Host) part(root, name, suffix string) (found string, looked []string) {
	for _, p := range fixtures.BuildPlaces(h.OS, name) {
		path := filepath.Join(root, filepath.FromSlash(p.Path))
		if suffix != "" && h.OS == "windows" {
			path += suffix
		}
		looked = append(looked, path)
		info, err := os.Stat(path)
		if err == nil && info.IsDir() == (suffix == "") {
			return path, looked
		}
	}
	return "", looked
}

// java returns the folder whose bin has java.
func (h Host) java(in func(part, suffix string) (string, []string)) (home string, looked []string) {
	program := "java"
	if h.OS == "windows" {
		program += ".exe"
	}
	own, looked := in("java", "")
	for _, home := range []string{own, h.Getenv("JAVA_HOME")} {
		if home == "" {
			continue
		}
		path := filepath.Join(home, "bin", program)
		looked = append(looked, path)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return home, looked
		}
	}
	path, err := h.LookPath("java")
	if err != nil {
		return "", append(looked, "java in PATH")
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return filepath.Dir(filepath.Dir(absolute(path))), looked
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
