// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness/hdc"
)

func newFile() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "file",
		Short: "copy files and folders to devices and back, and compare them",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFileSend(), newFileRecv())
	return cmd
}

// transfer is what both directions share.
type transfer struct {
	tool
	o        hdc.FileOptions
	progress bool
}

func (f *transfer) flags(cmd *cobra.Command, target string) {
	f.tool.flags(cmd, target)
	flags := cmd.Flags()
	flags.BoolVarP(&f.o.KeepTime, "keep-time", "a", false, "keep the time of the last change")
	flags.BoolVarP(&f.o.KeepMode, "keep-mode", "m", false, "keep the permissions")
	flags.BoolVar(&f.o.OnlyNewer, "sync", false, "leave alone what is as new on the other side")
	flags.StringVarP(&f.o.Bundle, "bundle", "b", "", "the remote path is in the sandbox of this debug app, which runs: `NAME`")
	flags.BoolVar(&f.o.NoVerify, "no-verify", false, "do not compare what arrived")
	flags.BoolVar(&f.progress, "progress", false, "tell on stderr how far it has come")
}

// options returns those of a transfer to or from a device.
func (f *transfer) options(cmd *cobra.Command, key string) hdc.FileOptions {
	o := f.o
	if !f.progress {
		return o
	}
	var told hdc.Progress
	o.Steps = func(p hdc.Progress) {
		// A line for each file, and for each tenth of a large one.
		if p.Files == told.Files && (p.Bytes-told.Bytes)*10 < max(p.AllBytes, 1) {
			return
		}
		told = p
		cmd.PrintErrf("%s: %s, %s: %s\n", key, of(int64(p.Files), int64(p.AllFiles), "file"), of(p.Bytes, p.AllBytes, "byte"), p.File)
	}
	return o
}

// of is a part of a whole, which may be unknown.
func of(part, all int64, what string) string {
	if all == 0 {
		return many(part, what)
	}
	return fmt.Sprintf("%d of %s", part, many(all, what))
}

// many counts in words.
func many[N int | int64](n N, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// tell says what was copied.
func (f *transfer) tell(cmd *cobra.Command, key string, done hdc.FolderTransfer) {
	text := fmt.Sprintf("%s, %s, at %s", many(done.Files, "file"), many(done.Bytes, "byte"), done.Path)
	if done.Skipped > 0 {
		text += fmt.Sprintf("; %d left alone", done.Skipped)
	}
	if done.Files > 0 {
		text += "; " + done.Checked.String()
		if done.Why != "" {
			text += " (" + done.Why + ")"
		}
	}
	if len(done.Unmade) > 0 {
		text += fmt.Sprintf("; %s not made", many(len(done.Unmade), "empty folder"))
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", key, text)
}

// one describes a single file like a folder.
func one(t hdc.Transfer) hdc.FolderTransfer {
	f := hdc.FolderTransfer{Path: t.Path, Files: 1, Bytes: t.Bytes, Checked: t.Checked, Why: t.Why}
	if t.Skipped {
		f.Files, f.Skipped = 0, 1
	}
	return f
}

const fileExit = "Exit code: 0 done; 1 the device is too old for it, which is said with what to do; 2 usage; 3 anything else."

func newFileSend() *cobra.Command {
	var f transfer
	cmd := &cobra.Command{
		Use:   "send LOCAL REMOTE",
		Short: "copy a file or a folder to devices",
		Long: "REMOTE is the path on the device of what is copied, or with a slash at its end the folder for it. Empty folders\n" +
			"come along; a link that leaves the folder is refused. " + fileExit,
		Example: "  hdc-runner file send notes.txt /data/local/tmp/\n  hdc-runner file send -a assets /data/local/tmp/assets\n" +
			"  hdc-runner file send -b com.example.app seed.db data/storage/el2/base/files/seed.db",
		Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.each(cmd, func(client *hdc.Client, key string) error {
				o := f.options(cmd, key)
				info, err := os.Stat(args[0])
				if err == nil && info.IsDir() {
					done, err := client.SendFolder(cmd.Context(), key, args[0], args[1], o)
					if err == nil {
						f.tell(cmd, key, done)
					}
					return err
				}
				done, err := client.Send(cmd.Context(), key, args[0], args[1], o)
				if err == nil {
					f.tell(cmd, key, one(done))
				}
				return err
			})
		},
	}
	f.flags(cmd, "device by connect key, `SERIAL|all` (default: the only one)")
	return cmd
}

func newFileRecv() *cobra.Command {
	var f transfer
	cmd := &cobra.Command{
		Use:   "recv REMOTE LOCAL",
		Short: "copy a file or a folder from a device",
		Long: "LOCAL is the path of what is copied. Nothing is there before all has arrived and is compared. Empty folders come\n" +
			"along; a path that leaves the folder is refused. " + fileExit,
		Example: "  hdc-runner file recv /data/local/tmp/notes.txt notes.txt\n  hdc-runner file recv /data/local/tmp/assets assets",
		Args:    exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, key, err := f.device(cmd)
			if err != nil {
				return err
			}
			return onEach(cmd, client, []string{key}, func(client *hdc.Client, key string) error {
				return f.receive(cmd, client, key, args[0], args[1])
			})
		},
	}
	f.flags(cmd, theOnly)
	return cmd
}

// receive fetches what is there. In an app's sandbox only the transfer itself
// tells a folder from a file.
func (f *transfer) receive(cmd *cobra.Command, client *hdc.Client, key, remote, local string) error {
	o := f.options(cmd, key)
	folder := false
	if o.Bundle == "" {
		var err error
		if folder, err = client.IsFolder(cmd.Context(), key, remote); err != nil {
			return err
		}
	}
	if !folder {
		done, err := client.Receive(cmd.Context(), key, remote, local, o)
		if err == nil {
			f.tell(cmd, key, one(done))
		}
		if !errors.Is(err, hdc.ErrFolder) {
			return err
		}
	}
	done, err := client.ReceiveFolder(cmd.Context(), key, remote, local, o)
	if err == nil {
		f.tell(cmd, key, done)
	}
	return err
}
