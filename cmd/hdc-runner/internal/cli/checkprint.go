// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

func (c *checked) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, c)
	}
	var b strings.Builder
	for _, row := range c.Inspected {
		row.print(&b)
	}
	for _, f := range c.Findings {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", f.Place(), f.Level, f.ID, f.What)
		fmt.Fprintf(&b, "    because %s\n    do      %s\n    source  %s\n", f.Why, f.Do, f.Source)
	}
	fmt.Fprintf(&b, "%s, %s and %s of what is declared for pushes\n",
		plural(c.ofLevel(fixtures.LevelFault), "fault"), plural(c.ofLevel(fixtures.LevelGap), "gap"), plural(c.ofLevel(fixtures.LevelHint), "hint"))
	_, err := io.WriteString(w, b.String())
	return err
}

func (row inspected) print(b *strings.Builder) {
	app := row.Bundle
	if app == "" {
		app = "an app without a bundle name"
	}
	if !row.Package {
		fmt.Fprintf(b, "%s: the project of %s, %s: whether Pushproof is in a package only the package shows\n", row.File, app, plural(row.modules, "module"))
		return
	}
	build := "a release build"
	if row.Debug {
		build = "a debug build"
	}
	what := "nothing of Pushproof is in it"
	switch {
	case row.Idle && !row.Absent:
		what = "the name of Pushproof is in it, and nothing of it that runs: an empty facade"
	case !row.Absent:
		what = "Pushproof is in it"
	}
	fmt.Fprintf(b, "%s: %s, %s of %s, %s and %d bytes read: %s\n", row.File, app, build, plural(row.modules, "module"), plural(row.Members, "member"), row.Bytes, what)
	for _, t := range row.Traces {
		fmt.Fprintf(b, "    %s", t.Member)
		if t.Text != "" {
			fmt.Fprintf(b, ": %q", t.Text)
		}
		if t.Text != "" && t.Count > 1 {
			fmt.Fprintf(b, ", and %d more", t.Count-1)
		}
		b.WriteString("\n")
	}
	if row.Hidden > 0 {
		fmt.Fprintf(b, "    and %d members more\n", row.Hidden)
	}
}

// plural says how many of a thing there are.
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
