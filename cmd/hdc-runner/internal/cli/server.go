// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hdc"
)

// reach makes sure that the hdc server of a client answers. Where none runs on
// this machine and the hdc program is at hand it starts one, and says so; the
// server stays.
func reach(ctx context.Context, stderr io.Writer, client *hdc.Client, c harness.Config) error {
	if c.HubAdvertise != "" {
		// The server is elsewhere: a port of this machine is the end of a tunnel.
		_, err := client.CheckServer(ctx)
		return err
	}
	started, err := client.EnsureServer(ctx)
	if started {
		fmt.Fprintf(stderr, "hdc-runner: started the hdc server at %s; it stays\n", client.Addr())
	}
	return err
}

// ownWords are commands of hdc that package hdc advises, and what hdc-runner has
// for them: its user need not have hdc at hand.
var ownWords = strings.NewReplacer(
	"hdc list targets -v", "hdc-runner devices",
	"hdc list targets", "hdc-runner devices",
	"hdc fport ls", "hdc-runner forward --list",
)

// told is an error's text for the user of hdc-runner.
func told(err error) string { return ownWords.Replace(err.Error()) }
