// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
)

// filesOnDevice are the cases of files, folders and packages of a device, for
// each way of doing the host's part. They leave nothing behind on it, and
// install nothing: what they would have installed is no package.
var filesOnDevice = []caseOf{
	{"a folder there and back", folderThereAndBack},
	{"only what is newer", onlyNewer},
	{"a file that is not there", func(t *testing.T, c *hdc.Client, key string) error {
		_, err := c.Receive(t.Context(), key, parkedAt("none"), filepath.Join(t.TempDir(), "x"), hdc.FileOptions{})
		return wants(err, func(e *hdc.FileError) bool { return e.Problem == hdc.FileMissing })
	}},
	{"a folder that is not there", func(t *testing.T, c *hdc.Client, key string) error {
		_, err := c.ReceiveFolder(t.Context(), key, parkedAt("none"), filepath.Join(t.TempDir(), "x"), hdc.FileOptions{})
		return wants(err, func(e *hdc.FileError) bool { return e.Problem == hdc.FileMissing })
	}},
	{"a place that takes no file", func(t *testing.T, c *hdc.Client, key string) error {
		_, err := c.Send(t.Context(), key, keep(t, "k", 16), "/proc/pushproof", hdc.FileOptions{})
		return wants(err, func(e *hdc.FileError) bool { return !e.Local })
	}},
	{"a sandbox of no app", func(t *testing.T, c *hdc.Client, key string) error {
		_, err := c.Send(t.Context(), key, keep(t, "k", 16), "data/x", hdc.FileOptions{Bundle: "com.example.pushproof.none"})
		return wantsEither[*hdc.NeedsError, *hdc.FailError](err)
	}},
	{"a package that is none", func(t *testing.T, c *hdc.Client, key string) error {
		return wants(c.Install(t.Context(), key, hap(t), hdc.InstallOptions{}), func(e *hdc.InstallError) bool { return e.Text != "" })
	}},
	{"several that are none", func(t *testing.T, c *hdc.Client, key string) error {
		err := c.InstallAll(t.Context(), key, []string{hap(t), filepath.Dir(hap(t))}, hdc.InstallOptions{})
		if n := strings.Count(fmt.Sprint(err), "install: "); n != 2 {
			return fmt.Errorf("%d refusals: %w", n, err)
		}
		return wants(err, func(e *hdc.InstallError) bool { return e.Text != "" })
	}},
	{"an app that is not installed", func(t *testing.T, c *hdc.Client, key string) error {
		return wants[*hdc.InstallError](c.Uninstall(t.Context(), key, "com.example.pushproof.none", false), nil)
	}},
}

// runFiles runs them in each way.
func runFiles(t *testing.T, addr, key string) {
	t.Helper()
	for name, mode := range map[string]hdc.FileMode{"by server": hdc.FilesByServer, "by client": hdc.FilesByClient, "as it fits": hdc.FilesAuto} {
		t.Run(name, func(t *testing.T) { runCases(t, filesOnDevice, hdc.New(hdc.Options{Addr: addr, Files: mode}), key) })
	}
}

func wantsEither[A, B error](err error) error {
	if wants[A](err, nil) == nil || wants[B](err, nil) == nil {
		return nil
	}
	return fmt.Errorf("%w (%T)", err, err)
}

// parkedAt is a path of ours on the device.
func parkedAt(name string) string {
	return fmt.Sprintf("/data/local/tmp/pushproof-%d-%s", os.Getpid(), name)
}

func removed(t *testing.T, c *hdc.Client, key, path string) error {
	return ran(t, c, key, hdc.Cmd("rm", "-r", path), "", 0)
}

// folderThereAndBack sends a folder twice, fetches it, and removes it.
func folderThereAndBack(t *testing.T, c *hdc.Client, key string) error {
	files := map[string]string{"one.txt": "one\n", "sub/ä b.bin": strings.Repeat(unit, 1<<12), "sub/deep/empty": "", "hollow/": ""}
	local, there, back := grow(t, "dir", files), parkedAt("dir"), filepath.Join(t.TempDir(), "back")
	// Sent by another name, and then filled by its own.
	_, sent := c.SendFolder(t.Context(), key, local, there, hdc.FileOptions{KeepTime: true, KeepMode: true})
	twin := filepath.Join(filepath.Dir(local), filepath.Base(there))
	renamed := os.Rename(local, twin)
	again, filled := c.SendFolder(t.Context(), key, twin, there, hdc.FileOptions{})
	got, fetched := c.ReceiveFolder(t.Context(), key, there, back, hdc.FileOptions{KeepTime: true})
	if err := errors.Join(sent, renamed, filled, fetched, removed(t, c, key, there)); err != nil {
		return err
	}
	if again.Files != 3 || again.Folders != 1 || got.Files != 3 || got.Checked == hdc.Unchecked {
		return fmt.Errorf("%+v, then %+v", again, got)
	}
	if here, arrived := held(t, twin), held(t, back); !maps.Equal(here, arrived) {
		return fmt.Errorf("%d files and folders came back, want %d", len(arrived), len(here))
	}
	return nil
}

// onlyNewer sends a file that is as new, and one that is not there.
func onlyNewer(t *testing.T, c *hdc.Client, key string) error {
	local, there := keep(t, "k", 1024), parkedAt("k")
	o := hdc.FileOptions{OnlyNewer: true}
	first, err1 := c.Send(t.Context(), key, local, there, o)
	second, err2 := c.Send(t.Context(), key, local, there, o)
	if err := errors.Join(err1, err2, removed(t, c, key, there)); err != nil {
		return err
	}
	if first.Skipped || !second.Skipped {
		return fmt.Errorf("%+v, then %+v", first, second)
	}
	return nil
}
