// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

var update = flag.Bool("update", false, "write docs/errors.md")

// docs/errors.md says what the tables say, and which predicate is true of what.
func TestErrorsPage(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "errors.md")
	want := errorsPage()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(string(raw), "\r\n", "\n")
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("docs/errors.md does not say what the tables say; write it with: go test ./harness/pushcloud -run TestErrorsPage -update\n%s", diff)
	}
}

const pageHead = `# Codes of Push Cloud

<!-- go test ./harness/pushcloud -run TestErrorsPage -update writes this page from fixtures/codes. -->

Every code that Push Cloud is known to answer with, what it means, and what to do. The text comes from the tables in ` + "`fixtures/codes`" + `; the predicates are those of Go package ` + "`harness/pushcloud`" + `.

How to read an answer:

- The business code in the body decides, whatever the HTTP status. It is a JSON string. Which status comes with which code is not documented.
- ` + "`80000000`" + ` means accepted. It does not mean arrived.
- "Again" says whether the same call, made again seconds later, may succeed and cannot make a message arrive twice. After "no" do what the last column says first; after "not known" find out whether the message arrived before it is sent again.
- A token is dead only where the column says so. "If others live" means: only if tokens of the same project are accepted; otherwise it is the project that is wrong. When all tokens of all calls are refused alike, delete none of them.

`

func errorsPage() string {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("## Classes\n\n| class | predicate | what its codes have in common | remedy |\n|---|---|---|---|\n")
	for _, row := range fixtures.Classes() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", row.Class, spans(which(&pushcloud.Error{Class: row.Class})), pageCell(row.Meaning), pageCell(row.Remedy))
	}
	for _, part := range []struct {
		heading, before string
		op              pushcloud.Operation
	}{
		{"Business codes of messages:send", "", pushcloud.OpSend},
		{"Business codes of messages:revoke", "Besides these, all of messages:send.", pushcloud.OpRevoke},
		{"Business codes of images:verify", "Besides these, those of messages:send about credentials and failures inside.", pushcloud.OpVerifyImage},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n", part.heading)
		if part.before != "" {
			b.WriteString(part.before + "\n\n")
		}
		b.WriteString("| code | text | what happened | class | again | predicates | what to do | source |\n|---|---|---|---|---|---|---|---|\n")
		for _, row := range fixtures.CodesOf(fixtures.API(part.op)) {
			_, err := errorOf(part.op, 200, row.Code, row.Msg)
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", row.Code, pageCell(row.Msg), pageCell(row.Meaning),
				row.Class, again(err), spans(which(err)), pageCell(row.Do), source(row))
		}
	}
	b.WriteString("\n## Reasons of refused tokens\n\nThe keys under illegalTokens, in the text of `80100000` and `80300007`. The predicates are those of a call whose every token was refused for this reason.\n\n" +
		"| reason | what happened | class | token is dead | predicates | what to do | source |\n|---|---|---|---|---|---|---|\n")
	for _, row := range fixtures.Reasons() {
		_, err := errorOf(pushcloud.OpSend, 200, "80300007", fmt.Sprintf(`{"failure":1,"illegalTokens":{%q:[%q]}}`, row.Code, testToken))
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", row.Code, pageCell(row.Meaning), row.Class, dead(row), spans(which(err)), pageCell(row.Do), source(row))
	}
	b.WriteString("\n## Results in receipts\n\nWhat Push Cloud reports of a message later, to the app's own server (receipts V2).\n\n" +
		"| result | what happened | class | token is dead | what to do | source |\n|---|---|---|---|---|---|\n")
	for _, row := range fixtures.Receipts() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", row.Code, pageCell(row.Meaning), row.Class, dead(row), pageCell(row.Do), source(row))
	}
	b.WriteString("\n## HTTP statuses\n\nOnly where no business code comes along.\n\n" +
		"| status | what happened | class | again | predicates | what to do | source |\n|---|---|---|---|---|---|---|\n")
	for _, row := range fixtures.Statuses() {
		status, _ := strconv.Atoi(row.Code)
		_, err := pushcloud.ReadAnswer(status, nil, nil, "jwt")
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", row.Code, pageCell(row.Meaning), row.Class, again(err), spans(which(err)), pageCell(row.Do), source(row))
	}
	return b.String()
}

func again(err error) string {
	switch {
	case err == nil:
		return ""
	case pushcloud.IsRetryable(err):
		return "yes"
	case pushcloud.IsOutcomeUnknown(err):
		return "not known"
	}
	return "no"
}

func dead(row fixtures.Code) string {
	switch {
	case row.Dead:
		return "yes"
	case row.Foreign:
		return "if others live"
	}
	return "no"
}

func source(row fixtures.Code) string {
	sure := map[string]string{"L": " (likely)", "U": " (unclear)"}[row.Confidence]
	return pageCell(row.Source) + sure
}

// spans sets each word as code.
func spans(words string) string {
	fields := strings.Fields(words)
	for i, word := range fields {
		fields[i] = "`" + word + "`"
	}
	return strings.Join(fields, " ")
}

// pageCell makes a text fit for a table's cell.
func pageCell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}
