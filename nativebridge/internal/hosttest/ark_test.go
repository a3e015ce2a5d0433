// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hosttest_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

const (
	run   = "run-1"
	label = "phone"
)

// token is the run's.
var token = bytes.Repeat([]byte{7}, 32)

// nobody is a hub that is not there: nothing listens on port 1.
const nobody = "ws://127.0.0.1:1/agent"

// want returns what onCreate gets when the runner starts an app: a session.
func want(t *testing.T, hub string) string {
	t.Helper()
	s := session.Session{Hub: hub, Run: run, Label: label, Token: token, Expires: time.Now().Add(time.Hour)}
	param, err := s.Param()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{session.ParamKey: param})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ark builds what opens a module as ArkTS does: the program, the host and the
// engine.
func ark(t *testing.T, m *hosttest.Machine, module, binding, test, hub string) hosttest.Program {
	t.Helper()
	engine := m.C(t, "libace_napi.z.so", []string{
		"engine/value.c", "engine/kinds.c", "engine/call.c", "engine/loop.c", "engine/environment.c", "engine/json.c",
	}, "-shared", "-Wl,-soname,libace_napi.z.so")
	host := m.C(t, "libarkhost.so", []string{
		"arkhost.c", "arkcalls.c", "arkload.c", "arkaddon.c", "arksession.c", "arkcommands.c", engine,
	}, "-shared")
	return hosttest.Program{
		Path: m.C(t, "arklaunch", []string{"arklaunch.c"}), Beside: []string{engine},
		Args: []string{binding, host, module, t.TempDir(), test, want(t, hub)},
	}
}

// addon builds the module of package napi's tests.
func addon(t *testing.T, m *hosttest.Machine) string {
	t.Helper()
	return m.Library(t, "nativebridge/napi/testdata/addon", "addon", false)
}

func TestArk(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) {
		for _, test := range []string{"calls", "burst", "continuations", "ends", "workers"} {
			t.Run(test, func(t *testing.T) {
				t.Parallel()
				says(t, m.Run(t, ark(t, m, m.Module(t), "local", test, nobody)), "done")
			})
		}
		t.Run("addon", func(t *testing.T) {
			t.Parallel()
			says(t, m.Run(t, ark(t, m, addon(t, m), "local", "addon", nobody)), "done")
		})
		t.Run("calls, the engine in sight", func(t *testing.T) {
			t.Parallel()
			says(t, m.Run(t, ark(t, m, m.Module(t), "global", "calls", nobody)), "done")
		})
	})
}

// A library that bears another name than its module's is found by nobody.
func TestArkLooksForTheModulesName(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) {
		other := copyOf(t, addon(t, m), filepath.Join(t.TempDir(), "libother.so"))
		said, err := m.Try(t, ark(t, m, other, "local", "addon", nobody))
		if err == nil {
			t.Error("the module was opened")
		}
		says(t, said, "has registered no module of the name other")
	})
}

// The other compiler: gcc, where there is no clang.
func TestArkByGCC(t *testing.T) {
	noClang := toolchain.Host{LookPath: func(name string) (string, error) {
		if strings.HasPrefix(name, "clang") {
			return "", exec.ErrNotFound
		}
		return exec.LookPath(name)
	}}
	for _, abi := range []toolchain.ABI{toolchain.X8664, toolchain.ARM64} {
		t.Run(string(abi), func(t *testing.T) {
			m := hosttest.OnBy(t, abi, noClang)
			says(t, m.Run(t, ark(t, m, addon(t, m), "local", "addon", nobody)), "done")
		})
	}
}
