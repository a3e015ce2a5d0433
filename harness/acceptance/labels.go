// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// LabelGroup is the labels of one question, of which a cell has one; of a
// condition it may have none.
type LabelGroup struct {
	Name   string
	Labels []string
}

// LabelGroups lists the labels of the standard matrix: kind, device type,
// state, expectation and condition, each in the order of the matrix.
func LabelGroups() []LabelGroup {
	groups := []LabelGroup{
		{Name: "kind"}, {Name: "device type", Labels: fixtures.DeviceTypes()}, {Name: "state"}, {Name: "expectation"}, {Name: "condition"},
	}
	for _, c := range Cells() {
		for i, label := range c.Labels("") {
			if label != "" && !slices.Contains(groups[i].Labels, label) {
				groups[i].Labels = append(groups[i].Labels, label)
			}
		}
	}
	return groups
}

// Labels lists all labels of the standard matrix, in the order of LabelGroups.
func Labels() []string {
	var all []string
	for _, g := range LabelGroups() {
		all = append(all, g.Labels...)
	}
	return all
}

// LabelsOf returns the labels of the standard matrix's cell with that id, nil
// if there is none.
func LabelsOf(id string) []string {
	for _, deviceType := range fixtures.DeviceTypes() {
		for _, c := range Cells() {
			if c.ID(deviceType) == id {
				return c.Labels(deviceType)
			}
		}
	}
	return nil
}

// listLabels names all labels, by group.
func listLabels() string {
	groups := LabelGroups()
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = g.Name + " " + strings.Join(g.Labels, ", ")
	}
	return strings.Join(texts, "; ")
}
