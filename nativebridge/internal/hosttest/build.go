// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hosttest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

// Times that a build and a compilation may take; a machine that is busy with
// other tests is slow.
const (
	buildLimit   = 10 * time.Minute
	compileLimit = 2 * time.Minute
)

// made keeps what was built until Main removes it.
var made struct {
	sync.Mutex
	dir   string
	built map[string]func() (string, error)
}

// Main runs the tests of a package that builds, and removes what it built. It
// returns the exit code.
func Main(m *testing.M) int {
	defer func() {
		made.Lock()
		defer made.Unlock()
		if made.dir != "" {
			_ = os.RemoveAll(made.dir)
		}
	}()
	return m.Run()
}

// once returns the file that build makes in a folder of its own, and makes it
// when it is first asked for.
func once(t testing.TB, name string, build func(dir string) (string, error)) string {
	t.Helper()
	made.Lock()
	if made.dir == "" {
		dir, err := os.MkdirTemp("", "hosttest-")
		if err != nil {
			made.Unlock()
			t.Fatal(err)
		}
		made.dir, made.built = dir, map[string]func() (string, error){}
	}
	if made.built[name] == nil {
		dir := filepath.Join(made.dir, fmt.Sprint(len(made.built)))
		made.built[name] = sync.OnceValues(func() (string, error) {
			if err := os.Mkdir(dir, 0o755); err != nil {
				return "", err
			}
			return build(dir)
		})
	}
	get := made.built[name]
	made.Unlock()
	path, err := get()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return path
}

// Library builds a Go package of this module as a library: as a native module of
// that name, or plain. The path of the package is from the folder of go.mod.
func (m *Machine) Library(t testing.TB, pkg, module string, plain bool) string {
	t.Helper()
	root, work := Root(t), Work(t)
	return once(t, fmt.Sprintf("library %s for %s by %s", pkg, m.ABI, m.compiler.Kind), func(dir string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
		defer cancel()
		lib, err := toolchain.Job{
			Compiler: m.compiler, Root: root, Package: "./" + pkg, Module: module, Plain: plain,
			Out: filepath.Join(dir, "lib"+module+".so"), Work: work,
		}.Build(ctx)
		if err != nil {
			return "", err
		}
		return lib.Path, nil
	})
}

// Module builds the native module.
func (m *Machine) Module(t testing.TB) string {
	t.Helper()
	return m.Library(t, "nativebridge", "pushproof", false)
}

// hosts is the folder of the programs.
const hosts = "nativebridge/testdata/hosts"

// C compiles C files of testdata/hosts to a program, or to a library with the
// flag -shared. Files that are not C are linked as they are.
func (m *Machine) C(t testing.TB, name string, files []string, flags ...string) string {
	t.Helper()
	root, work := Root(t), Work(t)
	return once(t, fmt.Sprintf("%s of %s for %s by %s", name, strings.Join(files, ", "), m.ABI, m.compiler.Kind), func(dir string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), compileLimit)
		defer cancel()
		command, err := m.compiler.Prepare(ctx, work)
		if err != nil {
			return "", err
		}
		out := filepath.Join(dir, name)
		args := append(command[1:], "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-fPIC",
			"-I", filepath.Join(root, "nativebridge", "napi"), "-o", out)
		if !strings.HasPrefix(m.compiler.Kind, "gcc") {
			// For ohos clang emulates thread-local storage; the hosts want the
			// loader's, as HarmonyOS's own libraries have it.
			args = append(args, "-fno-emulated-tls")
		}
		for _, file := range files {
			if !filepath.IsAbs(file) {
				file = filepath.Join(root, filepath.FromSlash(hosts), file)
			}
			args = append(args, file)
		}
		if said, err := exec.CommandContext(ctx, command[0], append(args, flags...)...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w\n%s", err, said)
		}
		return out, nil
	})
}
