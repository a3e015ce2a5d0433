// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const bundle = "com.example.app"

// script is a device's shell that answers by the texts of the real tools.
type script struct {
	mu       sync.Mutex
	rules    []rule
	files    map[string]string
	screens  []string // what the next layouts show; the last one stays
	commands []hdc.Command
	lacks    map[string]bool // the tools that the firmware does not have
}

type rule struct {
	pattern *regexp.Regexp
	answer  func(ctx context.Context, line string) (hdc.Result, error)
}

// newScript is a device of that type in its sound state.
func newScript(t *testing.T, deviceType string) *script {
	t.Helper()
	profile, ok := fixtures.ProfileOf(deviceType)
	if !ok {
		t.Fatalf("no profile %q", deviceType)
	}
	s := &script{files: map[string]string{}, lacks: map[string]bool{}, screens: []string{testdata(t, "layout-shade.json")}}
	s.params(profile.Params)
	s.says(`^bm dump -n `, testdata(t, "bm-dump.txt"))
	s.says(`^aa start `, "start ability successfully.\n")
	s.says(`^aa force-stop `, "force stop process successfully.\n")
	s.says(`^aa dump -l$`, testdata(t, "aa-dump-foreground.txt"))
	s.says(`^pidof `, "4711\n")
	s.says(`^devicedebug kill -9 `, "")
	s.says(`^power-shell wakeup$`, "WakeupDevice is called\n")
	s.says(`^uitest uiInput `, "No Error\n")
	s.does(`^uitest dumpLayout -p (\S+)$`, func(_ context.Context, line string) (hdc.Result, error) {
		path := strings.Fields(line)[3]
		s.files[path] = s.screens[0]
		s.screens = s.screens[min(1, len(s.screens)-1):]
		return said("DumpLayout saved to:" + path + "\n")
	})
	s.does(`^cat `, func(_ context.Context, line string) (hdc.Result, error) {
		path := strings.Fields(line)[1]
		text, ok := s.files[path]
		if !ok {
			return hdc.Result{Output: []byte("cat: " + path + ": No such file or directory\n"), Exit: 1}, nil
		}
		return said(text)
	})
	s.does(`^rm -f `, func(_ context.Context, line string) (hdc.Result, error) {
		delete(s.files, strings.Fields(line)[2])
		return said("")
	})
	return s
}

// params answers the profile's one long command.
func (s *script) params(values map[string]string) {
	s.does(`^echo @.*param get`, func(_ context.Context, line string) (hdc.Result, error) {
		var out strings.Builder
		for part := range strings.SplitSeq(line, ";") {
			if name, ok := strings.CutPrefix(part, "echo "); ok {
				out.WriteString(name + "\n")
				continue
			}
			if tool, ok := strings.CutPrefix(part, "command -v "); ok {
				if !s.lacks[tool] {
					out.WriteString("/bin/" + tool + "\n")
				}
				continue
			}
			name := strings.TrimPrefix(part, "param get ")
			if value, ok := values[name]; ok {
				out.WriteString(value + "\r\n")
			} else {
				fmt.Fprintf(&out, "Get parameter \"%s\" fail! errNum is:106!\n", name)
			}
		}
		return said(out.String())
	})
}

// does adds a rule that goes before the earlier ones. The script's lock is
// held while answer runs.
func (s *script) does(pattern string, answer func(ctx context.Context, line string) (hdc.Result, error)) {
	s.rules = append([]rule{{regexp.MustCompile(pattern), answer}}, s.rules...)
}

// says answers with the texts in turn; the last one stays.
func (s *script) says(pattern string, texts ...string) {
	s.does(pattern, func(context.Context, string) (hdc.Result, error) {
		text := texts[0]
		texts = texts[min(1, len(texts)-1):]
		return said(text)
	})
}

func said(text string) (hdc.Result, error) { return hdc.Result{Output: []byte(text)}, nil }

// Shell implements device.Shell.
func (s *script) Shell(ctx context.Context, _ string, cmd hdc.Command) (hdc.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, cmd)
	if err := ctx.Err(); err != nil {
		return hdc.Result{}, &hdc.LostError{Command: cmd.String(), Err: err}
	}
	for _, r := range s.rules {
		if r.pattern.MatchString(cmd.String()) {
			return r.answer(ctx, cmd.String())
		}
	}
	tool, _, _ := strings.Cut(cmd.String(), " ")
	return hdc.Result{Output: []byte("/bin/sh: " + tool + ": inaccessible or not found\n"), Exit: 127}, nil
}

// sent returns the commands that match, as a log would show them.
func (s *script) sent(pattern string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, cmd := range s.commands {
		if regexp.MustCompile(pattern).MatchString(cmd.String()) {
			lines = append(lines, cmd.String())
		}
	}
	return lines
}

func open(t *testing.T, s *script) *device.Device {
	t.Helper()
	d, err := device.Open(t.Context(), s, "SERIAL7", device.App{Bundle: bundle})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// mentions fails unless the error's text names all of it: an error that does
// not say what to do is half an error.
func mentions(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not mention %q", err, want)
		}
	}
}
