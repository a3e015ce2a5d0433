// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device/emulator"
	"github.com/pushproof/pushproof/harness/hdc"
	program "github.com/pushproof/pushproof/harness/sim/emulator"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

func TestStartUntilBooted(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}})
	ctx := patient(t)
	run := s.start(ctx, pura.Name, emulator.StartOptions{})
	key, err := run.WaitBooted(ctx, s.client)
	if err != nil {
		t.Fatal(err)
	}
	if run.Found() || run.Name() != pura.Name || run.Log() == "" {
		t.Errorf("found %v, %q, log %q", run.Found(), run.Name(), run.Log())
	}
	got, err := s.client.Shell(ctx, key, hdc.Cmd("param", "get", "bootevent.boot.completed"))
	if err != nil || string(got.Output) != "true\n" {
		t.Errorf("%s: %q, %v", key, got.Output, err)
	}
	all, err := s.tool.List(ctx)
	if err != nil || len(all) != 1 || !all[0].Running || !strings.HasSuffix(key, portOf(all[0])) {
		t.Errorf("%+v, %v; key %s", all, err, key)
	}

	again := s.start(ctx, pura.Name, emulator.StartOptions{})
	if second, err := again.WaitBooted(ctx, s.client); err != nil || second != key || !again.Found() || again.Done() != nil {
		t.Errorf("what runs: %s, %v, found %v", second, err, again.Found())
	}
	if err := s.tool.Stop(ctx, pura.Name); err != nil {
		t.Fatal(err)
	}
	<-run.Done()
	if err := s.tool.Stop(ctx, pura.Name); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func portOf(i emulator.Instance) string {
	_, port, _ := net.SplitHostPort((&net.TCPAddr{Port: i.Port}).String())
	return ":" + port
}

// Two that start the same instance at a time both get it.
func TestStartOfWhatIsBeingStarted(t *testing.T) {
	started := make(chan struct{})
	s := newStage(t, program.Options{Instances: []program.Instance{pura}, Late: started})
	ctx := patient(t)
	first := s.start(ctx, pura.Name, emulator.StartOptions{})
	second := s.start(ctx, pura.Name, emulator.StartOptions{})
	close(started)
	var keys []string
	for _, run := range []*emulator.Run{first, second} {
		key, err := run.WaitBooted(ctx, s.client)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	if keys[0] != keys[1] || second.Found() {
		t.Errorf("%q, found %v", keys, second.Found())
	}
}

// Versions differ in how an instance is started, and in who chooses its port.
func TestStartOfEachVersion(t *testing.T) {
	tests := []struct {
		version string
		want    []string
	}{
		{"5.1.0.100", []string{"-hvd", "Pura 90", "-path", "/home/me/.Huawei/Emulator/deployed", "-imageRoot", "/home/me/Sdk"}},
		{"6.0.1.249", []string{"-hvd", "Pura 90", "-path", "/home/me/.Huawei/Emulator/deployed", "-imageRoot", "/home/me/Sdk", "-hdcport", "N"}},
		{"26.0.0.1", []string{"-start", "Pura 90", "-instancePath", "/home/me/.Huawei/Emulator/deployed", "-imageRoot", "/home/me/Sdk", "-hdcPort", "N", "-noWindow"}},
	}
	for _, test := range tests {
		t.Run(test.version, func(t *testing.T) {
			s := newStage(t, program.Options{Version: test.version, Instances: []program.Instance{pura}})
			calls := make(chan []string, 1)
			s.whenCalled(func(args []string) {
				if args[0] == "-hvd" || args[0] == "-start" {
					calls <- args
				}
			})
			ctx := patient(t)
			run := s.start(ctx, pura.Name, emulator.StartOptions{NoWindow: true})
			if _, err := run.WaitBooted(ctx, s.client); err != nil {
				t.Fatal(err)
			}
			call := <-calls
			for i, arg := range call {
				if i > 0 && strings.EqualFold(call[i-1], "-hdcport") {
					arg = "N"
				}
				call[i] = filepath.ToSlash(arg)
			}
			if !slices.Equal(call, test.want) {
				t.Errorf("called with %q, want %q", call, test.want)
			}
		})
	}
}

func TestStartRefusesPorts(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}})
	old := newStage(t, program.Options{Version: "5.1.0.1", Instances: []program.Instance{pura}})
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for port, tool := range map[int]*emulator.Tool{80: s.tool, emulator.MaxPort + 1: s.tool, emulator.MinPort: old.tool} {
		var refused *emulator.PortError
		if _, err := tool.Start(t.Context(), pura.Name, emulator.StartOptions{Port: port}); !errors.As(err, &refused) || refused.Port != port {
			t.Errorf("port %d: %v", port, err)
		}
	}
}

