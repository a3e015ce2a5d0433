// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/nativebridge/ohosld/elfcheck"
)

// names is a flag that may stand several times, or hold several names with
// commas between them.
type names []string

// String implements flag.Value.
func (n *names) String() string { return strings.Join(*n, ",") }

// Set implements flag.Value.
func (n *names) Set(s string) error {
	*n = append(*n, strings.Split(s, ",")...)
	return nil
}

// check is "ohosld check".
func check(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("ohosld check", flag.ContinueOnError)
	flags.SetOutput(errs)
	var exported, needed names
	asJSON := flags.Bool("json", false, "print the report as one JSON object")
	soname := flags.String("soname", "", "the name that the library must bear")
	flags.Var(&exported, "export", "a name that it must export; may be repeated")
	flags.Var(&needed, "needed", "a library that it may need; if given, no others may be needed")
	if err := flags.Parse(args); err != nil {
		return exitUsage
	}
	if flags.NArg() == 0 {
		fmt.Fprint(errs, "ohosld check: no library is named: ohosld check FILE.so\n")
		return exitUsage
	}
	code := exitOK
	for _, path := range flags.Args() {
		report, err := checkFile(path, elfcheck.Want{Soname: *soname, Exports: exported, Needed: needed})
		if err != nil {
			fmt.Fprintf(errs, "ohosld check: %v\n", err)
			return exitUsage
		}
		if len(report.Findings) > 0 {
			code = exitFindings
		}
		if *asJSON {
			err = json.NewEncoder(out).Encode(struct {
				File string `json:"file"`
				*elfcheck.Report
			}{path, report})
		} else {
			err = printReport(out, path, report, exported)
		}
		if err != nil {
			fmt.Fprintf(errs, "ohosld check: print the report: %v\n", err)
			return exitUsage
		}
	}
	return code
}

func checkFile(path string, want elfcheck.Want) (*elfcheck.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	report, err := elfcheck.Check(f, want)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return report, nil
}

func printReport(out io.Writer, path string, r *elfcheck.Report, asked []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", path)
	for _, line := range [][2]string{
		{"machine", r.Machine},
		{"soname", orNone(r.Soname)},
		{"needed", orNone(strings.Join(r.Needed, " "))},
		{"exports", exports(r.Exports, asked)},
		{"tlsdesc", fmt.Sprint(r.TLSDescriptors)},
		{"align", fmt.Sprint(r.SegmentAlign)},
	} {
		fmt.Fprintf(&b, "  %-8s %s\n", line[0], line[1])
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "  FINDING  %s: %s\n           why: %s\n           do:  %s\n", f.ID, f.What, f.Why, f.Do)
	}
	if len(r.Findings) == 0 {
		b.WriteString("  ok: a musl system can open it\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// cgo begins the names of what cgo and the compiler export of their own, in each
// library with Go.
var cgo = []string{"_cgo", "x_cgo_", "crosscall", "x_crosscall", "fatalf", "_init", "_fini"}

// mostExports bounds the names that are printed; --json has all.
const mostExports = 12

// exports says how many names there are, and names those that were asked
// for and those that are not cgo's.
func exports(all, asked []string) string {
	var first, rest []string
	for _, name := range all {
		switch {
		case slices.Contains(asked, name):
			first = append(first, name)
		case !slices.ContainsFunc(cgo, func(p string) bool { return strings.HasPrefix(name, p) }):
			rest = append(rest, name)
		}
	}
	shown := append(first, rest[:min(len(rest), max(0, mostExports-len(first)))]...)
	switch more := len(all) - len(shown); {
	case len(all) == 0:
		return "none"
	case more == 0:
		return fmt.Sprintf("%d: %s", len(all), strings.Join(shown, " "))
	case len(shown) == 0:
		return fmt.Sprintf("%d, by --json", len(all))
	default:
		return fmt.Sprintf("%d: %s, and %d more by --json", len(all), strings.Join(shown, " "), more)
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
