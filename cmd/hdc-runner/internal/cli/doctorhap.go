// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
)

// examinePackages looks into the packages of --hap: each has a line, and each
// fault of what they declare.
func examinePackages(ctx context.Context, c harness.Config) []check {
	files := c.Packages()
	if len(files) == 0 {
		return nil
	}
	found, err := inspect(ctx, files, nil)
	if err != nil {
		return []check{{Name: "packages", Result: checkProblem, Detail: err.Error(), usage: isUsage(err)}}
	}
	var checks []check
	for _, row := range found.Inspected {
		name := "package " + row.File
		if !row.Package {
			checks = append(checks, check{Name: name, Result: checkProblem, Detail: "it is a project: build it, and name the package", usage: true})
			continue
		}
		agent := "Pushproof's agent is in it"
		if row.Idle {
			agent = "Pushproof's agent is not in it, so that only the screen can say what arrived, with --token-file"
		}
		checks = append(checks, check{Name: name, Result: checkOK, Detail: fmt.Sprintf("%s, %s: %s", row.Bundle, plural(row.modules, "module"), agent)})
	}
	for _, f := range found.Findings {
		if f.Level == fixtures.LevelFault {
			checks = append(checks, check{Name: f.ID, Result: checkProblem, Detail: fmt.Sprintf("%s: %s; %s; do: %s", f.Place(), f.What, f.Why, f.Do)})
		}
	}
	return checks
}
