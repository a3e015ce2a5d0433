// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/hvigor"
)

// stage is an installation whose programs are this test binary, and a project.
type stage struct {
	t     *testing.T
	root  string
	tools *hvigor.Tools
	job   hvigor.Job
}

func newStage(t *testing.T, mode string) *stage {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("on Windows hvigorw is a batch file, which this test binary cannot be")
	}
	root := tree(t, "clt/sdk/", "clt/bin/", "clt/tool/node/bin/", "jdk/bin/java", "shop/entry/")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hvigorw", "ohpm"} {
		if err := os.Symlink(self, filepath.Join(root, "clt", "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("DEVECO_SDK_HOME", "")
	t.Setenv("NODE_HOME", "")
	t.Setenv("JAVA_HOME", filepath.Join(root, "jdk"))
	t.Setenv("PATH", filepath.Join(root, "clt", "bin"))
	t.Setenv(logEnv, filepath.Join(root, "calls"))
	t.Setenv(modeEnv, mode)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the programs are this test binary
	tools, err := hvigor.Host{}.Find()
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t, root, tools, hvigor.Job{
		Project: filepath.Join(root, "shop"), Module: "entry", Folder: "entry", Product: "default", Target: "debug",
	}}
}

func (s *stage) calls() []call {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.root, "calls"))
	if err != nil {
		s.t.Fatal(err)
	}
	var all []call
	for line := range strings.Lines(string(text)) {
		var c call
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func TestSteps(t *testing.T) {
	for name, c := range map[string]struct {
		release bool
		mode    string
	}{"debug": {false, "debug"}, "release": {true, "release"}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "")
			s.job.Release = c.release
			var out bytes.Buffer
			for _, step := range s.tools.Steps(s.job) {
				if err := step.Run(t.Context(), &out); err != nil {
					t.Fatal(err)
				}
			}
			if out.String() != "ohpm at work\nhvigorw at work\n" {
				t.Errorf("output %q", &out)
			}
			sdk, jdk, node := filepath.Join(s.root, "clt", "sdk"), filepath.Join(s.root, "jdk"), filepath.Join(s.root, "clt", "tool", "node")
			env := map[string]string{
				"DEVECO_SDK_HOME": sdk, "JAVA_HOME": jdk, "NODE_HOME": node,
				"PATH": strings.Join([]string{filepath.Join(jdk, "bin"), filepath.Join(node, "bin"), node, filepath.Join(s.root, "clt", "bin")}, string(os.PathListSeparator)),
			}
			want := []call{
				{"ohpm", []string{"install", "--all"}, s.job.Project, env},
				{"hvigorw", []string{"assembleHap", "--mode", "module", "-p", "product=default", "-p", "module=entry@debug", "-p", "buildMode=" + c.mode, "--no-daemon"}, s.job.Project, env},
			}
			if diff := cmp.Diff(want, s.calls()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAStepThatFails(t *testing.T) {
	for mode, want := range map[string]string{
		"fails":   "could not build the package: `HVIGORW assembleHap --mode module -p product=default -p module=entry@debug -p buildMode=debug --no-daemon` in DIR: exit status 3",
		"says so": "--no-daemon` in DIR: it says BUILD FAILED and ends with exit status 0",
	} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, mode)
			var out bytes.Buffer
			step := s.tools.Steps(s.job)[1]
			err := step.Run(t.Context(), &out)
			var failed *hvigor.StepError
			want = strings.NewReplacer("HVIGORW", s.tools.Hvigorw, "DIR", s.job.Project).Replace(want)
			if !errors.As(err, &failed) || !strings.HasSuffix(err.Error(), want) || failed.Err != nil {
				t.Errorf("%v, want %s", err, want)
			}
			if !strings.Contains(out.String(), "> hvigor ERROR: ") {
				t.Errorf("what it says is lost: %q", &out)
			}
		})
	}
	s := newStage(t, "")
	step := s.tools.Steps(s.job)[0]
	step.Program = filepath.Join(s.root, "none")
	var failed *hvigor.StepError
	if err := step.Run(t.Context(), &bytes.Buffer{}); !errors.As(err, &failed) || failed.Exit != -1 || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a program that is not there: %v", err)
	}
}

// firstWord tells when something has been written.
type firstWord struct {
	once sync.Once
	said chan struct{}
}

func (f *firstWord) Write(b []byte) (int, error) {
	f.once.Do(func() { close(f.said) })
	return len(b), nil
}

func TestAStepEndsWithItsContext(t *testing.T) {
	s := newStage(t, "hangs")
	why := errors.New("the test has had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	out := &firstWord{said: make(chan struct{})}
	go func() {
		<-out.said
		cancel(why)
	}()
	err := s.tools.Steps(s.job)[1].Run(ctx, out)
	if !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
}

// A daemon that a step leaves behind does not hold the build up.
func TestAStepMayLeaveOneBehind(t *testing.T) {
	defer hvigor.SetPipeGrace(10 * time.Millisecond)()
	s := newStage(t, "leaves one")
	var out bytes.Buffer
	if err := s.tools.Steps(s.job)[1].Run(t.Context(), &out); err != nil || out.String() != "hvigorw at work\n" {
		t.Errorf("%v, %q", err, &out)
	}
}

func TestCommandsCanBeTyped(t *testing.T) {
	step := hvigor.Step{Program: "/opt/DevEco Studio/hvigorw", Args: []string{"-p", "a='b'", "", "plain"}}
	if got, want := step.String(), `'/opt/DevEco Studio/hvigorw' -p 'a='\''b'\''' '' plain`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPackages(t *testing.T) {
	const outputs = "shop/entry/build/default/outputs/debug/"
	root := tree(t, outputs+"entry-debug-unsigned.hap", outputs+"entry-debug-signed.hap", outputs+"pack.json", outputs+"app/")
	job := hvigor.Job{Project: filepath.Join(root, "shop"), Folder: "entry", Product: "default", Target: "debug"}
	got, err := job.Packages()
	dir := filepath.Join(root, filepath.FromSlash(outputs))
	if diff := cmp.Diff([]string{filepath.Join(dir, "entry-debug-signed.hap"), filepath.Join(dir, "entry-debug-unsigned.hap")}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, target := range []string{"none", "debug/app"} {
		job.Target = target
		if _, err := job.Packages(); err == nil || !strings.HasPrefix(err.Error(), "hvigor has built no package: ") {
			t.Errorf("%s: %v", target, err)
		}
	}
}
