// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package toolchain_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/toolchain"
)

// host is a machine that has these files and programs, and no others.
func host(goos string, env map[string]string, files, programs []string) toolchain.Host {
	return toolchain.Host{
		GOOS:   goos,
		Getenv: func(name string) string { return env[name] },
		Exists: func(path string) bool { return slices.Contains(files, filepath.ToSlash(path)) },
		LookPath: func(name string) (string, error) {
			if slices.Contains(programs, name) {
				return "/bin/" + name, nil
			}
			return "", exec.ErrNotFound
		},
	}
}

const (
	armMusl = "/usr/lib/aarch64-linux-musl/"
	x86Musl = "/usr/lib/x86_64-linux-musl/"
	sdk     = "sdk/default/openharmony/native/"
)

func TestFind(t *testing.T) {
	for name, tc := range map[string]struct {
		host toolchain.Host
		abi  toolchain.ABI
		kind string
		// command is how the compiler's command begins.
		command string
	}{
		"NDK by its variable": {
			host("linux", map[string]string{"OHOS_NDK_HOME": "/ndk"}, []string{"/ndk/llvm/bin/aarch64-unknown-linux-ohos-clang"}, nil),
			toolchain.ARM64, "OHOS NDK", "/ndk/llvm/bin/aarch64-unknown-linux-ohos-clang",
		},
		"NDK by the folder above": {
			host("linux", map[string]string{"OHOS_NDK_HOME": "/sdk"}, []string{"/sdk/native/llvm/bin/x86_64-unknown-linux-ohos-clang"}, nil),
			toolchain.X8664, "OHOS NDK", "/sdk/native/llvm/bin/x86_64-unknown-linux-ohos-clang",
		},
		"command-line tools": {
			host("linux", map[string]string{"HOME": "/home/me"}, []string{"/home/me/command-line-tools/" + sdk + "llvm/bin/aarch64-unknown-linux-ohos-clang"}, nil),
			toolchain.ARM64, "OHOS NDK", "/home/me/command-line-tools/" + sdk + "llvm/bin/aarch64-unknown-linux-ohos-clang",
		},
		"DevEco's own variable": {
			host("linux", map[string]string{"DEVECO_SDK_HOME": "/deveco/sdk"}, []string{"/deveco/sdk/default/openharmony/native/llvm/bin/aarch64-unknown-linux-ohos-clang"}, nil),
			toolchain.ARM64, "OHOS NDK", "/deveco/sdk/default/openharmony/native/llvm/bin/aarch64-unknown-linux-ohos-clang",
		},
		"DevEco Studio on macOS": {
			host("darwin", nil, []string{"/Applications/DevEco-Studio.app/Contents/" + sdk + "llvm/bin/x86_64-unknown-linux-ohos-clang"}, nil),
			toolchain.X8664, "OHOS NDK", "/Applications/DevEco-Studio.app/Contents/" + sdk + "llvm/bin/x86_64-unknown-linux-ohos-clang",
		},
		"DevEco Studio on Windows": {
			host("windows", map[string]string{"ProgramFiles": "C:/Program Files"},
				[]string{"C:/Program Files/Huawei/DevEco Studio/" + sdk + "llvm/bin/clang.exe"}, nil),
			toolchain.ARM64, "OHOS NDK",
			"C:/Program Files/Huawei/DevEco Studio/" + sdk + "llvm/bin/clang.exe --target=aarch64-linux-ohos --sysroot=C:/Program Files/Huawei/DevEco Studio/" + sdk + "sysroot",
		},
		"command-line tools on Windows": {
			host("windows", map[string]string{"USERPROFILE": "C:/Users/me"}, []string{"C:/Users/me/command-line-tools/" + sdk + "llvm/bin/clang.exe"}, nil),
			toolchain.X8664, "OHOS NDK", "C:/Users/me/command-line-tools/" + sdk + "llvm/bin/clang.exe --target=x86_64-linux-ohos",
		},
		"clang and musl": {
			host("linux", nil, []string{armMusl + "libc.so"}, []string{"clang-15", "ld.lld-15", "clang-19", "ld.lld-19"}),
			toolchain.ARM64, "clang 19 with musl", "/bin/clang-19",
		},
		"the newest clang that has its linker": {
			host("linux", nil, []string{x86Musl + "libc.so"}, []string{"clang-15", "ld.lld-15", "clang-19", "clang-14", "ld.lld-14"}),
			toolchain.X8664, "clang 15 with musl", "/bin/clang-15",
		},
		"gcc and musl": {
			host("linux", nil, []string{armMusl + "libc.so", armMusl + "musl-gcc.specs"}, []string{"aarch64-linux-gnu-gcc", "clang-19"}),
			toolchain.ARM64, "gcc with musl", "/bin/aarch64-linux-gnu-gcc -specs " + armMusl + "musl-gcc.specs",
		},
		"Node's": {host("linux", nil, nil, []string{"clang", "gcc"}), toolchain.Node, "the machine's own", "gcc"},
		"Node's by CC": {
			host("linux", map[string]string{"CC": "tcc"}, nil, []string{"gcc", "tcc"}), toolchain.Node, "the machine's own", "tcc",
		},
		"Node's by CC with options": {
			host("linux", map[string]string{"CC": " '/my tools/tcc'  -m64 \"-DX=a b\""}, nil, []string{"gcc", "/my tools/tcc"}),
			toolchain.Node, "the machine's own", "/my tools/tcc -m64 -DX=a b",
		},
		"NDK by its other variable": {
			host("linux", map[string]string{"OHOS_SDK_NATIVE": "/ndk"}, []string{"/ndk/llvm/bin/aarch64-unknown-linux-ohos-clang"}, nil),
			toolchain.ARM64, "OHOS NDK", "/ndk/llvm/bin/aarch64-unknown-linux-ohos-clang",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := tc.host.Find(tc.abi)
			if err != nil {
				t.Fatal(err)
			}
			if command := filepath.ToSlash(strings.Join(c.Command, " ")); c.Kind != tc.kind || c.ABI != tc.abi || !strings.HasPrefix(command, tc.command) {
				t.Errorf("%s for %s: %s; want %s: %s", c.Kind, c.ABI, command, tc.kind, tc.command)
			}
		})
	}
}

