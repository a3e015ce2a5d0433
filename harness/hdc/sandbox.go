// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strconv"
)

// notSeen says why what came out of an app's sandbox is not compared.
const notSeen = "a shell command does not see an app's sandbox"

// verifySent compares what was sent with what is on the device.
func (c *Client) verifySent(ctx context.Context, key, local, remote string, o FileOptions) (Check, string, error) {
	if o.Bundle == "" {
		return c.verify(ctx, key, local, remote)
	}
	sum, size, err := localSum(local)
	if err != nil {
		return Unchecked, "", err
	}
	back, err := c.fetchSums(ctx, key, remote, o.Bundle)
	if err != nil {
		return Unchecked, "", err
	}
	for _, got := range back {
		return sameAs(remote, fingerprint{sum, size}, got)
	}
	return Unchecked, "", &VerifyError{Remote: remote, What: "size", Local: strconv.FormatInt(size, 10), Device: orMissing("")}
}

// verifyReceived compares what was received with what is on the device.
func (c *Client) verifyReceived(ctx context.Context, key, part, remote string, o FileOptions) (Check, string, error) {
	if o.Bundle == "" {
		return c.verify(ctx, key, part, remote)
	}
	return Unchecked, notSeen, nil
}

func sameAs(remote string, here, there fingerprint) (Check, string, error) {
	if here != there {
		return Unchecked, "", &VerifyError{Remote: remote, What: "SHA-256", Local: here.sum, Device: there.sum}
	}
	return SameSum, "", nil
}

// fetchSums fetches a file or folder of a sandbox, and keeps nothing but the
// fingerprints, by the names that hdc gives.
func (c *Client) fetchSums(ctx context.Context, key, remote, bundle string) (map[string]fingerprint, error) {
	command := `file recv remote -cwd "/" ` + FileOptions{Bundle: bundle}.words(false) + word(remote) + " x"
	to := &summer{files: map[string]fingerprint{}}
	err := c.download(ctx, key, command, to)
	if err != nil {
		return nil, fmt.Errorf("fetch %s again to compare it: %w", remote, fileFailure(err, command, ""))
	}
	return to.files, nil
}

// summer takes files of a download, and keeps their fingerprints.
type summer struct {
	files map[string]fingerprint
	name  string
	size  int64
	hash  hash.Hash
}

func (s *summer) create(config transferConfig, _ fs.FileMode) (io.Writer, error) {
	s.name, s.size, s.hash = config.name, 0, sha256.New()
	return s.hash, nil
}

func (s *summer) folder(string, fs.FileMode) error { return nil }
func (s *summer) wrote(done int64)                 { s.size = done }

func (s *summer) complete() error {
	s.files[s.name] = fingerprint{hex.EncodeToString(s.hash.Sum(nil)), s.size}
	return nil
}
