// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pushproof/pushproof/harness/probe"
)

// mergeFiles writes where claims held into the checkout's claim files.
func (f *probeFlags) mergeFiles(out io.Writer, files []string) error {
	root := f.checkout()
	if root == "" {
		where := "this folder is in none"
		if f.repo != "" {
			where = f.repo + " is in none"
		}
		return usagef("--merge writes into a checkout of Pushproof, and %s: go there, or name one by --repo DIR", where)
	}
	m, err := probe.Merge(root, files...)
	var simulated *probe.SimulatedError
	var version *probe.VersionError
	if errors.As(err, &simulated) || errors.As(err, &version) {
		return usagef("%v", err)
	}
	if err != nil {
		return err
	}
	printBroken(out, m.Broken, root)
	for _, c := range m.Confirmed {
		fmt.Fprintf(out, "seen: %s on %s %s, %s\n", c.Claim, c.Seen.Model, c.Seen.Version, c.Seen.Date)
	}
	fmt.Fprintf(out, "\n%d new, %d known already, %d broken, %d undecided\n", len(m.Confirmed), m.Known, len(m.Broken), m.Undecided)
	if len(m.Files) > 0 {
		fmt.Fprintf(out, "rewritten: %s\nnow write the pages that repeat them: go test . -update\n", strings.Join(m.Files, " "))
	}
	if len(m.Broken) > 0 {
		fmt.Fprintln(out, "what is broken wants changing by hand: the statement, the code that rests on it, and the simulator together")
	}
	return nil
}
