// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/device"
)

func newScreenshot() *cobra.Command {
	var o tool
	var file string
	cmd := &cobra.Command{
		Use:   "screenshot",
		Short: "take a picture of a device's display",
		Long: "It shows whatever is on the display: mind who sees it. The device decides on the format, jpeg or png; without -o the\n" +
			"file is named by device and time, in this folder. Exit code: 0 done; 2 usage; 3 anything else.",
		Example: "  hdc-runner screenshot\n  hdc-runner screenshot -o screen.jpeg --target SERIAL\n  hdc-runner screenshot -o - > screen.jpeg",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, key, err := o.open(cmd)
			if err != nil {
				return err
			}
			shot, err := d.Screenshot(cmd.Context())
			if err != nil {
				return err
			}
			return keepShot(cmd, key, file, shot)
		},
	}
	o.flags(cmd, theOnly)
	cmd.Flags().StringVarP(&file, "output", "o", "", "`FILE` to write, - for standard output")
	return cmd
}

// keepShot writes a picture, and says where it is and what it shows.
func keepShot(cmd *cobra.Command, key, file string, shot device.Screenshot) error {
	if file == "-" {
		_, err := cmd.OutOrStdout().Write(shot.Data)
		return err
	}
	if file == "" {
		file = shotName(key, shot.Format, time.Now())
	}
	if err := os.WriteFile(file, shot.Data, 0o600); err != nil {
		return fmt.Errorf("keep the picture: %w", err)
	}
	if is := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), "."); is != shot.Format && is != "" && is+shot.Format != "jpgjpeg" {
		cmd.PrintErrf("hdc-runner: %s is a picture in %s, whatever its name says\n", file, shot.Format)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s (%s, %d x %d)\n", key, file, shot.Format, shot.Width, shot.Height)
	return err
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// shotName names a picture by device and time, for every file system.
func shotName(key, format string, at time.Time) string {
	return fmt.Sprintf("screenshot-%s-%s.%s", notInNames.ReplaceAllString(key, "-"), at.Format("20060102-150405.000"), format)
}
