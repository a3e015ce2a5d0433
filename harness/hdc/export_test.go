// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

// For the tests of the parsers, which are not part of the package's face.
var (
	ParseTargets = parseTargets
	ParseRules   = parseRules
	ReadFrame    = readFrame
	Quote        = quote
)

// Wrap returns a wrapped command and its sentinel's text, without the status.
func Wrap(command string) (line, mark string) {
	s := newSentinel()
	return s.wrap(command), s.left + s.right + ":"
}

// Finder returns the search for a sentinel in growing output.
func Finder(mark string) func(out []byte) (start, exit int, found bool) {
	return (&scanner{mark: []byte(mark)}).find
}

// ReadConfig reads the announcement of a file and writes it again.
func ReadConfig(b []byte) ([]byte, error) {
	var c transferConfig
	if err := readFields(b, c.fields()); err != nil {
		return nil, err
	}
	return appendFields(nil, c.fields()), nil
}

// Pieces of a file's transfer.
var (
	ReadPiece   = readPiece
	AppendPiece = appendPiece
)

// JudgeInstall judges a server's whole answer to an install.
func JudgeInstall(answer string) error {
	said, err := appMessage("install", "/data/work/app.hap", answer)
	if err != nil {
		return err
	}
	return judgeInstall("install", said)
}

// LineOf returns the line that a command sends, without its sentinel.
func LineOf(cmd Command) string { return cmd.text }
