// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/quota"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/verdict"
)

// dryRun is what a run would do and cost. It is printed by --dry-run.
type dryRun struct {
	// Simulated names the parts that say of themselves that they are.
	Simulated []string `json:"simulated"`
	Project   string   `json:"project"`
	Bundle    string   `json:"bundle"`
	// TestMessages says whether test messages would be sent.
	TestMessages bool           `json:"testMessages"`
	Devices      []dryRunDevice `json:"devices"`
	Costs        []dryRunCost   `json:"costs"`
}

type dryRunDevice struct {
	Key   string `json:"key"`
	Type  string `json:"type,omitempty"`
	Model string `json:"model,omitempty"`
	API   int    `json:"api,omitempty"`
	// Error is set if the device cannot be read.
	Error string       `json:"error,omitempty"`
	Cells []dryRunCell `json:"cells"`
	// Unsupported and NotPlanned are not run.
	Unsupported []report.Skip `json:"unsupported"`
	NotPlanned  []report.Skip `json:"notPlanned"`
	// Messages are those of all cells.
	Messages []dryRunMessages `json:"messages"`
}

type dryRunCell struct {
	ID       string           `json:"id"`
	Messages []dryRunMessages `json:"messages"`
	// Lasting says what stays behind.
	Lasting string `json:"lasting,omitempty"`
}

// dryRunMessages are messages of one kind and category.
type dryRunMessages struct {
	Kind     string `json:"kind"`
	Category string `json:"category,omitempty"`
	Count    int    `json:"count"`
}

func (m dryRunMessages) String() string {
	if m.Category == "" {
		return fmt.Sprintf("%d %s", m.Count, m.Kind)
	}
	return fmt.Sprintf("%d %s %s", m.Count, m.Kind, m.Category)
}

// dryRunCost is what the run takes of one limit.
type dryRunCost struct {
	Limit string `json:"limit"`
	// What and Period say what is counted, Scope for whom.
	What   string `json:"what"`
	Period string `json:"period"`
	Scope  string `json:"scope"`
	// Sent were sent within the limit's time; Planned are this run's. A run on
	// simulators starts from nothing and is not limited.
	Sent    int    `json:"sent"`
	Planned int    `json:"planned"`
	Most    int    `json:"most"`
	Source  string `json:"source"`
}

// preview prints the plan in place of carrying it out.
func (f *runFlags) preview(ctx context.Context, client *hdc.Client, keys []string, order fleet.Order, r *report.Report, out, stderr io.Writer) error {
	d, err := f.plan(ctx, client, keys, order, r.Simulated)
	if err != nil {
		return err
	}
	if err := d.print(out, f.json); err != nil {
		return err
	}
	if d.exit() == verdict.ExitUsage {
		fmt.Fprintf(stderr, "hdc-runner: %s\n", f.whyNothing(d.notPlanned(), d.types()))
	}
	if banner := r.Banner(); banner != "" && !f.json {
		fmt.Fprintln(out, banner)
	}
	return exit(d.exit())
}

// planner makes the plan of a run without starting anything.
type planner struct {
	config    harness.Config
	client    *hdc.Client
	filter    string
	simulated bool // the cloud is
	budget    *quota.Budget
	project   string
}

// plan asks each device what it is, and nothing else.
func (f *runFlags) plan(ctx context.Context, client *hdc.Client, keys []string, order fleet.Order, simulated []string) (_ *dryRun, err error) {
	ledger, closeLedger, err := order.Ledger.Open(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := closeLedger(); err == nil {
			err = cerr
		}
	}()
	config := order.Config
	p := planner{config: config, client: client, filter: f.filter, simulated: order.Simulated, budget: ledger.Budget()}
	if p.project, err = harness.Project(config); err != nil {
		return nil, err
	}
	d := &dryRun{Simulated: simulated, Project: p.project, Bundle: config.Bundle, TestMessages: !config.Production, Costs: []dryRunCost{}}
	for _, key := range keys {
		row, err := p.device(ctx, key)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			row.Error = err.Error()
		}
		d.Devices = append(d.Devices, row)
	}
	for _, c := range p.budget.Costs() {
		d.Costs = append(d.Costs, dryRunCost{
			Limit: c.Rule.Name, What: c.Rule.What, Period: c.Rule.Period(), Scope: c.Scope, Sent: c.Sent, Planned: c.Planned, Most: c.Rule.Most, Source: c.Rule.Source,
		})
	}
	return d, nil
}

func (p *planner) device(ctx context.Context, key string) (dryRunDevice, error) {
	row := dryRunDevice{Key: key, Cells: []dryRunCell{}, Unsupported: []report.Skip{}, NotPlanned: []report.Skip{}, Messages: []dryRunMessages{}}
	dev, err := device.Open(ctx, p.client, key, device.App{Bundle: p.config.Bundle, Ability: p.config.Ability})
	if err != nil {
		return row, err
	}
	profile := dev.Profile()
	row.Type, row.Model, row.API = profile.Type, profile.Model, profile.API
	payer := quota.Payer{Project: p.project, App: p.config.Bundle, Device: key, Test: !p.config.Production}
	plan, err := acceptance.Make(ctx, acceptance.Cells(), acceptance.Target{
		Type: profile.Type, API: profile.API, Emulator: profile.Emulator, Simulated: profile.Simulated && p.simulated,
		Budget: harness.Purse{Budget: p.budget, Payer: payer},
	}, p.filter)
	if err != nil {
		return row, err
	}
	for _, c := range plan.Cells {
		cell := dryRunCell{ID: c.ID(profile.Type)}
		if c.Lasting != nil {
			cell.Lasting = c.Lasting.Effect
		}
		for _, m := range c.Sends() {
			cell.Messages, err = count(cell.Messages, payer, m)
			if err == nil {
				row.Messages, err = count(row.Messages, payer, m)
			}
			if err != nil {
				return row, err
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	for _, c := range plan.Unsupported {
		row.Unsupported = append(row.Unsupported, report.Skip{ID: c.ID, Reason: c.Reason, Source: c.Source})
	}
	row.NotPlanned = append(row.NotPlanned, plan.NotPlanned...)
	return row, nil
}

// count adds a message to those of its kind and category.
func count(list []dryRunMessages, payer quota.Payer, m pushcloud.Message) ([]dryRunMessages, error) {
	s, err := payer.Send(m)
	if err != nil {
		return list, err
	}
	at := slices.IndexFunc(list, func(c dryRunMessages) bool { return c.Kind == s.Kind.String() && c.Category == s.Category })
	if at < 0 {
		return append(list, dryRunMessages{s.Kind.String(), s.Category, 1}), nil
	}
	list[at].Count++
	return list, nil
}

func (d *dryRun) notPlanned() []report.Skip {
	var all []report.Skip
	for _, row := range d.Devices {
		all = append(all, row.NotPlanned...)
	}
	return all
}

func (d *dryRun) types() []string {
	types := make([]string, len(d.Devices))
	for i, row := range d.Devices {
		types[i] = row.Type
	}
	return types
}

func listMessages(list []dryRunMessages) string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.String()
	}
	return strings.Join(texts, ", ")
}
