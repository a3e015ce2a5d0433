// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package spelling_test

import (
	"slices"
	"testing"

	"github.com/pushproof/pushproof/internal/spelling"
)

func TestNearest(t *testing.T) {
	known := []string{"category", "clickAction", "notifications-off", "phone", "tv", "id"}
	for word, want := range map[string]string{
		"categry":           "category",
		"cateogry":          "category",
		"clickaction":       "clickAction",
		"click_action":      "clickAction",
		"notifications off": "notifications-off",
		"fone":              "",
		"phonr":             "phone",
		"tx":                "",
		"TV":                "tv",
		"voip":              "",
		"":                  "",
	} {
		got, ok := spelling.Nearest(word, known)
		if got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, %v, want %q", word, got, ok, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	if got := spelling.Suggest("categry", []string{"category"}); got != `; did you mean "category"?` {
		t.Errorf("Suggest = %q", got)
	}
	if got := spelling.Suggest("letter", []string{"category"}); got != "" {
		t.Errorf("Suggest = %q for a word that is like none", got)
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("categry", "category")
	f.Add("", "é")
	f.Fuzz(func(t *testing.T, word, other string) {
		known := []string{other, word}
		got, ok := spelling.Nearest(word, known)
		if ok && !slices.Contains(known, got) {
			t.Errorf("Nearest(%q) = %q, which is not known", word, got)
		}
	})
}
