// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
)

// The environment variables by which an installation is found.
const (
	// ProgramEnv names the Emulator program; nothing else is searched then.
	ProgramEnv = "HARMONY_EMULATOR"
	// SDKEnv is hvigor's own: the sdk folder of an installation.
	SDKEnv = "DEVECO_SDK_HOME"
)

// Options say which installation is meant. The zero value is the one that is
// found.
type Options struct {
	// Program is the Emulator program; "" means the one that ProgramEnv names,
	// else the one that is beside the SDK of SDKEnv or beside the hdc program,
	// else one at a usual place, else the one in PATH.
	Program string
	// Instances is the folder of the instances, and Images the one that holds
	// system-image; "" means what the emulator's list says, else the usual place.
	Instances, Images string
}

// Find returns the installation. It runs nothing.
//
// Errors: *FindError, which lists where it looked.
func Find(o Options) (*Tool, error) {
	named := o.Program
	if named == "" {
		named = os.Getenv(ProgramEnv)
	}
	candidates := []string{named}
	if named == "" {
		candidates = search(runtime.GOOS, os.Getenv)
	}
	for _, path := range candidates {
		found, err := exec.LookPath(path)
		if err != nil || found != path && isAndroid(found) {
			continue
		}
		if found, err = filepath.Abs(found); err == nil {
			return &Tool{program: found, instances: o.Instances, images: o.Images, limit: callLimit, every: bootEvery}, nil
		}
	}
	return nil, &FindError{Searched: candidates}
}

// search lists where the program may be, the surest places first.
func search(goos string, getenv func(string) string) []string {
	name := "Emulator"
	if goos == "windows" {
		name += ".exe"
	}
	var found []string
	add := func(paths ...string) {
		for _, path := range paths {
			seen := false
			for _, earlier := range found {
				seen = seen || earlier == path
			}
			if !seen {
				found = append(found, path)
			}
		}
	}
	if sdk := getenv(SDKEnv); sdk != "" {
		add(above(sdk, name)...)
	}
	if program, err := hdc.Program(); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil {
			add(above(filepath.Dir(program), name)...)
		}
	}
	add(places(goos, "program", getenv)...)
	add(name) // in PATH
	return found
}

// above lists where the program is in an installation of which folder is a part:
// the toolchains of an SDK are five folders deep.
func above(folder, name string) []string {
	var paths []string
	for range 6 {
		paths = append(paths, filepath.Join(folder, "tools", "emulator", name), filepath.Join(folder, "emulator", name))
		parent := filepath.Dir(folder)
		if parent == folder {
			break
		}
		folder = parent
	}
	return paths
}

var variableInPath = regexp.MustCompile(`^\$\{(\w+)\}`)

// places returns the usual paths whose variables are set.
func places(goos, what string, getenv func(string) string) []string {
	var paths []string
	for _, place := range fixtures.EmulatorPlaces(goos, what) {
		path := place.Path
		if m := variableInPath.FindStringSubmatch(path); m != nil {
			value := getenv(m[1])
			if value == "" {
				continue
			}
			path = value + strings.TrimPrefix(path, m[0])
		}
		paths = append(paths, filepath.FromSlash(path))
	}
	return paths
}

// isAndroid reports whether a program of PATH is in an Android SDK, whose
// emulator has the same name where upper and lower case are one.
func isAndroid(path string) bool {
	return strings.Contains(strings.ToLower(filepath.ToSlash(path)), "/android")
}

// usual returns the first of the usual places that exists, else the first.
func usual(what string) string {
	paths := places(runtime.GOOS, what, os.Getenv)
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
	}
	if len(paths) == 0 {
		return ""
	}
	return paths[0]
}
