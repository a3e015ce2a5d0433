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
	var with hdc.InstallOptions
	cmd := &cobra.Command{
		Use:   "install PACKAGE...",
		Short: "install packages (.hap, .hsp, .app) or folders of them on devices, replacing what is there",
		Long: "Each package is installed by itself, in the order given, also behind one that a device refuses; those in a\n" +
			"folder are one step, as modules need that depend on each other. An .app needs API level 22. The app's data\n" +
			"stay; its Push Token may be another one afterwards. The hdc server needs not run on this machine.\n" + refusal,
		Example: "  hdc-runner install entry-default-signed.hap\n  hdc-runner install --together entry.hap library.hsp\n" +
			"  hdc-runner install build/outputs --target all",
		Args: atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.each(cmd, func(client *hdc.Client, key string) error {
				err := installAll(cmd, client, key, args, with)
				failed := map[string]bool{}
				for _, e := range joined(err) {
					var which *hdc.PackageError
					if !errors.As(e, &which) {
						return err
					}
					failed[which.Path] = true
				}
				for _, path := range args {
					if !failed[path] && !(with.Together && err != nil) {
						fmt.Fprintf(cmd.OutOrStdout(), "%s: installed %s\n", key, path)
					}
				}
				return err
			})
		},
	}
	o.flags(cmd, "device by connect key, `SERIAL|all` (default: the only one)")
	cmd.Flags().BoolVar(&with.Keep, "no-replace", false, "refuse where the app is installed")
	cmd.Flags().BoolVar(&with.Shared, "shared", false, "install a library for other apps (an inter-app .hsp)")
	cmd.Flags().BoolVar(&with.Together, "together", false, "install all packages in one step")
	return cmd
}

// installAll names the package of an error only where there are several.
func installAll(cmd *cobra.Command, client *hdc.Client, key string, paths []string, o hdc.InstallOptions) error {
	if len(paths) > 1 {
		return client.InstallAll(cmd.Context(), key, paths, o)
	}
	return client.Install(cmd.Context(), key, paths[0], o)
}

// joined are the errors that errors.Join has joined.
func joined(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
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
	return onEach(cmd, client, keys, do)
}

func onEach(cmd *cobra.Command, client *hdc.Client, keys []string, do func(client *hdc.Client, key string) error) error {
	code := verdict.ExitPass
	for _, key := range keys {
		err := do(client, key)
		var argument *hdc.ArgumentError
		var unsafe *hdc.UnsafePathError
		switch {
		case errors.As(err, &argument), errors.As(err, &unsafe) && !unsafe.Device, errors.Is(err, fs.ErrNotExist) && isLocal(err):
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
	code := verdict.ExitPass
	for _, e := range joined(err) {
		fmt.Fprintf(w, "hdc-runner: %s: %s\n", key, told(e))
		var refused *hdc.InstallError
		var needs *hdc.NeedsError
		if errors.As(e, &refused) || errors.As(e, &needs) {
			code = worse(code, verdict.ExitFail)
		} else {
			code = worse(code, verdict.ExitInfra)
		}
	}
	return code
}

// worse keeps a refusal before what is merely open.
func worse(a, b int) int {
	if a == verdict.ExitFail || b == verdict.ExitFail {
		return verdict.ExitFail
	}
	return max(a, b)
}
