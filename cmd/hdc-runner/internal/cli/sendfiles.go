// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// readFile reads a file that what names: a flag, or "message".
func readFile(what, path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("%s %s: there is no such file", what, path)
	case errors.As(err, &at):
		return nil, usagef("%s %s cannot be read: %v", what, path, at.Err)
	case err != nil:
		return nil, usagef("%s %s cannot be read: %v", what, path, err)
	}
	return raw, nil
}

// notSent lists a message's faults, a line each.
func notSent(path string, invalid *pushcloud.InvalidError) error {
	lines := []string{path + " was not sent, since it breaks rules of Push Kit (--unchecked sends it all the same):"}
	for _, fault := range invalid.Faults {
		lines = append(lines, "  "+fault.String())
	}
	return &harness.UsageError{Problems: lines}
}

// request reads message and token.
func (f *sendFlags) request(path string) (pushcloud.Request, error) {
	request, err := f.message(path)
	if err != nil {
		return request, err
	}
	if f.tokenFile == "" {
		f.tokenFile = f.config.TokenFile
	}
	if f.tokenFile == "" {
		return request, usagef("no Push Token: --token-file FILE names a file with the token alone on its first line (a token on the command line would stay in the shell's history)")
	}
	token, err := harness.ReadToken(f.tokenFile)
	if err != nil {
		return request, err
	}
	request.Tokens = []push.Token{token}
	return request, nil
}

// message reads the message, without tokens.
func (f *sendFlags) message(path string) (pushcloud.Request, error) {
	raw, err := readFile("message", path)
	if err != nil {
		return pushcloud.Request{}, err
	}
	request, err := pushcloud.ParseMessage(raw)
	if err != nil {
		return request, usagef("%s: %v", path, err)
	}
	request.Verbatim, request.Unchecked = f.verbatim, f.unchecked
	if f.production {
		request.Options.TestMessage = new(false)
	}
	return request, nil
}

// hint names on stderr what breaks no rule of Push Kit and may be a mistake.
func hint(stderr io.Writer, path string, r pushcloud.Request) {
	for _, h := range pushcloud.Hints(r) {
		fmt.Fprintf(stderr, "hdc-runner: hint: %s: %s\n", path, h)
	}
}
