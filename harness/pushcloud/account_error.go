// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"errors"
	"fmt"
	"io/fs"
)

// AccountProblem says what is wrong with a service-account file.
type AccountProblem string

// The problems.
const (
	AccountUnreadable   AccountProblem = "unreadable"
	AccountNotJSON      AccountProblem = "not JSON"
	AccountFieldMissing AccountProblem = "field missing"
	AccountFieldWrong   AccountProblem = "field wrong"
	AccountBadPEM       AccountProblem = "bad PEM"
	AccountWrongKey     AccountProblem = "wrong key"
)

// AccountError is a service-account file that cannot be used. Its text never
// quotes the key.
type AccountError struct {
	// Path is the file, "" if it was parsed from memory.
	Path string
	// Problem is the kind of mistake.
	Problem AccountProblem
	// Field is the member at fault for AccountFieldMissing and
	// AccountFieldWrong.
	Field string
	// Err has the details, nil if there are none.
	Err error

	otherFile string
}

// download says where the file comes from.
const download = "download the file in AppGallery Connect (Project settings, Server SDK or API Console, service-account key) and pass it unchanged with --service-account FILE"

// Error says what happened, why, and what to do.
func (e *AccountError) Error() string {
	name := "service account"
	if e.Path != "" {
		name += " " + e.Path
	}
	switch e.Problem {
	case AccountUnreadable:
		if errors.Is(e.Err, fs.ErrNotExist) {
			return fmt.Sprintf("%s: there is no such file: check the path, or %s", name, download)
		}
		return fmt.Sprintf("%s: cannot be read: %v", name, e.Err)
	case AccountNotJSON:
		return fmt.Sprintf("%s: is no JSON object (%v): %s", name, e.Err, download)
	case AccountFieldMissing:
		if e.otherFile != "" {
			return fmt.Sprintf("%s: has no %s, it looks like %s, which belongs to the app: %s", name, e.Field, e.otherFile, download)
		}
		return fmt.Sprintf("%s: has no %s: %s", name, e.Field, download)
	case AccountFieldWrong:
		return fmt.Sprintf("%s: %s is no JSON string: put it in quotes, or %s", name, e.Field, download)
	case AccountBadPEM:
		return fmt.Sprintf("%s: private_key is unusable, %v: it must run from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----; %s", name, e.Err, download)
	default:
		return fmt.Sprintf("%s: private_key is %v: Push Kit takes JWTs signed by an RSA key with PS256; %s", name, e.Err, download)
	}
}

// Unwrap returns the details.
func (e *AccountError) Unwrap() error { return e.Err }
