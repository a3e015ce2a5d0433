// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pushproof/pushproof/internal/spelling"
)

// flagError says what is wrong with a flag, and which one may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		text += suggestFlag(cmd, unknown)
	}
	return usagef("%s; `%s --help` lists the flags", text, cmd.CommandPath())
}

// suggestFlag finds the flag for a misspelt name, or for a name behind one
// hyphen only, which is read as a row of letters.
func suggestFlag(cmd *cobra.Command, e *pflag.NotExistError) string {
	name := e.GetSpecifiedName()
	if short := e.GetSpecifiedShortnames(); len(short) > 1 {
		name, _, _ = strings.Cut(short, "=")
	}
	if len(name) < 2 {
		return ""
	}
	var known []string
	note := func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	}
	cmd.Flags().VisitAll(note)
	cmd.InheritedFlags().VisitAll(note)
	if like, ok := spelling.Nearest(name, known); ok {
		return "; did you mean --" + like + "?"
	}
	return ""
}
