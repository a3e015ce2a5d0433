// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/internal/spelling"
)

// prefix begins our environment variables.
const prefix = "PUSHPROOF_"

// otherVariables are those that stand for no flag of an endpoint. What sim
// cloud writes for a shell, hdc-runner itself does not read.
var otherVariables = [][2]string{
	{hostdb.EnvDir, "--state-dir"},
	{envRights, "--rights"},
	{envRuntime, "--runtime"},
}

// variablesHelp lists the variables, each with its flag.
func variablesHelp() string {
	var b strings.Builder
	b.WriteString("Environment variables that stand for a flag, which wins over them:\n")
	for _, v := range append(harness.Variables(), otherVariables...) {
		fmt.Fprintf(&b, "  %-30s %s\n", v[0], v[1])
	}
	b.WriteString("hdc's own OHOS_HDC_SERVER_PORT gives the port of an hdc server that nothing else names.")
	return b.String()
}

// warnOfVariables names each PUSHPROOF_* variable that nothing reads: it is
// misspelt, and the endpoint it was to name would be another one.
func warnOfVariables(w io.Writer, environ []string) {
	var known []string
	for _, v := range append(harness.Variables(), otherVariables...) {
		known = append(known, v[0])
	}
	silent := append([]string{process.EnvRole, fleet.EnvLimit}, shellVariables()...)
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || slices.Contains(known, name) || slices.Contains(silent, name) {
			continue
		}
		fmt.Fprintf(w, "hdc-runner: warning: the environment variable %s is not known, and nothing reads it%s; `hdc-runner --help` lists those that are\n",
			name, suggestVariable(name, known))
	}
}

// suggestVariable compares what follows the prefix, which all have in common.
func suggestVariable(name string, known []string) string {
	short := make([]string, len(known))
	for i, k := range known {
		short[i] = strings.TrimPrefix(k, prefix)
	}
	if like, ok := spelling.Nearest(strings.TrimPrefix(name, prefix), short); ok {
		return "; did you mean " + prefix + like + "?"
	}
	return ""
}
