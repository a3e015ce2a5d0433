// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hap"
	"github.com/pushproof/pushproof/harness/verdict"
)

// checkFlags are the flags of check.
type checkFlags struct {
	kinds  string
	strict bool
	facade bool
	json   bool
}

func newCheck() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE|DIR...",
		Short: "prove that a package holds nothing of Pushproof, and name what in its module.json loses pushes",
		Long: "check reads every byte of a .hap, .hsp or .app file, also of the packages inside of it, and fails if the native\n" +
			"library of Pushproof is in it, or its name anywhere in code, resources or lists of dependencies: a gate for releases.\n" +
			"It also names what the package's module.json, or the module.json5 of a project in DIR, declares in a way that loses\n" +
			"pushes or their clicks. Each finding is a fault, a gap (nothing is declared for a kind of message, which is in order\n" +
			"for an app that sends none) or a hint. It needs no device, and changes no file.\n\n" +
			"Exit code: 0 nothing of Pushproof is in the packages; 1 something is, or with --strict pushes are lost; 2 usage, or no\n" +
			"package and no project; 3 a package could not be read whole, so that nothing is proved.",
		Example: "  hdc-runner check entry-default-signed.hap\n  hdc-runner check --strict --kinds alert,background build/outputs/default/shop.app\n  hdc-runner check --strict .",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no package: write hdc-runner check FILE.hap, or hdc-runner check DIR for a project")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			kinds, err := parseKinds(f.kinds, nil)
			if err != nil {
				return err
			}
			c, err := inspect(cmd.Context(), args, kinds)
			if err != nil {
				return err
			}
			if err := c.print(cmd.OutOrStdout(), f.json); err != nil {
				return err
			}
			if c.traced(f.facade) || f.strict && c.lost() > 0 {
				return exit(verdict.ExitFail)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&f.strict, "strict", false, "fail also if pushes are lost: by a fault, or by a gap for one of --kinds")
	cmd.Flags().StringVar(&f.kinds, "kinds", "", "`KINDS` of message that the app gets, with commas between them: a gap for one of them loses pushes")
	cmd.Flags().BoolVar(&f.facade, "allow-facade", false, "allow the mere name, as the empty facade of a release build leaves it behind: no library, and no code that loads it")
	cmd.Flags().BoolVar(&f.json, "json", false, "print the outcome as JSON")
	return cmd
}

// parseKinds reads names of kinds with commas between them; absent stands for
// an empty text.
func parseKinds(text string, absent []push.Kind) ([]push.Kind, error) {
	if strings.TrimSpace(text) == "" {
		return absent, nil
	}
	var kinds []push.Kind
	for name := range strings.SplitSeq(text, ",") {
		kind, err := push.ParseKind(strings.TrimSpace(name))
		if err != nil {
			return nil, usagef("--kinds: %v", err)
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// inspected is one package or project.
type inspected struct {
	File   string `json:"file"`
	Bundle string `json:"bundle,omitempty"`
	// Package says that it is a package; the rest is of one only.
	Package bool `json:"package"`
	Debug   bool `json:"debug"`
	// Absent says that nothing of Pushproof is in it, Idle that no more than
	// its name is.
	Absent  bool        `json:"absent"`
	Idle    bool        `json:"idle"`
	Traces  []hap.Trace `json:"traces,omitempty"`
	Hidden  int         `json:"hiddenTraces,omitempty"`
	Members int         `json:"members,omitempty"`
	Bytes   int64       `json:"bytes,omitempty"`
	modules int
}

// checked is what check prints.
type checked struct {
	Inspected []inspected `json:"inspected"`
	// Findings are those of all of them: packages with the same bundle name are
	// one app.
	Findings []finding `json:"findings"`
}

type finding struct {
	hap.Finding
	// Lost says that an app loses pushes by it that sends what --kinds names.
	Lost bool `json:"losesPushes"`
}

// inspect reads packages and projects.
func inspect(ctx context.Context, paths []string, kinds []push.Kind) (*checked, error) {
	c := &checked{Findings: []finding{}}
	apps := map[string]*hap.App{}
	var order []*hap.App
	for _, path := range paths {
		row, app, err := inspectOne(ctx, path)
		if err != nil {
			return nil, err
		}
		c.Inspected = append(c.Inspected, row)
		if same := apps[app.Bundle]; same != nil && row.Package && app.Bundle != "" {
			same.Modules = append(same.Modules, app.Modules...)
			continue
		}
		apps[app.Bundle] = app
		order = append(order, app)
	}
	for _, app := range order {
		for _, f := range hap.Check(app) {
			c.Findings = append(c.Findings, finding{f, f.Loses(kinds)})
		}
	}
	return c, nil
}

func inspectOne(ctx context.Context, path string) (inspected, *hap.App, error) {
	info, err := os.Stat(path)
	if err == nil && (info.IsDir() || strings.HasSuffix(path, ".json5")) {
		p, err := hap.OpenProject(path)
		if err != nil {
			return inspected{}, nil, asUsage(err)
		}
		return inspected{File: path, Bundle: p.App.Bundle, modules: len(p.App.Modules)}, &p.App, nil
	}
	p, err := hap.Open(ctx, path, hap.Options{})
	if err != nil {
		return inspected{}, nil, asUsage(err)
	}
	return inspected{
		File: path, Bundle: p.App.Bundle, Package: true, Debug: p.Debug, Absent: p.Absent(), Idle: p.Idle(),
		Traces: p.Traces, Hidden: p.Hidden, Members: p.Members, Bytes: p.Bytes, modules: len(p.App.Modules),
	}, &p.App, nil
}

// asUsage makes a usage error of what another file puts right.
func asUsage(err error) error {
	var none *hap.NotPackageError
	var text *hap.TextError
	var project *hap.ProjectError
	var module *hap.ModuleError
	if errors.As(err, &none) || errors.As(err, &text) || errors.As(err, &project) || errors.As(err, &module) {
		return usagef("%v", err)
	}
	return err
}

// traced reports whether Pushproof is in a package; a mere name may be allowed.
func (c *checked) traced(facade bool) bool {
	for _, row := range c.Inspected {
		if row.Package && !row.Absent && !(facade && row.Idle) {
			return true
		}
	}
	return false
}

// lost is how many findings lose pushes.
func (c *checked) lost() int {
	n := 0
	for _, f := range c.Findings {
		if f.Lost {
			n++
		}
	}
	return n
}

// ofLevel is how many findings have a level.
func (c *checked) ofLevel(level fixtures.RuleLevel) int {
	n := 0
	for _, f := range c.Findings {
		if f.Level == level {
			n++
		}
	}
	return n
}
