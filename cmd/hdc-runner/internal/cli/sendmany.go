// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/verdict"
)

// manyFlags are the flags of push send for many tokens.
type manyFlags struct {
	tokensFile string
	owedFile   string
}

func (m *manyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&m.tokensFile, "tokens-file", "", "send to all Push Tokens in `FILE`, one a line, in place of --token-file")
	cmd.Flags().StringVar(&m.owedFile, "owed-file", "", "write the tokens to which the message is still owed into `FILE`, for a second try (with --tokens-file)")
}

func (m *manyFlags) wanted() bool { return m.tokensFile != "" || m.owedFile != "" }

// manyOutcome is what sending to many tokens prints.
type manyOutcome struct {
	Nonce      string             `json:"nonce"`
	Kind       string             `json:"kind"`
	Carriers   pushcloud.Carriers `json:"carriers"`
	Simulated  bool               `json:"simulated,omitempty"`
	Calls      int                `json:"calls"`
	Accepted   int                `json:"accepted"`
	Rejected   int                `json:"rejected"`
	Unresolved int                `json:"unresolved"`
	NotSent    int                `json:"notSent"`
	Repeated   int                `json:"repeated,omitempty"`
	Tokens     []tokenOutcome     `json:"tokens"`
	Advice     []string           `json:"advice,omitempty"`

	summary, owedFile string
}

