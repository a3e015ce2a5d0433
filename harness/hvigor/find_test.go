// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hvigor"
)

// tree makes files, or folders where a name ends with a slash, and returns the
// folder above them.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(root, filepath.FromSlash(name))
		dir := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			dir = path
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if dir != path {
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

// Every layout of an installation is found, on each system, by its variable, by
// PATH or at a usual place.
func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		os    string
		files []string
		env   map[string]string // values begin with the root where they begin with a slash
		path  map[string]string // of programs
		want  hvigor.Tools      // below the root
	}{
		"the Command Line Tools in PATH": {
			"linux", []string{"clt/bin/hvigorw", "clt/bin/ohpm", "clt/sdk/", "clt/tool/node/", "jdk/bin/java"}, map[string]string{"JAVA_HOME": "/jdk"},
			map[string]string{"hvigorw": "clt/bin/hvigorw"}, hvigor.Tools{Hvigorw: "clt/bin/hvigorw", Ohpm: "clt/bin/ohpm", SDK: "clt/sdk", NodeHome: "clt/tool/node", JavaHome: "jdk"},
		},
		"the Command Line Tools at home": {
			"linux", []string{"home/command-line-tools/bin/hvigorw", "home/command-line-tools/bin/ohpm", "home/command-line-tools/sdk/", "jdk/bin/java"}, map[string]string{"HOME": "/home"},
			map[string]string{"java": "jdk/bin/java"}, hvigor.Tools{Hvigorw: "home/command-line-tools/bin/hvigorw", Ohpm: "home/command-line-tools/bin/ohpm", SDK: "home/command-line-tools/sdk", JavaHome: "jdk"},
		},
		"DevEco Studio by its SDK": {
			"darwin", []string{"a/Contents/tools/hvigor/bin/hvigorw", "a/Contents/tools/ohpm/bin/ohpm", "a/Contents/tools/node/", "a/Contents/sdk/", "a/Contents/jbr/Contents/Home/bin/java"},
			map[string]string{"DEVECO_SDK_HOME": "/a/Contents/sdk"}, nil,
			hvigor.Tools{Hvigorw: "a/Contents/tools/hvigor/bin/hvigorw", Ohpm: "a/Contents/tools/ohpm/bin/ohpm", SDK: "a/Contents/sdk", NodeHome: "a/Contents/tools/node", JavaHome: "a/Contents/jbr/Contents/Home"},
		},
		"DevEco Studio on Windows": {
			"windows", []string{"p/Huawei/DevEco Studio/tools/hvigor/bin/hvigorw.bat", "p/Huawei/DevEco Studio/tools/ohpm/bin/ohpm.bat", "p/Huawei/DevEco Studio/sdk/", "p/Huawei/DevEco Studio/jbr/bin/java.exe"},
			map[string]string{"ProgramFiles": "/p"}, nil,
			hvigor.Tools{Hvigorw: "p/Huawei/DevEco Studio/tools/hvigor/bin/hvigorw.bat", Ohpm: "p/Huawei/DevEco Studio/tools/ohpm/bin/ohpm.bat", SDK: "p/Huawei/DevEco Studio/sdk", JavaHome: "p/Huawei/DevEco Studio/jbr"},
		},
		"ohpm of another installation": {
			"linux", []string{"clt/bin/hvigorw", "clt/sdk/", "other/ohpm", "jdk/bin/java"}, map[string]string{"JAVA_HOME": "/jdk"},
			map[string]string{"hvigorw": "clt/bin/hvigorw", "ohpm": "other/ohpm"}, hvigor.Tools{Hvigorw: "clt/bin/hvigorw", Ohpm: "other/ohpm", SDK: "clt/sdk", JavaHome: "jdk"},
		},
		"another SDK": {
			"linux", []string{"clt/bin/hvigorw", "clt/bin/ohpm", "clt/sdk/", "sdks/6/", "jdk/bin/java"}, map[string]string{"JAVA_HOME": "/jdk", "DEVECO_SDK_HOME": "/sdks/6"},
			map[string]string{"hvigorw": "clt/bin/hvigorw"}, hvigor.Tools{Hvigorw: "clt/bin/hvigorw", Ohpm: "clt/bin/ohpm", SDK: "sdks/6", JavaHome: "jdk"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, c.files...)
			got, err := host(c.os, root, c.env, c.path).Find()
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []*string{&c.want.Hvigorw, &c.want.Ohpm, &c.want.SDK, &c.want.JavaHome, &c.want.NodeHome} {
				if *path != "" {
					*path = filepath.Join(root, filepath.FromSlash(*path))
				}
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func host(goos, root string, env, programs map[string]string) hvigor.Host {
	return hvigor.Host{
		OS: goos,
		Getenv: func(name string) string {
			if strings.HasPrefix(env[name], "/") {
				return filepath.Join(root, filepath.FromSlash(env[name]))
			}
			return env[name]
		},
		LookPath: func(name string) (string, error) {
			if programs[name] == "" {
				return "", exec.ErrNotFound
			}
			return filepath.Join(root, filepath.FromSlash(programs[name])), nil
		},
	}
}

func TestWhatIsMissingIsNamedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		env   map[string]string
		path  map[string]string
		want  []string
	}{
		"everything":      {nil, map[string]string{"HOME": "/home"}, nil, []string{"hvigorw", "ohpm", "the SDK", "java"}},
		"java":            {[]string{"c/bin/hvigorw", "c/bin/ohpm", "c/sdk/"}, map[string]string{"JAVA_HOME": "/none"}, map[string]string{"hvigorw": "c/bin/hvigorw"}, []string{"java"}},
		"the SDK":         {[]string{"c/bin/hvigorw", "c/bin/ohpm", "j/bin/java"}, map[string]string{"JAVA_HOME": "/j", "DEVECO_SDK_HOME": "/none"}, map[string]string{"hvigorw": "c/bin/hvigorw"}, []string{"the SDK"}},
		"a folder hvigor": {[]string{"home/command-line-tools/bin/hvigorw/", "j/bin/java"}, map[string]string{"HOME": "/home", "JAVA_HOME": "/j"}, nil, []string{"hvigorw", "ohpm", "the SDK"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, c.files...)
			_, err := host("linux", root, c.env, c.path).Find()
			var missing *hvigor.MissingError
			if !errors.As(err, &missing) {
				t.Fatalf("%v", err)
			}
			var got []string
			for _, m := range missing.Missing {
				got = append(got, m.What)
				if m.Install == "" || !strings.Contains(err.Error(), m.What+": "+m.Install) {
					t.Errorf("%s is not said with what to install: %v", m.What, err)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if home := c.env["HOME"]; home != "" && !strings.Contains(err.Error(), "looked for "+filepath.Join(root, home, "command-line-tools", "bin", "hvigorw")) {
				t.Errorf("it does not say where it looked: %v", err)
			}
		})
	}
}
