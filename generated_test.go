// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushproof_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

// Pages repeat what package fixtures knows between a begin and an end mark, so
// that a fact has one home and a reader still finds it.
func TestPagesRepeatTheTables(t *testing.T) {
	for _, part := range []struct {
		page, name, text string
	}{
		{"docs/verification.md", "claims", fixtures.Markdown(fixtures.Claims())},
		{"docs/fidelity.md", "rules", fixtures.Fidelity(fixtures.Claims())},
		{"docs/fidelity.md", "messages", fixtures.MessagesMarkdown(fixtures.Messages())},
		{"docs/fidelity.md", "cases", fixtures.CasesMarkdown(fixtures.Messages())},
		{"docs/devices.md", "kinds", kindsTable()},
		{"docs/devices.md", "actions", actionsTable()},
		{"docs/devices.md", "networks", networksTable()},
		{"docs/devices.md", "commands", commandsTable()},
		{"docs/troubleshooting.md", "codes", codesTable(fixtures.Codes())},
		{"docs/troubleshooting.md", "reasons", codesTable(fixtures.Reasons())},
		{"docs/troubleshooting.md", "start", startTable()},
		{"docs/check.md", "modulerules", moduleRulesTable()},
	} {
		t.Run(part.page+" "+part.name, func(t *testing.T) {
			path := filepath.FromSlash(part.page)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			before, got, after, err := between(strings.ReplaceAll(string(raw), "\r\n", "\n"), part.name)
			if err != nil {
				t.Fatalf("%s: %v", part.page, err)
			}
			want := "\n" + strings.TrimSpace(part.text) + "\n\n"
			if *update && got != want {
				if err := os.WriteFile(path, []byte(before+want+after), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s does not repeat the table; write it with: go test . -update\n%s", part.page, diff)
			}
		})
	}
}

// between cuts a page at the marks of a part: what is before, with the begin
// mark, the part, and what is after, with the end mark.
func between(page, name string) (before, part, after string, err error) {
	begin := "<!-- begin " + name + ": go test . -update writes this -->\n"
	end := "<!-- end " + name + " -->\n"
	from := strings.Index(page, begin)
	to := strings.Index(page, end)
	if from < 0 || to < from {
		return "", "", "", fmt.Errorf("it has no part between %q and %q", begin, end)
	}
	from += len(begin)
	return page[:from], page[from:to], page[to:], nil
}

func TestPartsOfAPageAreFound(t *testing.T) {
	const page = "head\n<!-- begin a: go test . -update writes this -->\nold\n<!-- end a -->\ntail\n"
	before, part, after, err := between(page, "a")
	if err != nil || part != "old\n" || before+part+after != page {
		t.Errorf("between = %q, %q, %q, %v", before, part, after, err)
	}
	for name, page := range map[string]string{
		"no part":         "head\n",
		"no end":          strings.Replace(page, "end a", "end b", 1),
		"of another name": strings.ReplaceAll(page, " a", " b"),
	} {
		if _, _, _, err := between(page, "a"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// cell makes a text fit for a table's cell.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

// kindsTable has a row for each kind and a column for each type of device.
func kindsTable() string {
	var b strings.Builder
	b.WriteString("| kind (push-type) | " + strings.Join(fixtures.DeviceTypes(), " | ") + " | emulator |\n")
	b.WriteString(strings.Repeat("|---", len(fixtures.DeviceTypes())+2) + "|\n")
	for _, kind := range push.Kinds() {
		fmt.Fprintf(&b, "| %s (%d) |", kind, kind.PushType())
		emulator := "no"
		for _, deviceType := range fixtures.DeviceTypes() {
			row, _ := fixtures.Support(kind, deviceType)
			since := "no"
			if row.Since > 0 {
				since = fmt.Sprintf("API %d", row.Since)
			}
			if row.Until > 0 {
				since += fmt.Sprintf(" to %d", row.Until)
			}
			if row.Emulator {
				emulator = "yes"
			}
			fmt.Fprintf(&b, " %s |", since)
		}
		fmt.Fprintf(&b, " %s |\n", emulator)
	}
	return b.String()
}

// actionsTable has a row for each action and each group of device types on
// which the same is known.
func actionsTable() string {
	var b strings.Builder
	b.WriteString("| action | on | how, or why not | source | claim |\n|---|---|---|---|---|\n")
	for _, action := range fixtures.Actions() {
		var rows []fixtures.MethodRow
		types := map[fixtures.MethodRow][]string{}
		for _, deviceType := range fixtures.DeviceTypes() {
			row, _ := fixtures.Method(deviceType, action)
			row.DeviceType = ""
			if !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
			types[row] = append(types[row], deviceType)
		}
		for _, row := range rows {
			how := "`" + cell(row.How) + "`"
			if !row.Known {
				how = "not known: " + cell(row.How)
			} else if strings.ContainsAny(row.How, ":,;") {
				how = cell(row.How)
			}
			claim := ""
			if row.Claim != "" {
				claim = "`" + row.Claim + "`"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", action, strings.Join(types[row], ", "), how, cell(row.Source), claim)
		}
	}
	return b.String()
}

// commandsTable has a row for each command that is sent to a device's shell.
func commandsTable() string {
	var b strings.Builder
	b.WriteString("| command | the device needs | source | claim |\n|---|---|---|---|\n")
	for _, row := range fixtures.DeviceCommands() {
		var needs []string
		if row.Needs.DeveloperMode {
			needs = append(needs, "developer mode")
		}
		if row.Needs.API > 0 {
			needs = append(needs, fmt.Sprintf("API %d", row.Needs.API))
		}
		if row.Needs.Build != "" {
			needs = append(needs, row.Needs.Build+" firmware")
		}
		needs = append(needs, row.Needs.DeviceTypes...)
		command := strings.Join(row.Command, " ")
		if row.Continues != "" {
			whole, _ := fixtures.DeviceCommandOf(row.Continues)
			command = strings.Join(whole.Command[:min(2, len(whole.Command))], " ") + " ... " + command
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", strings.ReplaceAll(command, "|", `\|`), strings.Join(needs, ", "), cell(row.Source), row.Claim)
	}
	return b.String()
}

// networksTable has a row for each bad network that a device comes with.
func networksTable() string {
	var b strings.Builder
	b.WriteString("| condition | netcopilot's number | what it is | the device needs | WLAN goes off |\n|---|---|---|---|---|\n")
	for _, row := range fixtures.NetworkScenarios() {
		cuts := "no"
		if row.CutsWLAN {
			cuts = "yes"
		}
		fmt.Fprintf(&b, "| `network=%s` | %d | %s; %s | %s | %s |\n", row.Value, row.Number, cell(row.Name), cell(row.Phases), cell(row.Needs), cuts)
	}
	return b.String()
}

func codesTable(codes []fixtures.Code) string {
	var b strings.Builder
	b.WriteString("| code | what happened | what to do |\n|---|---|---|\n")
	for _, c := range codes {
		if c.Class == fixtures.ClassOK {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Code, cell(c.Meaning), cell(c.Do))
	}
	return b.String()
}

func startTable() string {
	var b strings.Builder
	b.WriteString("| code | what happened | what to do |\n|---|---|---|\n")
	for _, c := range fixtures.StartCodes() {
		fmt.Fprintf(&b, "| `%d` | %s | %s |\n", c.Code, cell(c.Meaning), cell(c.Advice))
	}
	return b.String()
}

func moduleRulesTable() string {
	var b strings.Builder
	b.WriteString("| finding | level | kinds | what it says | because | do | source |\n|---|---|---|---|---|---|---|\n")
	for _, r := range fixtures.ModuleRules() {
		var kinds []string
		for _, k := range r.Kinds {
			kinds = append(kinds, k.String())
		}
		if len(kinds) == len(push.Kinds()) {
			kinds = []string{"all"}
		}
		source := cell(r.Source)
		if r.Claim != "" {
			source = cell(strings.TrimSuffix(r.Source, "; claim "+r.Claim)) + "; claim `" + r.Claim + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.ID, r.Level, strings.Join(kinds, ", "), cell(r.What), cell(r.Why), cell(r.Do), source)
	}
	return b.String()
}
