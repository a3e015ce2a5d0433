// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cli is hdc-runner's command line: flags, output and exit codes.
//
// It guarantees that a usage error has exit code 2 and says what to type, and
// that the output of a run on simulators says SIMULATED in its first and last
// line. It decides nothing about devices or messages: packages harness,
// acceptance and fleet do.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

// exitError carries an exit code; whatever is to be said has been said.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// exit returns the error for a code, nil for 0.
func exit(code int) error {
	if code == 0 {
		return nil
	}
	return &exitError{code}
}

// Main runs the command line and returns the exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var code *exitError
	var usage *harness.UsageError
	switch {
	case err == nil:
		return verdict.ExitPass
	case errors.As(err, &code):
		return code.code
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "hdc-runner: %v\n", err)
		return verdict.ExitUsage
	}
	fmt.Fprintf(stderr, "hdc-runner: %v\n", err)
	if isUsage(err) {
		return verdict.ExitUsage
	}
	return verdict.ExitInfra
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "hdc-runner",
		Short: "prove that pushes reach a HarmonyOS app",
		Long: "hdc-runner sends pushes through Push Kit and proves on the device that they arrived.\n" +
			"Without a flag that names a real endpoint, `hdc-runner run` runs on simulators.",
		SilenceUsage: true, SilenceErrors: true,
		// An unknown command is an error with a suggestion, not the help text.
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; `%s --help` lists the flags", err, cmd.CommandPath())
	})
	root.AddCommand(newRun(), newDevices(), newPush(), newSim(), newDoctor(), newVersion())
	return root
}

// usagef returns a *harness.UsageError.
func usagef(format string, args ...any) error {
	return &harness.UsageError{Problems: []string{fmt.Sprintf(format, args...)}}
}

// noArgs refuses arguments with a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument, and got %q; `%s --help` shows its flags", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// isUsage recognises cobra's own errors about unknown commands.
func isUsage(err error) bool {
	var transport interface{ Timeout() bool }
	return !errors.As(err, &transport) && len(err.Error()) > 15 && err.Error()[:15] == "unknown command"
}
