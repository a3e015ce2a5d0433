// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/wire"
)

// Version returns the program's version: the module's, where it was built from
// a release, else the agent's with "-dev".
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return agent.Version + "-dev"
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version, and the protocol version that agents must speak",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), versionLine())
			return err
		},
	}
}

func versionLine() string {
	return fmt.Sprintf("hdc-runner %s (agent protocol %d, %s %s/%s)\n", Version(), wire.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
