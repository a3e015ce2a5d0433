// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
)

// exitShell is the exit code of a command that could not be run, or whose end
// was not seen: ssh's. No command on a device is expected to use it.
const exitShell = 255

func newShell() *cobra.Command {
	var o tool
	cmd := &cobra.Command{
		Use:   "shell [flags] COMMAND [ARG]...",
		Short: "run a command on a device, with its true exit status",
		Long: "COMMAND alone is a line for the device's shell; with arguments each is one word. hdc itself reports no exit\n" +
			"status. Ctrl-C ends the command on the device, too. Exit code: the command's; 2 usage; 255 it could not be\n" +
			"run, or its end was not seen.",
		Example: "  hdc-runner shell 'ps -ef | grep push'\n  hdc-runner shell --target SERIAL param get const.product.model",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs a command: it is used like: %s", cmd.CommandPath(), cmd.UseLine())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			client, key, err := o.device(cmd)
			if err != nil {
				return notRun(cmd, err)
			}
			status, err := client.Stream(cmd.Context(), key, shellLine(args), func(output []byte) error {
				_, err := cmd.OutOrStdout().Write(output)
				return err
			})
			if err != nil {
				return notRun(cmd, err)
			}
			return exit(status)
		},
	}
	o.flags(cmd, theOnly)
	cmd.Flags().SetInterspersed(false)
	return cmd
}

// shellLine is a line as it stands, or words that are quoted.
func shellLine(args []string) hdc.Command {
	if len(args) == 1 {
		return hdc.Raw(args[0])
	}
	words := make([]any, len(args))
	for i, arg := range args {
		words[i] = arg
	}
	return hdc.Cmd(words...)
}

// notRun gives errors that are not the command's an exit code of their own.
func notRun(cmd *cobra.Command, err error) error {
	var usage *harness.UsageError
	var argument *hdc.ArgumentError
	switch {
	case errors.As(err, &usage):
		return err
	case errors.As(err, &argument):
		return usagef("%v", err)
	}
	cmd.PrintErrf("hdc-runner: %v\n", err)
	return exit(exitShell)
}
