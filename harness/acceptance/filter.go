// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/internal/spelling"
)

// CheckFilter refuses a label filter that cannot be read, that has a word which
// is no label of the standard matrix, or that selects no cell on any type of
// device. The error is a *harness.UsageError that lists the labels.
func CheckFilter(filter string) error {
	// A cell's id is what people have before their eyes; its strokes would be
	// taken for regular expressions.
	if labels := LabelsOf(strings.TrimSpace(filter)); labels != nil {
		return refuse(filter, "is a cell's id; the labels that select the cell are %q", strings.Join(labels, " && "))
	}
	matches, err := parseFilter(filter)
	if err != nil {
		return err
	}
	known := Labels()
	for _, word := range filterWords(filter) {
		if !slices.Contains(known, strings.ToLower(word)) {
			return refuse(filter, "has %q, which is no label%s; the labels are %s", word, meant(word, known), listLabels())
		}
	}
	for _, deviceType := range fixtures.DeviceTypes() {
		for _, c := range Cells() {
			if matches(c.Labels(deviceType)) {
				return nil
			}
		}
	}
	return refuse(filter, "selects no cell: a cell has one label of each of kind, device type, state and expectation, and perhaps a condition; the labels are %s", listLabels())
}

func refuse(filter, format string, args ...any) error {
	return &harness.UsageError{Problems: []string{fmt.Sprintf("--label-filter %q ", filter) + fmt.Sprintf(format, args...)}}
}

// meant suggests what to write: labels that stand beside one another, or a
// label that is misspelt.
func meant(word string, known []string) string {
	parts := strings.Fields(strings.ToLower(word))
	if len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !slices.Contains(known, p) }) {
		return fmt.Sprintf(": labels are joined by && or ||; did you mean %q?", strings.Join(parts, " && "))
	}
	return spelling.Suggest(word, known)
}

// parseFilter reads a Ginkgo label filter.
func parseFilter(filter string) (types.LabelFilter, error) {
	matches, err := types.ParseLabelFilter(filter)
	if err != nil {
		return nil, refuse(filter, "cannot be read: %s; labels are joined by &&, ||, ! and brackets", filterProblem(err))
	}
	return matches, nil
}

// filterWords returns the labels of a filter that can be read, and not its
// regular expressions.
func filterWords(filter string) []string {
	parts := strings.Split(filter, "/")
	var words []string
	for i := 0; i < len(parts); i += 2 {
		for _, word := range strings.FieldsFunc(parts[i], func(r rune) bool { return strings.ContainsRune("&|!,()", r) }) {
			if word = strings.TrimSpace(word); word != "" {
				words = append(words, word)
			}
		}
	}
	return words
}

// filterProblem is the last line of Ginkgo's message, which is made for a
// terminal: the lines before repeat the filter.
func filterProblem(err error) string {
	var bad types.GinkgoError
	if !errors.As(err, &bad) {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(bad.Message), "\n")
	return strings.TrimSuffix(strings.TrimSpace(lines[len(lines)-1]), ".")
}
