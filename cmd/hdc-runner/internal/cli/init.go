// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/hap"
)

func newInit() *cobra.Command {
	var module, names string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "print the module.json5 lines that an app lacks for pushes and for Pushproof",
		Long: "init reads the project in DIR (default: here) and prints, for each kind of message, what is not declared yet: the\n" +
			"file, the line whose bracket the new lines follow, and the lines. They end with commas, which JSON5 allows anywhere.\n" +
			"It changes no file. What is declared in a wrong way is named by `hdc-runner check DIR`.\n\n" +
			"Exit code: 0 done, also where lines are missing; 2 usage, or no project.",
		Example: "  hdc-runner init\n  hdc-runner init shop --kinds alert,background",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("one project at a time, and there are %d: %s", len(args), strings.Join(args, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			kinds, err := parseKinds(names, push.Kinds())
			if err != nil {
				return err
			}
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			p, err := hap.OpenProject(dir)
			if err != nil {
				return asUsage(err)
			}
			i, err := p.Module(module)
			if err != nil {
				return asUsage(err)
			}
			all := p.Lacks(i, kinds)
			if asJSON {
				return printJSON(cmd.OutOrStdout(), append([]hap.Addition{}, all...))
			}
			return printLacks(cmd.OutOrStdout(), dir, p, i, all)
		},
	}
	cmd.Flags().StringVar(&module, "module", "", "`NAME` of the module that declares the abilities (default: the one of type entry)")
	cmd.Flags().StringVar(&names, "kinds", "", "`KINDS` of message that the app gets, with commas between them (default: all six)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func printLacks(w io.Writer, dir string, p *hap.Project, module int, all []hap.Addition) error {
	var b strings.Builder
	for _, a := range all {
		where := "a new file"
		if !a.New {
			where = "into " + a.Into
		}
		fmt.Fprintf(&b, "%s, %s, for %s:\n", additionPlace(a), where, forWhom(a.Kinds))
		fmt.Fprintf(&b, "    (%s)\n", a.Why)
		for _, line := range a.Lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		b.WriteString("\n")
	}
	if len(all) == 0 {
		fmt.Fprintf(&b, "module %s lacks nothing\n", p.App.Modules[module].Name)
	}
	faults := 0
	for _, f := range hap.Check(&p.App) {
		if f.Loses(nil) {
			faults++
		}
	}
	if faults > 0 {
		fmt.Fprintf(&b, "%s of what is declared: hdc-runner check %s\n", plural(faults, "fault"), dir)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func additionPlace(a hap.Addition) string {
	if a.New {
		return a.File
	}
	return fmt.Sprintf("%s:%d", a.File, a.Line)
}

func forWhom(kinds []push.Kind) string {
	if len(kinds) == 0 {
		return "Pushproof"
	}
	var names []string
	for _, k := range kinds {
		names = append(names, k.String())
	}
	return strings.Join(names, ", ")
}
