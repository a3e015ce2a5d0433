// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
)

func TestExpressionsThatAreNone(t *testing.T) {
	for expr, want := range map[string]string{
		"(": "missing closing )", ")": "unexpected )", "[a": "missing closing ]", "[z-a]": "invalid character class range",
		"*a": "missing argument to repetition operator", `a\`: "trailing backslash",
	} {
		var argument *hdc.ArgumentError
		err := hdc.LogFilter{Match: expr}.Check()
		if !errors.As(err, &argument) || argument.Value != expr || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", expr, err, want)
		}
	}
	// What another dialect may take is the device's to judge.
	for _, expr := range []string{"", "a|b", `\(`, "(?=a)", `(a)\1`, "(?!a)b", "[[:digit:]]+"} {
		if err := (hdc.LogFilter{Match: expr}).Check(); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

func TestFiltersThatAreNoneAreRefusedUnsent(t *testing.T) {
	c := hdc.New(hdc.Options{Addr: "127.0.0.1:1"})
	for name, f := range map[string]hdc.LogFilter{
		"an expression": {Match: "("}, "a level": {Level: "loud"}, "lines that are to come": {Last: 5}, "an option": {Tag: "-x"},
	} {
		var checked, sent *hdc.ArgumentError
		if err := f.Check(); !errors.As(err, &checked) {
			t.Errorf("%s: %v", name, err)
		}
		for _, err := range c.Logs(t.Context(), key, f) {
			if !errors.As(err, &sent) {
				t.Errorf("%s: Logs gives %v", name, err)
			}
		}
	}
}
