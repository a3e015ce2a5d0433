// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hap"
	"github.com/pushproof/pushproof/harness/hvigor"
	"github.com/pushproof/pushproof/harness/verdict"
	"github.com/pushproof/pushproof/internal/spelling"
)

// buildFlags are the flags of build.
type buildFlags struct {
	module, product, target string
	release, noNative, dry  bool
	facade                  bool
	limit                   time.Duration
}

func newBuild() *cobra.Command {
	var f buildFlags
	cmd := &cobra.Command{
		Use:   "build [DIR]",
		Short: "build a HarmonyOS project with ohpm and hvigor, and check the package",
		Long: "build runs ohpm and hvigor of DevEco Studio or of the HarmonyOS Command Line Tools in the project in DIR (default:\n" +
			"here), and checks what comes out as `hdc-runner check` does: a debug build is to have Pushproof's agent, a release\n" +
			"build nothing of it. In a clone of Pushproof it builds the native module first, which takes Go and a C compiler for\n" +
			"the device: `go run ./nativebridge/build` says which. It installs no tools; what is missing it names, all at once.\n\n" +
			"Exit code: 0 built, and the package is as it should be; 1 the build failed, or the package is not; 2 usage, or no\n" +
			"project; 3 tools are missing, or anything else.",
		Example: "  hdc-runner build ohos\n  hdc-runner build ohos --release\n  hdc-runner build --dry-run",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("one project at a time, and there are %d: %s", len(args), strings.Join(args, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			ctx, cancel := context.WithTimeoutCause(cmd.Context(), f.limit, fmt.Errorf("it took longer than %v (--timeout)", f.limit))
			defer cancel()
			return f.build(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr(), dir)
		},
	}
	cmd.Flags().StringVar(&f.module, "module", "", "`NAME` of the module to build (default: the one of type entry)")
	cmd.Flags().StringVar(&f.product, "product", "default", "`NAME` of the product in build-profile.json5")
	cmd.Flags().StringVar(&f.target, "target", "", "`NAME` of the module's target (default: debug where there is one, and default for a release)")
	cmd.Flags().BoolVar(&f.release, "release", false, "build in the mode release; nothing of Pushproof may be in the package")
	cmd.Flags().BoolVar(&f.facade, "allow-facade", false, "with --release allow the mere name in it, as an empty facade leaves it behind")
	cmd.Flags().BoolVar(&f.noNative, "no-native", false, "do not build the native module, also in a clone of Pushproof")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "print the commands, and run nothing")
	cmd.Flags().DurationVar(&f.limit, "timeout", 30*time.Minute, "how long all of it may take")
	return cmd
}

func (f *buildFlags) build(ctx context.Context, out, errs io.Writer, dir string) error {
	p, err := hap.OpenProject(dir)
	if err != nil {
		return asUsage(err)
	}
	module, err := p.Module(f.module)
	if err != nil {
		return asUsage(err)
	}
	target, err := f.chooseTarget(p, module)
	if err != nil {
		return asUsage(err)
	}
	library, err := hvigor.FindLibrary(p, module)
	if err != nil {
		return asUsage(err)
	}
	tools, err := hvigor.Host{}.Find()
	if err != nil {
		return err
	}
	if hidden := hiddenFolder(p.Root); hidden != "" {
		fmt.Fprintf(errs, "hdc-runner: %s is in a folder whose name begins with a dot (%s), which hvigor does not take: if it fails, move the project\n", p.Root, hidden)
	}
	job := hvigor.Job{Project: p.Root, Module: p.App.Modules[module].Name, Folder: p.Folders[module], Product: f.product, Target: target, Release: f.release}
	steps := tools.Steps(job)
	native := library.Clone != "" && !f.release && !f.noNative
	if native {
		steps = append([]hvigor.Step{library.Step()}, steps...)
	}
	if f.dry {
		for _, step := range steps {
			fmt.Fprintf(out, "cd %s && %s\n", step.Dir, step)
		}
		return nil
	}
	for i, step := range steps {
		fmt.Fprintf(out, "== %s: %s\n", step.Does, step)
		if err := step.Run(ctx, out); err != nil {
			return f.failed(ctx, errs, err)
		}
		if native && i == 0 {
			if err := placeLibrary(out, library); err != nil {
				return err
			}
		}
		if i == len(steps)-2 && !f.release {
			noteLibrary(errs, library)
		}
	}
	packages, err := job.Packages()
	if err != nil {
		return err
	}
	return f.judge(ctx, out, packages[0])
}

// chooseTarget returns the target of --target, or the one that fits.
func (f *buildFlags) chooseTarget(p *hap.Project, module int) (string, error) {
	have, err := hvigor.Targets(p, module)
	if err != nil {
		return "", err
	}
	switch {
	case f.target != "" && !slices.Contains(have, f.target):
		return "", usagef("module %s has no target %q%s; it has %s", p.App.Modules[module].Name, f.target, spelling.Suggest(f.target, have), strings.Join(have, ", "))
	case f.target != "":
		return f.target, nil
	case !f.release && slices.Contains(have, "debug"):
		return "debug", nil
	}
	return "default", nil
}

// hiddenFolder returns the first folder of a path that begins with a dot.
func hiddenFolder(path string) string {
	for name := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		if strings.HasPrefix(name, ".") {
			return name
		}
	}
	return ""
}

func placeLibrary(out io.Writer, library hvigor.Library) error {
	abis, err := library.Place()
	if err != nil {
		return err
	}
	if len(abis) > 0 {
		fmt.Fprintf(out, "the native module for %s is in %s\n", strings.Join(abis, ", "), filepath.Join(library.HAR, "libs"))
	}
	return nil
}

// noteLibrary warns of a debug build that will have no agent, before it takes
// its time.
func noteLibrary(errs io.Writer, library hvigor.Library) {
	switch {
	case library.HAR == "":
		fmt.Fprintln(errs, "hdc-runner: the project does not depend on pushproof, so that the package will have no agent: only the screen can then say what arrived")
	case !library.Packed() && len(library.Has()) == 0:
		fmt.Fprintf(errs, "hdc-runner: %s has no native module, so that the package will have no agent: `go run ./nativebridge/build --require` in a clone of pushproof says what it takes\n",
			filepath.Join(library.HAR, "libs"))
	}
}

// failed says what became of a step: exit code 1 where the program failed.
func (f *buildFlags) failed(ctx context.Context, errs io.Writer, err error) error {
	var step *hvigor.StepError
	if ctx.Err() != nil || !errors.As(err, &step) || step.Err != nil {
		return err
	}
	fmt.Fprintf(errs, "hdc-runner: %v\n", err)
	return exit(verdict.ExitFail)
}

// judge checks a package that was built.
func (f *buildFlags) judge(ctx context.Context, out io.Writer, path string) error {
	c, err := inspect(ctx, []string{path}, nil)
	if err != nil {
		return err
	}
	if err := c.print(out, false); err != nil {
		return err
	}
	if strings.HasSuffix(path, "-unsigned.hap") {
		fmt.Fprintln(out, "it is not signed, and no device takes it (9568320): give the product a signing configuration in build-profile.json5")
	}
	if f.release && c.traced(f.facade) {
		return exit(verdict.ExitFail)
	}
	fmt.Fprintf(out, "built %s\n", path)
	return nil
}
