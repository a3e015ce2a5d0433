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
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
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

// Main runs the command line and returns the exit code. The first interrupt
// ends what runs in good order, a second one at once. Nobody reading the output
// any more ends nothing by itself: what was set up has to be taken down.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	defer context.AfterFunc(ctx, stop)()
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var code *exitError
	switch {
	case err == nil:
		return verdict.ExitPass
	case errors.As(err, &code):
		return code.code
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "hdc-runner: interrupted")
		return verdict.ExitInfra
	}
	for line := range strings.Lines(told(err)) {
		fmt.Fprintf(stderr, "hdc-runner: %s\n", strings.TrimSuffix(line, "\n"))
	}
	if isUsage(err) {
		return verdict.ExitUsage
	}
	return verdict.ExitInfra
}

// isUsage reports whether the person who typed the command can put it right by
// typing another one, or by putting another file there.
func isUsage(err error) bool {
	var usage *harness.UsageError
	var account *pushcloud.AccountError
	var target *harness.TargetError
	return errors.As(err, &usage) || errors.As(err, &account) ||
		errors.As(err, &target) && target.Usage()
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "hdc-runner",
		Short: "prove that pushes reach a HarmonyOS app",
		Long: "hdc-runner sends pushes through Push Kit and proves on the device that they arrived.\n" +
			"Without a flag that names a real endpoint, `hdc-runner run` runs on simulators.\n\n" + variablesHelp(),
		Version:      Version(),
		SilenceUsage: true, SilenceErrors: true,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate(versionLine())
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) { warnOfVariables(cmd.ErrOrStderr(), os.Environ()) }
	root.AddCommand(newRun(), newDevices(), newInstall(), newUninstall(), newFile(), newShell(), newLogs(), newForward(), newLayout(), newScreenshot(), newEmulator(), newProbe(), newPush(), newReceipts(), newSim(), newDoctor(), newCheck(), newInit(), newBuild(), newVersion())
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

// noCommand refuses arguments of a command that has only commands below it.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("%q is no command of %s", args[0], cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		text += fmt.Sprintf("; did you mean %s?", strings.Join(like, " or "))
	}
	return usagef("%s; `%s --help` lists the commands", text, cmd.CommandPath())
}
