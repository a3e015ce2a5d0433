// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package emulator drives the vendor's emulator of HarmonyOS devices by its
// program, Emulator: it finds the installation, lists the instances, starts one,
// waits until its system has come up, stops it, and saves its logs.
//
// It guarantees that the program is judged by what it says, since it exits with
// 0 when it fails; that a program that ends without a word, hangs, or brings no
// target into the hdc server's list is an error that says what to do; that
// nothing is read without bound; and that an instance counts as booted only when
// its own system said so through the hdc server, under its own name.
//
// It makes no instances and downloads no images: that takes a person, who
// accepts a licence. An instance that was started stays when this process ends,
// like one that DevEco Studio started. An image for which DevEco Studio demands
// a login cannot be started by any command.
//
// What the program prints was never recorded: the comments name the claims.
package emulator

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// Tool is an installation of the emulator. Its methods may be called from any
// goroutine.
type Tool struct {
	program, instances, images string
	// limit bounds a call beside its context, and every is the pause between two
	// looks at what starts or stops.
	limit, every time.Duration
}

// Program returns the path of the Emulator program.
func (t *Tool) Program() string { return t.program }

// Version is a version of the program, such as 6.1.1.300. The zero Version is
// one that is not known.
type Version struct{ Major, Minor, Patch, Build int }

// String returns the version as the program writes it.
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", v.Major, v.Minor, v.Patch, v.Build)
}

// AtLeast reports whether v is that version or a later one.
func (v Version) AtLeast(major, minor, patch int) bool {
	switch {
	case v.Major != major:
		return v.Major > major
	case v.Minor != minor:
		return v.Minor > minor
	}
	return v.Patch >= patch
}

var versionText = regexp.MustCompile(`\b(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?\b`)

// Version asks the program which version it is. (Claim emulator.version.)
//
// Errors: *CallError.
func (t *Tool) Version(ctx context.Context) (Version, error) {
	got, err := t.call(ctx, "-version")
	if err != nil {
		return Version{}, err
	}
	v, ok := parseVersion(got.text())
	if !ok {
		return Version{}, got.fail("it named no version: is this the emulator of DevEco Studio or of the Command Line Tools?")
	}
	return v, nil
}

// parseVersion finds the version. Android's emulator, whose program has the same
// name, has none here.
func parseVersion(text string) (Version, bool) {
	m := versionText.FindStringSubmatch(text)
	if m == nil || strings.Contains(text, "Android") {
		return Version{}, false
	}
	var n [4]int
	for i, digits := range m[1:] {
		n[i], _ = strconv.Atoi(digits) // at most six digits, or none
	}
	return Version{n[0], n[1], n[2], n[3]}, true
}

// codeText is an error code of the emulator in a text. (Claim emulator.codes.)
var codeText = regexp.MustCompile(`\b008\d{5}\b`)

// maxCodes bounds how many codes of one text are looked at, known or not.
const maxCodes = 64

// signsIn returns what is known of a text's codes and words, the more telling
// ones first. A code that is not known is among them.
func signsIn(text string) []fixtures.EmulatorSign {
	codes := codeText.FindAllString(text, maxCodes)
	var signs []fixtures.EmulatorSign
	for _, sign := range fixtures.EmulatorSigns() {
		if sign.Code != "" && slices.Contains(codes, sign.Code) || sign.Text != "" && strings.Contains(text, sign.Text) {
			signs = append(signs, sign)
		}
	}
	for _, code := range codes {
		if !slices.ContainsFunc(signs, func(s fixtures.EmulatorSign) bool { return s.Code == code }) {
			signs = append(signs, fixtures.EmulatorSign{Code: code, Meaning: "an error that is not known here",
				Advice: "look the code up in DevEco Studio's guide, among the error codes of the emulator"})
		}
	}
	return signs
}

// explain says what signs mean and what to do, "" without any.
func explain(signs []fixtures.EmulatorSign) string {
	if len(signs) == 0 {
		return ""
	}
	first := signs[0]
	if first.Code != "" {
		return fmt.Sprintf("%s (%s): %s", first.Meaning, first.Code, first.Advice)
	}
	return first.Meaning + ": " + first.Advice
}

// checkName refuses what cannot be an instance's name, or would be read as an
// option.
func checkName(name string) error {
	if name == "" || len(name) > maxName || strings.HasPrefix(name, "-") || strings.ContainsAny(name, `/\`) ||
		strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return &NameError{Name: name}
	}
	return nil
}

// maxName bounds an instance's name, in bytes.
const maxName = 128