func TestFindSaysWhatIsMissing(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the packages that are named are those for an amd64 machine")
	}
	for name, tc := range map[string]struct {
		host toolchain.Host
		abi  toolchain.ABI
		want []string
	}{
		"nothing": {
			host("linux", map[string]string{"HOME": "/home/me"}, nil, nil), toolchain.ARM64, []string{
				"no C compiler for arm64-v8a", "/home/me/command-line-tools/", armMusl + "libc.so", "aarch64-linux-gnu-gcc",
				"dpkg --add-architecture arm64 && apt-get update && apt-get install clang-19 lld-19 musl-dev:arm64", "OHOS_NDK_HOME",
			},
		},
		"no clang": {
			host("linux", nil, []string{x86Musl + "libc.so"}, []string{"clang-19", "gcc"}), toolchain.X8664, []string{
				"clang-15 to clang-23 with ld.lld beside it", "gcc with " + x86Musl + "musl-gcc.specs", "apt-get install clang-19 lld-19 musl-dev",
			},
		},
		"a variable that is wrong, and clang beside it": {
			host("linux", map[string]string{"OHOS_NDK_HOME": "/typo"}, []string{armMusl + "libc.so"}, []string{"clang-19", "ld.lld-19"}),
			toolchain.ARM64, []string{"/typo/llvm/bin/aarch64-unknown-linux-ohos-clang", "correct OHOS_NDK_HOME, which is /typo", "or unset it"},
		},
		"a variable that is wrong, and another NDK beside it": {
			host("linux", map[string]string{"OHOS_NDK_HOME": "/typo", "OHOS_SDK_NATIVE": "/ndk", "DEVECO_SDK_HOME": "/sdk", "HOME": "/home/me"}, []string{
				"/ndk/llvm/bin/aarch64-unknown-linux-ohos-clang", "/sdk/default/openharmony/native/llvm/bin/aarch64-unknown-linux-ohos-clang",
				"/home/me/command-line-tools/" + sdk + "llvm/bin/aarch64-unknown-linux-ohos-clang",
			}, nil),
			toolchain.ARM64, []string{"correct OHOS_NDK_HOME, which is /typo"},
		},
		"Node's by a CC that is wrong": {
			host("linux", map[string]string{"CC": "'tcc -m64"}, nil, []string{"gcc"}), toolchain.Node, []string{"correct CC: a quotation mark is not closed"},
		},
		"Node's on Windows": {
			host("windows", nil, nil, []string{"gcc"}), toolchain.Node, []string{"looked for Linux or macOS", "in WSL"},
		},
		"Node's": {host("darwin", nil, nil, nil), toolchain.Node, []string{"no C compiler for node", "xcode-select --install"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.host.Find(tc.abi)
			var missing *toolchain.MissingError
			if !errors.As(err, &missing) || missing.ABI != tc.abi {
				t.Fatalf("error %v", err)
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error has no %q:\n%v", w, err)
				}
			}
		})
	}
}

func TestABIs(t *testing.T) {
	for _, abi := range toolchain.ABIs() {
		if got, err := toolchain.ParseABI(string(abi)); err != nil || got != abi {
			t.Errorf("%s: %s, %v", abi, got, err)
		}
	}
	if _, err := toolchain.ParseABI("armeabi"); err == nil || !strings.Contains(err.Error(), `"armeabi" is none of`) {
		t.Errorf("error %v", err)
	}
	for abi, want := range map[toolchain.ABI]string{
		toolchain.ARM64: "arm64-v8a/libx.so", toolchain.X8664: "x86_64/libx.so", toolchain.Node: "node/x.node",
	} {
		if got := abi.File("x"); got != want || abi.OHOS() == (abi == toolchain.Node) {
			t.Errorf("%s: %s, want %s", abi, got, want)
		}
	}
}
