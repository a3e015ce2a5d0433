// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/sim/rules"
)

// rule is about one word; an empty word is wrong.
type rule struct {
	ID, Word    string
	Skip, Count int
	Hits        int
}

func (r rule) Checked() (rule, error) {
	if r.Word == "" {
		return r, errors.New("no word")
	}
	return r, nil
}

func (r rule) Scope() (id string, skip, count int) { return r.ID, r.Skip, r.Count }

func (r rule) Counted(id string, hits int) rule {
	r.ID, r.Hits = id, hits
	return r
}

func (r rule) Matches(word string) bool { return r.Word == word }

func ids(list []rule) string {
	var all []string
	for _, r := range list {
		all = append(all, r.ID)
	}
	return strings.Join(all, " ")
}

// Skip and count are counted in matching events only, and each rule by itself.
func TestTake(t *testing.T) {
	var s rules.Set[rule, string]
	if _, err := s.Replace([]rule{
		{ID: "second and third a", Word: "a", Skip: 1, Count: 2},
		{ID: "all a", Word: "a"},
		{ID: "first b", Word: "b", Count: 1},
	}); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct{ word, want string }{
		{"a", "all a"},
		{"c", ""},
		{"b", "first b"},
		{"b", ""},
		{"a", "second and third a all a"},
		{"a", "second and third a all a"},
		{"a", "all a"},
	} {
		if got := ids(s.Take(step.word)); got != step.want {
			t.Errorf("step %d, %s: %q, want %q", i, step.word, got, step.want)
		}
	}
	hits := map[string]int{}
	for _, r := range s.List() {
		hits[r.ID] = r.Hits
	}
	if diff := cmp.Diff(map[string]int{"second and third a": 2, "all a": 4, "first b": 1}, hits); diff != "" {
		t.Error(diff)
	}
}

func TestReplaceChangesAllOrNothing(t *testing.T) {
	var s rules.Set[rule, string]
	list, err := s.Replace([]rule{{Word: "a"}, {Word: "b", ID: "mine"}})
	if err != nil || ids(list) != "fault-0 mine" {
		t.Fatalf("%v, %v", list, err)
	}
	_, err = s.Replace([]rule{{Word: "c", ID: "x"}, {}, {Word: "d", ID: "x"}})
	if err == nil || !strings.Contains(err.Error(), "fault 1: no word") || !strings.Contains(err.Error(), `fault 2: the id "x" is there twice`) {
		t.Error(err)
	}
	if got := ids(s.List()); got != "fault-0 mine" {
		t.Errorf("a wrong list left %q", got)
	}
	if _, err := s.Replace(make([]rule, rules.Most+1)); err == nil || !strings.Contains(err.Error(), "the most is 1000") {
		t.Error(err)
	}
	s.Clear()
	if len(s.List()) != 0 || s.Any(func(rule) bool { return true }) {
		t.Error("a cleared set has rules")
	}
}

func TestAddAndRemove(t *testing.T) {
	var s rules.Set[rule, string]
	if _, err := s.Replace([]rule{{ID: "added-1", Word: "a"}}); err != nil {
		t.Fatal(err)
	}
	added, err := s.Add(rule{Word: "a"})
	if err != nil || added.ID != "added-2" {
		t.Fatalf("%+v, %v", added, err)
	}
	if _, err := s.Add(rule{Word: "a", ID: "added-2"}); err == nil {
		t.Error("a name is there twice")
	}
	if _, err := s.Add(rule{}); err == nil {
		t.Error("a wrong rule was added")
	}
	if got := ids(s.Take("a")); got != "added-1 added-2" {
		t.Errorf("%q", got)
	}
	if gone, ok := s.Remove("added-2"); !ok || gone.Hits != 1 {
		t.Errorf("%+v, %v", gone, ok)
	}
	if _, ok := s.Remove("added-2"); ok {
		t.Error("it was removed twice")
	}
	if got := ids(s.Take("a")); got != "added-1" {
		t.Errorf("%q", got)
	}
	for range rules.Most - 1 {
		if _, err := s.Add(rule{Word: "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Add(rule{Word: "b"}); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Error(err)
	}
}
