// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

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
			client, key, err := o.device(cmd)
			if err != nil {
				return err
			}
			return layout(cmd.Context(), client, key, cmd.OutOrStdout())
		},
	}
	o.flags(cmd, theOnly)
	return cmd
}

// layout has the device write the tree into a file, and fetches that: a tree is
// larger than what a tool may print. (Claim device.layout.shape.)
func layout(ctx context.Context, client *hdc.Client, key string, w io.Writer) (err error) {
	remote := "/data/local/tmp/pushproof-" + rand.Text() + ".json"
	got, err := client.Shell(ctx, key, hdc.Cmd("uitest", "dumpLayout", "-p", remote))
	if err != nil {
		return err
	}
	if got.Exit != 0 || !strings.Contains(string(got.Output), "saved to") {
		return fmt.Errorf("uitest on %s made no tree (exit %d): %.200q: wake and unlock the device, and try again", key, got.Exit, got.Output)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeWait)
		defer cancel()
		if _, e := client.Shell(ctx, key, hdc.Cmd("rm", "-f", remote)); err == nil {
			err = e
		}
	}()
	dir, err := os.MkdirTemp("", "pushproof-layout-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	done, err := client.Receive(ctx, key, remote, filepath.Join(dir, "layout.json"), hdc.FileOptions{})
	if err != nil {
		return err
	}
	tree, err := os.Open(done.Path)
	if err != nil {
		return err
	}
	defer func() { _ = tree.Close() }()
	_, err = io.Copy(w, tree)
	return err
}