// wait starts an instance that goes wrong and returns the error of waiting for
// it.
func wait(t *testing.T, s *stage, ctx context.Context) error {
	t.Helper()
	run, err := s.tool.Start(ctx, pura.Name, emulator.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.program.Close)
	_, err = run.WaitBooted(ctx, s.client)
	return err
}

func TestProgramsThatEnd(t *testing.T) {
	tests := map[string]struct {
		wrong program.Wrong
		want  []string
		code  string
	}{
		"without a word": {program.Wrong{Ends: true}, []string{"without a word (exit code 0)", "demands a login", "-logZip"}, ""},
		"with a status":  {program.Wrong{Ends: true, Exit: 5}, []string{"without a word (exit code 5)"}, ""},
		"with a code":    {program.Wrong{Ends: true, Says: "error 00801008 happened\n"}, []string{"the system image is missing (00801008): download", "error 00801008 happened", ".log"}, "00801008"},
		"new code":       {program.Wrong{Ends: true, Says: "00801099\n"}, []string{"not known here (00801099)"}, "00801099"},
		"with a text":    {program.Wrong{Ends: true, Says: "Device create fail.\nUnable to start the emulator\n"}, []string{"the instance could not be made: delete it"}, ""},
		"unknown text":   {program.Wrong{Ends: true, Says: "segmentation fault\n", Exit: 139}, []string{"before its system came up (exit code 139)", "segmentation fault"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			instance := pura
			instance.Wrong = test.wrong
			s := newStage(t, program.Options{Instances: []program.Instance{instance}})
			err := wait(t, s, patient(t))
			var start *emulator.StartError
			if !errors.As(err, &start) {
				t.Fatalf("%v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v: it does not say %q", err, want)
				}
			}
			if start.Exit != test.wrong.Exit || test.code != "" && start.Signs[0].Code != test.code {
				t.Errorf("%+v", start)
			}
			if kept, err := os.ReadFile(start.Log); err != nil || string(kept) != test.wrong.Says {
				t.Errorf("the log holds %q, %v", kept, err)
			}
		})
	}
}

func TestInstancesThatDoNotComeUp(t *testing.T) {
	hangs, asks, deaf := pura, pura, pura
	hangs.Wrong.Hangs, deaf.Wrong.Deaf = true, true
	asks.Wrong = program.Wrong{Hangs: true, Says: "请在DevEco Studio中登录华为账号\n"}
	tests := map[string]struct {
		instance program.Instance
		version  string
		down     bool
		called   string
		stage    emulator.Stage
		want     string
	}{
		"no port":         {instance: hangs, stage: emulator.NoTarget, want: "the hdc server lists no target of it"},
		"no known port":   {instance: hangs, version: "5.1.0.1", stage: emulator.NoTarget, want: "which may ask for something; an image for which DevEco Studio demands a login"},
		"no system":       {instance: deaf, stage: emulator.NotConnected, want: "start it cold"},
		"a login":         {instance: asks, stage: emulator.NoTarget, want: "cannot be started by a command: start it in DevEco Studio's Device Manager"},
		"not booted":      {instance: pura, down: true, stage: emulator.NotBooted, want: "give it more time"},
		"another machine": {instance: pura, called: "Mate 70", stage: emulator.Mistaken, want: `has not booted ("Mate 70"): another instance is at its port`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, program.Options{Version: test.version, Instances: []program.Instance{test.instance}})
			s.down, s.called = test.down, test.called
			err := wait(t, s, s.few(test.instance.Wrong.Says))
			var boot *emulator.BootError
			if !errors.As(err, &boot) || boot.Stage != test.stage || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v, want %q at %q", err, test.want, test.stage)
			}
			if test.stage != emulator.Mistaken && !errors.Is(err, context.Canceled) {
				t.Errorf("%v: it does not say that the wait was ended", err)
			}
		})
	}
}

func TestWaitBootedWantsAServerHere(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}})
	run := s.start(patient(t), pura.Name, emulator.StartOptions{})
	var remote *emulator.RemoteError
	if _, err := run.WaitBooted(t.Context(), hdc.New(hdc.Options{Addr: "192.0.2.1:8710"})); !errors.As(err, &remote) {
		t.Errorf("%v", err)
	}
}

func TestStrangersInPlaceOfTheHDCServer(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}})
	run := s.start(patient(t), pura.Name, emulator.StartOptions{})
	foreign := hdcd.New(hdcd.Options{Fault: func(hdcd.Point) hdcd.Fault { return hdcd.Foreign }})
	if err := foreign.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(foreign.Close)
	var version *hdc.VersionError
	if _, err := run.WaitBooted(patient(t), hdc.New(hdc.Options{Addr: foreign.Addr()})); !errors.As(err, &version) {
		t.Errorf("%v", err)
	}
}
