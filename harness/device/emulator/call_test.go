// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/device/emulator"
	program "github.com/pushproof/pushproof/harness/sim/emulator"
)

func TestList(t *testing.T) {
	mate := program.Instance{Name: "Mate 70", Type: "foldable", OSVersion: "HarmonyOS 6.0.1(21)", API: 21}
	names := []string{"Mate 70", "Pura 90"}
	for name, o := range map[string]program.Options{
		"plain":      {},
		"prose":      {Prose: "Emulator version 26.0.0 Beta [x86]\n[]\n[{\"other\":1}]\n"},
		"stderr":     {OnStderr: true},
		"no details": {NoDetails: true},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "no details" {
				o.Version = "5.0.0.1"
			}
			o.Instances = []program.Instance{pura, mate}
			s := newStage(t, o)
			all, err := s.tool.List(patient(t))
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, i := range all {
				got = append(got, i.Name)
				if name != "no details" && (i.Type == "" || i.API < 21 || i.OSVersion == "" || i.Path == "" || i.Images == "" || i.Running || i.Port != 0) {
					t.Errorf("%+v", i)
				}
			}
			if !slices.Equal(got, names) {
				t.Errorf("%q, want %q", got, names)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		s := newStage(t, program.Options{})
		if all, err := s.tool.List(patient(t)); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
		var none *emulator.NoInstanceError
		if _, err := s.tool.Start(patient(t), "Pura 90", emulator.StartOptions{}); !errors.As(err, &none) || !strings.Contains(err.Error(), "Emulator -create") {
			t.Errorf("%v", err)
		}
	})
}

func TestNamesOfInstances(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}})
	var none *emulator.NoInstanceError
	if _, err := s.tool.Instance(patient(t), "Pura90"); !errors.As(err, &none) || !strings.Contains(err.Error(), `did you mean "Pura 90"?; there are Pura 90`) {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"", "-stop", "a/b", `a\b`, "a\nb", strings.Repeat("a", 129)} {
		var bad *emulator.NameError
		if _, err := s.tool.Start(t.Context(), name, emulator.StartOptions{}); !errors.As(err, &bad) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCallsThatHang(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}, Hung: []string{"-list", "-version"}})
	s.tool.Hurry(50 * time.Millisecond)
	_, err := s.tool.List(t.Context())
	var call *emulator.CallError
	if !errors.As(err, &call) || !errors.Is(err, context.DeadlineExceeded) || call.Exit != -1 || !strings.Contains(err.Error(), "did not end within 50ms, and was ended") {
		t.Errorf("%v", err)
	}
	s.tool.Hurry(limit)
	ctx, cancel := context.WithCancel(t.Context())
	s.whenCalled(func([]string) { cancel() })
	if _, err := s.tool.Version(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestStopOfWhatDoesNotObey(t *testing.T) {
	instance := pura
	instance.Wrong.Stubborn = true
	s := newStage(t, program.Options{Instances: []program.Instance{instance}})
	run, err := s.tool.Start(patient(t), pura.Name, emulator.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.WaitBooted(patient(t), s.client); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	s.whenCalled(func(args []string) {
		if args[0] == "-list" {
			looks++ // before, and after it was told to stop
		}
		if looks == 2 {
			cancel()
		}
	})
	if err := s.tool.Stop(ctx, pura.Name); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), `"Pura 90" still runs`) {
		t.Errorf("%v", err)
	}
	select {
	case <-run.Done():
		t.Fatal("it has ended")
	default:
	}
	// Whoever started it has it killed.
	if err := run.Stop(ctx); err != nil {
		t.Errorf("%v", err)
	}
	<-run.Done()
}

func TestSaveLogs(t *testing.T) {
	s := newStage(t, program.Options{Instances: []program.Instance{pura}})
	file := filepath.Join(t.TempDir(), "logs.zip")
	if err := s.tool.SaveLogs(patient(t), pura.Name, file); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	var call *emulator.CallError
	err := s.tool.SaveLogs(patient(t), pura.Name, filepath.Join(t.TempDir(), "absent", "logs.zip"))
	if !errors.As(err, &call) || !strings.Contains(err.Error(), "it made no such file") {
		t.Errorf("%v", err)
	}
}

func TestVersion(t *testing.T) {
	s := newStage(t, program.Options{Version: "6.0.1.249"})
	v, err := s.tool.Version(patient(t))
	if err != nil || v != (emulator.Version{Major: 6, Patch: 1, Build: 249}) || v.String() != "6.0.1.249" {
		t.Errorf("%v, %v", v, err)
	}
	for _, at := range [][3]int{{6, 0, 1}, {6, 0, 0}, {5, 9, 9}} {
		if !v.AtLeast(at[0], at[1], at[2]) {
			t.Errorf("it is not at least %v", at)
		}
	}
	for _, at := range [][3]int{{6, 0, 2}, {6, 1, 0}, {7, 0, 0}} {
		if v.AtLeast(at[0], at[1], at[2]) {
			t.Errorf("it is at least %v", at)
		}
	}
	none := newStage(t, program.Options{Version: "unknown"})
	var call *emulator.CallError
	if _, err := none.tool.Version(patient(t)); !errors.As(err, &call) || !strings.Contains(err.Error(), "named no version") {
		t.Errorf("%v", err)
	}
}
