// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// validateFlags are the flags of push validate.
type validateFlags struct {
	verbatim bool
	json     bool
}

func newValidate() *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:   "validate FILE.json",
		Short: "check one message by the rules of Push Kit, and send nothing",
		Long: "validate prints every rule of Push Kit that the message in FILE.json breaks, a line each, with the field, and how\n" +
			"many bytes the message has: as it stands in the file, and with the nonce that `push send` puts into it. Tokens,\n" +
			"rights and quota are known to Push Cloud alone.\n\n" +
			"FILE.json is the one that `push send` takes: {\"pushType\": 0, \"payload\": {...}, \"pushOptions\": {...}}. A\n" +
			"member that Push Kit's documentation does not have is a hint, and no fault.\n\n" +
			"Exit code: 0 no rule is broken; 2 one is, or the file is no message.",
		Example: "  hdc-runner push validate alert.json\n  hdc-runner push validate --json alert.json",
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usagef("no message: write hdc-runner push validate FILE.json; `hdc-runner push validate --help` shows what is in FILE.json")
			case 1:
				return nil
			}
			return usagef("one message at a time, and there are %d: %s", len(args), strings.Join(args, ", "))
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.validate(cmd.OutOrStdout(), args[0]) },
	}
	cmd.Flags().BoolVar(&f.verbatim, "verbatim", false, "fill no field with the nonce; {{nonce}} is still replaced")
	cmd.Flags().BoolVar(&f.json, "json", false, "print the outcome as JSON")
	return cmd
}

// validated is what validate prints.
type validated struct {
	File  string `json:"file"`
	Kind  string `json:"kind"`
	Valid bool   `json:"valid"`
	// Bytes is the body without its tokens, as the file has it.
	Bytes int `json:"bytes"`
	// BytesWithNonce is the body as push send sends it.
	BytesWithNonce int `json:"bytesWithNonce"`
	// MaxBytes is how many Push Kit allows.
	MaxBytes int               `json:"maxBytes"`
	Faults   []pushcloud.Fault `json:"faults"`
	// Hints are no faults.
	Hints []pushcloud.Hint `json:"hints,omitempty"`
}

func (f *validateFlags) validate(out io.Writer, path string) error {
	raw, err := readFile("message", path)
	if err != nil {
		return err
	}
	request, err := pushcloud.ParseMessage(raw)
	if err != nil {
		return usagef("%s: %v", path, err)
	}
	// One token goes with every kind; which one it is does not matter here.
	request.Tokens, request.Verbatim = []push.Token{push.NewToken("token")}, f.verbatim
	v := validated{File: path, Kind: request.Message.Kind().String(), Faults: pushcloud.Validate(request)}
	v.Hints = pushcloud.Hints(request)
	if v.Bytes, v.MaxBytes, err = pushcloud.Size(request); err != nil {
		return usagef("%s: %v", path, err)
	}
	// That nobody on the device could see the nonce is no rule of Push Kit.
	carried, _, _ := pushcloud.Carry(request, harness.NewNonce())
	if v.BytesWithNonce, _, err = pushcloud.Size(carried); err != nil {
		return usagef("%s: %v", path, err)
	}
	v.addOfNonce(pushcloud.Validate(carried))
	v.Valid = len(v.Faults) == 0
	if err := v.print(out, f.json); err != nil || v.Valid {
		return err
	}
	return exit(verdict.ExitUsage)
}

// addOfNonce adds the faults that the message has with its nonce only.
func (v *validated) addOfNonce(faults []pushcloud.Fault) {
	for _, fault := range faults {
		if slices.ContainsFunc(v.Faults, func(f pushcloud.Fault) bool { return f.Path == fault.Path }) {
			continue
		}
		fault.Problem = "with the nonce that push send puts into it, " + fault.Problem
		v.Faults = append(v.Faults, fault)
	}
}

func (v *validated) print(w io.Writer, asJSON bool) error {
	if asJSON {
		if v.Faults == nil {
			v.Faults = []pushcloud.Fault{}
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	outcome := "no rule of Push Kit is broken"
	switch n := len(v.Faults); {
	case n == 1:
		outcome = "one rule of Push Kit is broken"
	case n > 1:
		outcome = fmt.Sprintf("%d rules of Push Kit are broken", n)
	}
	if _, err := fmt.Fprintf(w, "%s: %s: %s, %d of %d bytes without tokens (%d with the nonce of push send)\n",
		v.File, outcome, v.Kind, v.Bytes, v.MaxBytes, v.BytesWithNonce); err != nil {
		return err
	}
	for _, fault := range v.Faults {
		if _, err := fmt.Fprintf(w, "  %s\n", fault); err != nil {
			return err
		}
	}
	for _, h := range v.Hints {
		if _, err := fmt.Fprintf(w, "  hint: %s\n", h); err != nil {
			return err
		}
	}
	return nil
}
