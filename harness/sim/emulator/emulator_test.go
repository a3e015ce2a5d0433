// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/sim/emulator"
)

func TestMain(m *testing.M) {
	if os.Getenv(emulator.CallEnv) != "" {
		os.Exit(emulator.Main(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// install makes a Program that is closed with the test.
func install(t *testing.T, o emulator.Options) *emulator.Program {
	t.Helper()
	p, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// command is a call of the program.
func command(t *testing.T, p *emulator.Program, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), p.Env(), "GORACE=atexit_sleep_ms=0")
	return cmd
}

func TestWhatTheProgramSays(t *testing.T) {
	p := install(t, emulator.Options{Version: "6.0.1.249", Instances: []emulator.Instance{
		{Name: "A 1", Type: "phone", OSVersion: "HarmonyOS 6.0.1(21)", API: 21}, {Name: "B", Wrong: emulator.Wrong{Says: "00801008\n", Ends: true, Exit: 4}},
	}})
	zip := filepath.Join(t.TempDir(), "logs.zip")
	tests := []struct {
		args string
		exit int
		want string
	}{
		{"-version", 0, "6.0.1.249"},
		{"-list", 0, "A 1\nB\n"},
		{"-list -details", 0, `"name": "A 1"`},
		{"-list -details", 0, `"hw.hdc.port": "notset"`},
		{"-hvd B", 4, "00801008"},
		{"-hvd C", 0, "Unable to start the emulator"},
		{"-stop B", 0, "failed, emulator is not exists"},
		{"-logZip C -logPath " + zip, 0, "is not found. Please create the device"},
		{"-logZip B -logPath " + zip, 0, ""},
		{"-avd B", 1, "Unknown option: -avd"},
	}
	for _, test := range tests {
		cmd := command(t, p, strings.Fields(test.args)...)
		output, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != test.exit || !strings.Contains(string(output), test.want) {
			t.Errorf("%s: %q, exit code %d; want %q, %d", test.args, output, code, test.want, test.exit)
		}
	}
	if head, err := os.ReadFile(zip); err != nil || !strings.HasPrefix(string(head), "PK") {
		t.Errorf("the zip file: %q, %v", head, err)
	}
}

// The machine is there as long as the program's process, whoever ends it.
func TestAMachineLivesWithItsProcess(t *testing.T) {
	ends := map[string]func(t *testing.T, p *emulator.Program, running *exec.Cmd){
		"stopped": func(t *testing.T, p *emulator.Program, _ *exec.Cmd) {
			if output, err := command(t, p, "-stop", "A").CombinedOutput(); err != nil {
				t.Errorf("%s, %v", output, err)
			}
		},
		"killed": func(t *testing.T, _ *emulator.Program, running *exec.Cmd) {
			if err := running.Process.Kill(); err != nil {
				t.Error(err)
			}
		},
		"closed": func(_ *testing.T, p *emulator.Program, _ *exec.Cmd) { p.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			up, down := make(chan int, 1), make(chan struct{})
			p := install(t, emulator.Options{Instances: []emulator.Instance{{Name: "A"}}, Start: func(_ string, port int) (func(), error) {
				up <- port
				return func() { close(down) }, nil
			}})
			running := command(t, p, "-start", "A", "-hdcPort", "12321")
			if err := running.Start(); err != nil {
				t.Fatal(err)
			}
			if port := <-up; port != 12321 {
				t.Errorf("port %d", port)
			}
			end(t, p, running)
			<-down
			_ = running.Wait()
		})
	}
}
