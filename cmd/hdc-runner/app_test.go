// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/hostdb"
)

// TestAppScript runs the scripts of testdata/app: the commands for an app's
// project and its packages. Beside testscript's own commands, and code of
// TestScript, they have:
//
//	pack FILE DIR    a package of what is in DIR
func TestAppScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "app"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(mark, env.WorkDir)
			env.Setenv(hostdb.EnvDir, filepath.Join(env.WorkDir, "state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": cmdCode, "pack": cmdPack},
	})
}

func cmdPack(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "pack FILE DIR")
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w := zip.NewWriter(f)
	root := os.DirFS(ts.MkAbs(args[1]))
	ts.Check(fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		member, err := w.Create(name)
		if err == nil {
			_, err = member.Write(text)
		}
		return err
	}))
	ts.Check(w.Close())
	ts.Check(f.Close())
}
