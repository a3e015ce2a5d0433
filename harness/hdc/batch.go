// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"strconv"
)

// Limits of one command about many files: well below what a command line holds.
const (
	batchFiles = 500
	batchBytes = 48 << 10
)

// batches splits paths into the arguments of several commands.
func batches(files []string) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		var batch []any
		size := 0
		for _, f := range files {
			n := len(quote(f)) + 1
			if len(batch) == batchFiles || len(batch) > 0 && size+n > batchBytes {
				if !yield(batch) {
					return
				}
				batch, size = nil, 0
			}
			batch, size = append(batch, f), size+n
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// fingerprint is what two files are compared by.
type fingerprint struct {
	sum  string
	size int64
}

// Lines of sha256sum and of stat -c '%s %n'.
var (
	sumLines  = regexp.MustCompile(`(?m)^([0-9a-f]{64})  (/.*)$`)
	sizeLines = regexp.MustCompile(`(?m)^(\d{1,18}) (/.*)$`)
)

// compare compares files of this machine, keyed by their paths on the device,
// with those there, by what the device offers. why says why not further. (Claim
// hdc.sha256sum.)
func (c *Client) compare(ctx context.Context, key string, files []string, here map[string]fingerprint) (check Check, why string, err error) {
	sums := map[string]string{}
	for batch := range batches(files) {
		got, err := c.Shell(ctx, key, Cmd(append([]any{"sha256sum"}, batch...)...))
		if err != nil {
			return Unchecked, "", fmt.Errorf("verify %d files: %w", len(batch), err)
		}
		if got.Exit == exitNotFound {
			return c.compareSizes(ctx, key, files, here, "sha256sum on the device: "+said(got))
		}
		for _, m := range sumLines.FindAllSubmatch(got.Output, -1) {
			sums[string(m[2])] = string(m[1])
		}
	}
	for _, f := range files {
		if sums[f] != here[f].sum {
			return Unchecked, "", &VerifyError{Remote: f, What: "SHA-256", Local: here[f].sum, Device: orMissing(sums[f])}
		}
	}
	return SameSum, "", nil
}

func (c *Client) compareSizes(ctx context.Context, key string, files []string, here map[string]fingerprint, why string) (Check, string, error) {
	sizes := map[string]string{}
	for batch := range batches(files) {
		got, err := c.Shell(ctx, key, Cmd(append([]any{"stat", "-c", "%s %n"}, batch...)...))
		if err != nil {
			return Unchecked, "", fmt.Errorf("verify %d files: %w", len(batch), err)
		}
		if got.Exit == exitNotFound {
			return Unchecked, why + "; stat: " + said(got), nil
		}
		for _, m := range sizeLines.FindAllSubmatch(got.Output, -1) {
			sizes[string(m[2])] = string(m[1])
		}
	}
	for _, f := range files {
		if want := strconv.FormatInt(here[f].size, 10); sizes[f] != want {
			return Unchecked, "", &VerifyError{Remote: f, What: "size", Local: want, Device: orMissing(sizes[f])}
		}
	}
	return SameSize, why, nil
}

func orMissing(value string) string {
	if value == "" {
		return "missing"
	}
	return value
}