// tokenOutcome is what became of one token; Line is where it stands in the
// file.
type tokenOutcome struct {
	Line      int    `json:"line"`
	Token     string `json:"token"`
	Fate      string `json:"fate"`
	Reason    string `json:"reason,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	// Dead reports whether the token may be forgotten.
	Dead bool `json:"dead,omitempty"`

	meaning string
}

func (f *sendFlags) sendMany(ctx context.Context, out, stderr io.Writer, path string) error {
	request, err := f.message(path)
	if err != nil {
		return err
	}
	hint(stderr, path, request)
	file, err := f.many.read(f)
	if err != nil {
		return err
	}
	request.Tokens = file.tokens
	client, err := f.client()
	if err != nil {
		return err
	}
	defer client.Close()
	outcome := manyOutcome{Nonce: harness.NewNonce(), Kind: request.Message.Kind().String(), Repeated: file.repeated, owedFile: f.many.owedFile}
	request, outcome.Carriers, err = pushcloud.Carry(request, outcome.Nonce)
	if err != nil {
		return usagef("%s: %v; --verbatim sends it as it is", path, err)
	}
	charge, err := f.reserve(ctx, path, request, stderr)
	if err != nil {
		return err
	}
	delivery, err := client.SendAll(ctx, request)
	charge.settle(ctx, stderr, func(i int) bool { return mayHave(delivery, i) })
	var invalid *pushcloud.InvalidError
	if errors.As(err, &invalid) {
		return notSent(path, invalid)
	}
	if f.many.owedFile != "" {
		if err := writeOwed(f.many.owedFile, delivery.Owed()); err != nil {
			return err
		}
	}
	outcome.fill(delivery, file.lines)
	if err := outcome.print(out, f.json); err != nil {
		return err
	}
	return exit(manyExit(delivery, err))
}

// mayHave reports whether the token of that index may have got the message.
func mayHave(d *pushcloud.Delivery, i int) bool {
	return d != nil && i < len(d.Results) && (d.Results[i].Fate == pushcloud.Accepted || d.Results[i].Fate == pushcloud.Unresolved)
}

// manyExit is 1 where Push Cloud refused message, app or token, and 3 where
// something else kept it from taking the message.
func manyExit(d *pushcloud.Delivery, err error) int {
	switch {
	case err == nil:
		return verdict.ExitPass
	case d.Count(pushcloud.Rejected) > 0, d.Stopped != nil && harness.Refusal(d.Stopped) == verdict.Denied:
		return verdict.ExitFail
	}
	return verdict.ExitInfra
}

// tokenFile is what a file of tokens holds.
type tokenFile struct {
	tokens []push.Token
	// lines says on which line each token stands first.
	lines    map[push.Token]int
	repeated int
}

// read reads the tokens, each alone on its line; empty lines are skipped.
func (m *manyFlags) read(f *sendFlags) (tokenFile, error) {
	file := tokenFile{lines: map[push.Token]int{}}
	switch {
	case m.tokensFile == "":
		return file, usagef("--owed-file goes with --tokens-file FILE, which names a file with a Push Token on each line")
	case f.tokenFile != "":
		return file, usagef("--token-file and --tokens-file: one or the other; the first is for one token, the second for many")
	case f.config.Target != "":
		return file, usagef("--target looks for one message on one device: it goes with --token-file, not with --tokens-file")
	case m.owedFile != "" && filepath.Clean(m.owedFile) == filepath.Clean(m.tokensFile):
		return file, usagef("--owed-file %s is the file of --tokens-file, whose other tokens would be lost: name another", m.owedFile)
	}
	raw, err := readFile("--tokens-file", m.tokensFile)
	if err != nil {
		return file, err
	}
	n := 0
	for line := range strings.Lines(string(raw)) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) > 1 {
			return file, usagef("%s, line %d has %d words: write one Push Token a line and nothing else", m.tokensFile, n, len(fields))
		}
		if problem := harness.TokenProblem(fields[0]); problem != "" {
			return file, usagef("--tokens-file: what stands in %s, line %d, %s", m.tokensFile, n, problem)
		}
		token := push.NewToken(fields[0])
		if file.lines[token] > 0 {
			file.repeated++
			continue
		}
		file.lines[token] = n
		file.tokens = append(file.tokens, token)
	}
	if len(file.tokens) == 0 {
		return file, usagef("%s has no Push Token: write one a line", m.tokensFile)
	}
	return file, nil
}

// writeOwed writes a file that --tokens-file reads: an empty one if nothing is
// owed.
func writeOwed(path string, owed []push.Token) error {
	var text strings.Builder
	for _, t := range owed {
		text.WriteString(t.Reveal() + "\n")
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("write the tokens that are owed a message: %w", err)
	}
	return nil
}

func (o *manyOutcome) fill(d *pushcloud.Delivery, lines map[push.Token]int) {
	o.Calls, o.Advice, o.summary = len(d.Calls), d.Advice(), d.String()
	o.Accepted, o.Rejected = d.Count(pushcloud.Accepted), d.Count(pushcloud.Rejected)
	o.Unresolved, o.NotSent = d.Count(pushcloud.Unresolved), d.Count(pushcloud.NotSent)
	for _, call := range d.Calls {
		o.Simulated = o.Simulated || call.Response != nil && call.Response.Issuer == harness.SimulatorCA
	}
	dead := map[push.Token]bool{}
	for _, t := range d.Dead() {
		dead[t] = true
	}
	for _, r := range d.Results {
		row, _ := fixtures.ReasonOf(r.Reason)
		o.Tokens = append(o.Tokens, tokenOutcome{
			Line: lines[r.Token], Token: r.Token.Fingerprint(), Fate: r.Fate.String(),
			Reason: r.Reason, RequestID: r.RequestID, Dead: dead[r.Token], meaning: row.Meaning,
		})
	}
}

func (o *manyOutcome) print(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(o)
	}
	if o.Simulated {
		fmt.Fprintln(w, "SIMULATED")
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range o.Tokens {
		fmt.Fprintf(table, "line %d\t%s\t%s", t.Line, t.Token, t.Fate)
		if why := t.why(); why != "" {
			fmt.Fprintf(table, "\t%s", why)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s; nonce %s\n", o.summary, o.Nonce)
	if o.Repeated > 0 {
		fmt.Fprintf(w, "%d lines repeat a token and were not sent to again\n", o.Repeated)
	}
	for _, line := range o.Advice {
		fmt.Fprintf(w, "what to do: %s\n", line)
	}
	switch {
	case o.NotSent > 0 && o.owedFile != "":
		fmt.Fprintf(w, "the tokens that are owed the message are in %s: --tokens-file %s sends to them\n", o.owedFile, o.owedFile)
	case o.NotSent > 0:
		fmt.Fprintln(w, "--owed-file FILE keeps the tokens that are owed the message, for --tokens-file")
	}
	if o.Accepted > 0 {
		fmt.Fprintln(w, "accepted is not arrived: send to one token with --target to look for the message on its device")
	}
	if o.Simulated {
		fmt.Fprintln(w, "SIMULATED")
	}
	return nil
}

// why is the last column: what identifies the call, or what is wrong with the
// token.
func (t tokenOutcome) why() string {
	switch {
	case t.Reason != "" && t.meaning != "":
		return t.Reason + ": " + t.meaning
	case t.Reason != "":
		return t.Reason
	case t.RequestID != "":
		return "requestId " + t.RequestID
	}
	return ""
}
