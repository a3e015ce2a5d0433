// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"errors"
	"io"
	"strings"
)

// DownloadFolder fetches what a server says is a folder into a folder of this
// machine.
func DownloadFolder(ctx context.Context, c *Client, key, remote, part string) error {
	to, err := newFolderSink(&folderReceive{c: c, remote: remote, part: part, o: FileOptions{KeepTime: true, KeepMode: true}})
	if err != nil {
		return err
	}
	err = c.download(ctx, key, "file recv remote "+remote+" x", to)
	return errors.Join(err, to.close())
}

// UploadText sends one small file and returns the server's summary.
func UploadText(ctx context.Context, c *Client, key, text string) (string, error) {
	return c.upload(ctx, key, "file send remote x /data/local/tmp/x", []outgoing{{
		config: transferConfig{size: uint64(len(text)), path: "/data/local/tmp/x", name: "x"},
		modes:  []fileMode{modeOf(0o600, ""), modeOf(0o700, "x")},
		open:   func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}})
}
