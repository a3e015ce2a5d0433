// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/verdict"
)

const refusal = "Exit code: 0 done; 1 the device refused, which is said with what to do; 2 usage; 3 anything else."

func newInstall() *cobra.Command {
	var o tool
	var keep bool
	cmd := &cobra.Command{
		Use:   "install FILE",
		Short: "install a package (.hap, .hsp, .app) on devices, replacing what is there",
		Long: "The app's data stay; its Push Token may be another one afterwards. The hdc server needs not run on this\n" +
			"machine. " + refusal,
		Example: "  hdc-runner install entry-default-signed.hap\n  hdc-runner install app.hap --target all",
		Args:    exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.each(cmd, func(client *hdc.Client, key string) error {
				if err := client.Install(cmd.Context(), key, args[0], hdc.InstallOptions{Keep: keep}); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: installed %s\n", key, args[0])
				return err
			})
		},
	}
	o.flags(cmd, "device by connect key, `SERIAL|all` (default: the only one)")
	cmd.Flags().BoolVar(&keep, "no-replace", false, "refuse where the app is installed")
	return cmd
}

func newUninstall() *cobra.Command {
	var o tool
	var keep bool
	cmd := &cobra.Command{
		Use:     "uninstall BUNDLE",
		Short:   "remove an app from devices; its Push Token ends",
		Long:    refusal,
		Example: "  hdc-runner uninstall com.example.app",
		Args:    exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.each(cmd, func(client *hdc.Client, key string) error {
				if err := client.Uninstall(cmd.Context(), key, args[0], keep); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: removed %s\n", key, args[0])
				return err
			})
		},
	}
	o.flags(cmd, "device by connect key, `SERIAL|all` (default: the only one)")
	cmd.Flags().BoolVar(&keep, "keep-data", false, "leave the app's data on the device")
	return cmd
}

// each does it on every device that is meant, also after one has refused.
func (o *tool) each(cmd *cobra.Command, do func(client *hdc.Client, key string) error) error {
	client, keys, err := o.devices(cmd)
	if err != nil {
		return err
	}
	code := verdict.ExitPass
	for _, key := range keys {
		err := do(client, key)
		var argument *hdc.ArgumentError
		switch {
		case errors.As(err, &argument), errors.Is(err, fs.ErrNotExist) && isLocal(err):
			return usagef("%v", err)
		case err != nil && cmd.Context().Err() != nil:
			return cmd.Context().Err()
		case err != nil:
			code = worse(code, failureCode(cmd.ErrOrStderr(), key, err))
		}
	}
	return exit(code)
}

// isLocal reports whether a file of this machine is missing.
func isLocal(err error) bool {
	var file *hdc.FileError
	return errors.As(err, &file) && file.Local
}

// failureCode says what failed and returns its exit code.
func failureCode(w io.Writer, key string, err error) int {
	fmt.Fprintf(w, "hdc-runner: %s: %v\n", key, err)
	var refused *hdc.InstallError
	if errors.As(err, &refused) {
		return verdict.ExitFail
	}
	return verdict.ExitInfra
}

// worse keeps a refusal before what is merely open.
func worse(a, b int) int {
	if a == verdict.ExitFail || b == verdict.ExitFail {
		return verdict.ExitFail
	}
	return max(a, b)
}
