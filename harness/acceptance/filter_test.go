// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
)

func TestCheckFilter(t *testing.T) {
	for name, tt := range map[string]struct{ filter, says string }{
		"none":                 {"", ""},
		"labels":               {"alert && (phone || !tablet), notifications-off", ""},
		"in capitals":          {"ALERT && Phone", ""},
		"a regular expression": {"/^not.*off$/ && phone", ""},
		"no end":               {"alert &&", `"alert &&" cannot be read: Unexpected EOF`},
		"a misspelt label":     {"alert && fone || phoen", `has "fone", which is no label; the labels are kind alert, background, extension, liveview, form, voip; device type phone, tablet`},
		"swapped letters":      {"phoen", `has "phoen", which is no label; did you mean "phone"?; the labels are`},
		"as an id has it":      {"notifications off", `has "notifications off", which is no label; did you mean "notifications-off"?`},
		"no sign between":      {"alert phone", `has "alert phone", which is no label: labels are joined by && or ||; did you mean "alert && phone"?`},
		"an id":                {"alert/phone/background/shown", `is a cell's id; the labels that select the cell are "alert && phone && backgrounded && shown"`},
		"behind an expression": {"/a/ || fone", `has "fone", which is no label`},
		"a contradiction":      {"alert && background", `selects no cell: a cell has one label of each of kind`},
	} {
		t.Run(name, func(t *testing.T) {
			err := acceptance.CheckFilter(tt.filter)
			var usage *harness.UsageError
			switch {
			case tt.says == "" && err != nil:
				t.Errorf("CheckFilter = %v", err)
			case tt.says != "" && (!errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("CheckFilter = %v, want a *harness.UsageError that says %q", err, tt.says)
			}
		})
	}
}

// Every cell can be asked for by its labels, and by them alone.
func TestLabelsSelectTheirCells(t *testing.T) {
	groups := acceptance.LabelGroups()
	for _, deviceType := range fixtures.DeviceTypes() {
		for _, c := range acceptance.Cells() {
			labels := acceptance.LabelsOf(c.ID(deviceType))
			if !slices.Equal(labels, c.Labels(deviceType)) {
				t.Errorf("LabelsOf(%q) = %v", c.ID(deviceType), labels)
			}
			if err := acceptance.CheckFilter(strings.Join(labels, " && ")); err != nil {
				t.Error(err)
			}
			for i, label := range labels {
				if !slices.Contains(groups[i].Labels, label) {
					t.Errorf("%s: label %q is not in the group %q", c.ID(deviceType), label, groups[i].Name)
				}
			}
		}
	}
	if got := acceptance.LabelsOf("letter/phone/foreground/shown"); got != nil {
		t.Errorf("a cell that is none has labels %v", got)
	}
	all := acceptance.Labels()
	if once := slices.Compact(slices.Sorted(slices.Values(all))); len(once) != len(all) {
		t.Errorf("a label stands in two groups: %v", all)
	}
}

func FuzzCheckFilter(f *testing.F) {
	for _, seed := range []string{"", "alert && phone", "/a", "!(", "a: {b}", "alert phone", "//"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		var usage *harness.UsageError
		if err := acceptance.CheckFilter(filter); err != nil && !errors.As(err, &usage) {
			t.Errorf("CheckFilter(%q) = %v", filter, err)
		}
	})
}
