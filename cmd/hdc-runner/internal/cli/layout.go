// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import "github.com/spf13/cobra"

func newLayout() *cobra.Command {
	var o tool
	cmd := &cobra.Command{
		Use:   "layout",
		Short: "print what is on a device's screen, as the JSON tree of uitest",
		Long: "The tree holds the texts of every app that is on the screen: mind who reads it. Exit code: 0 done; 2 usage; 3\n" +
			"anything else.",
		Example: "  hdc-runner layout > screen.json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, _, err := o.open(cmd)
			if err != nil {
				return err
			}
			tree, err := d.Tree(cmd.Context())
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(tree)
			return err
		},
	}
	o.flags(cmd, theOnly)
	return cmd
}
