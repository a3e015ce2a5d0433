// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"os"
	"slices"

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
		Use:   "shell [flags] [COMMAND [ARG]...]",
		Short: "run commands on a device, with their true exit status, or sit down at its shell",
		Long: "COMMAND alone is a line for the device's shell; with arguments each is one word. Without one, commands are read\n" +
			"from standard input up to its end and run by one shell; on a terminal a shell of the device opens on it, which\n" +
			"gets Ctrl-C, too. hdc itself reports no exit status. Ctrl-C ends a COMMAND on the device, too. Exit code: the\n" +
			"command's, or the last one's of standard input, and 0 of a shell on a terminal; 2 usage; 255 it could not be run, or\n" +
			"its end was not seen.",
		Example: "  hdc-runner shell 'ps -ef | grep push'\n  hdc-runner shell --target SERIAL param get const.product.model\n" +
			"  hdc-runner shell < commands.sh\n  hdc-runner shell",
		RunE: func(cmd *cobra.Command, args []string) error {
			line, own := shellLine(args), (*os.File)(nil)
			if len(args) == 0 {
				var on bool
				var err error
				if own, on = ownTerminal(cmd); !on {
					own = nil
					if line, err = readScript(cmd); err != nil {
						return err
					}
				}
			}
			client, key, err := o.device(cmd)
			if len(args) > 0 && isDevice(args[0], key, err) {
				return usagef("%q is a device, and no command: name it by --target, as in: %s --target %[1]s COMMAND", args[0], cmd.CommandPath())
			}
			if err != nil {
				return notRun(cmd, err)
			}
			if own != nil {
				if err := sit(cmd, client, key, own); err != nil {
					return notRun(cmd, err)
				}
				return nil
			}
			status, err := client.Stream(cmd.Context(), key, line, func(output []byte) error {
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

// isDevice reports whether word is the key of the device that is meant, or of one
// of those among which err wants a choice.
func isDevice(word, key string, err error) bool {
	var refused *harness.TargetError
	return word == key || errors.As(err, &refused) && slices.Contains(refused.Present, word)
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
	cmd.PrintErrf("hdc-runner: %s\n", told(err))
	return exit(exitShell)
}
