// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Check says how far two files were compared.
type Check int

// The checks.
const (
	// Unchecked: hdc's own word is all there is.
	Unchecked Check = iota
	// SameSize: both have the same number of bytes.
	SameSize
	// SameSum: both have the same SHA-256.
	SameSum
)

// String names the check.
func (c Check) String() string {
	return [...]string{"not verified", "same size", "same SHA-256"}[c]
}

// VerifyError says that hdc reported success, and the two files differ.
type VerifyError struct {
	Remote string
	// What was compared: "SHA-256" or "size".
	What string
	// Local and Device are the two values.
	Local, Device string
}

// Error implements error.
func (e *VerifyError) Error() string {
	return fmt.Sprintf("%s differs from the file of this machine: %s %s here, %s on the device: "+
		"hdc reported success all the same; see whether the device's disk is full (df /data), and try again", e.Remote, e.What, e.Local, e.Device)
}

// exitNotFound is a shell's status for a program that is not there.
const exitNotFound = 127

var sumLine = regexp.MustCompile(`^\\?([0-9a-f]{64})\s`)

// verify compares a local with a remote file by what the device offers.
// (Claim hdc.sha256sum.)
func (c *Client) verify(ctx context.Context, key, local, remote string) (Check, string, error) {
	sum, size, err := localSum(local)
	if err != nil {
		return Unchecked, "", err
	}
	got, err := c.Shell(ctx, key, Cmd("sha256sum", remote))
	if err != nil {
		return Unchecked, "", fmt.Errorf("verify %s: %w", remote, err)
	}
	if m := sumLine.FindSubmatch(got.Output); m != nil && got.Exit == 0 {
		if other := string(m[1]); other != sum {
			return Unchecked, "", &VerifyError{Remote: remote, What: "SHA-256", Local: sum, Device: other}
		}
		return SameSum, "", nil
	}
	why := fmt.Sprintf("sha256sum on the device: %s", said(got))
	got, err = c.Shell(ctx, key, Cmd("stat", "-c", "%s", remote))
	if err != nil {
		return Unchecked, "", fmt.Errorf("verify %s: %w", remote, err)
	}
	other, numberErr := strconv.ParseInt(strings.TrimSpace(string(got.Output)), 10, 64)
	if got.Exit != 0 || numberErr != nil {
		return Unchecked, fmt.Sprintf("%s; stat: %s", why, said(got)), nil
	}
	if other != size {
		return Unchecked, "", &VerifyError{Remote: remote, What: "size", Local: strconv.FormatInt(size, 10), Device: strconv.FormatInt(other, 10)}
	}
	return SameSize, why, nil
}

// said describes what a tool answered.
func said(r Result) string {
	if r.Exit == exitNotFound {
		return "not there"
	}
	return fmt.Sprintf("%.200q, exit %d", r.Output, r.Exit)
}

func localSum(local string) (sum string, size int64, err error) {
	file, err := os.Open(local)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	if size, err = io.Copy(hash, file); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(hash.Sum(nil)), size, nil
}
