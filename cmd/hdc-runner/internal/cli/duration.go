// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"regexp"
	"time"

	"github.com/spf13/cobra"
)

// durationValue is a flag's time: above zero, or not below it.
type durationValue struct {
	to   *time.Duration
	zero bool // is allowed
}

// durationFlag adds a flag for a time above zero. unset is what it is without
// the flag; help says so where unset is 0.
func durationFlag(cmd *cobra.Command, to *time.Duration, name string, unset time.Duration, help string) {
	*to = unset
	cmd.Flags().Var(&durationValue{to: to}, name, help)
}

// pauseFlag adds a flag for a time that may be 0.
func pauseFlag(cmd *cobra.Command, to *time.Duration, name string, unset time.Duration, help string) {
	*to = unset
	cmd.Flags().Var(&durationValue{to: to, zero: true}, name, help)
}

// String implements pflag.Value. What is unset has no default to be printed.
func (v *durationValue) String() string {
	if v.to == nil || *v.to == 0 {
		return ""
	}
	return v.to.String()
}

// Type implements pflag.Value: it is what help calls the value.
func (v *durationValue) Type() string { return "duration" }

// bareNumber is a time without a unit.
var bareNumber = regexp.MustCompile(`^[0-9]*\.?[0-9]+$`)

// Set implements pflag.Value.
func (v *durationValue) Set(text string) error {
	d, err := time.ParseDuration(text)
	switch {
	case bareNumber.MatchString(text) && d == 0 && err != nil:
		return fmt.Errorf("it has no unit: write %ss for seconds, or %sm for minutes", text, text)
	case err != nil:
		return fmt.Errorf("it is no time: write for example 500ms, 30s or 2m")
	case d < 0, d == 0 && !v.zero:
		return v.tooShort()
	}
	*v.to = d
	return nil
}

func (v *durationValue) tooShort() error {
	if v.zero {
		return fmt.Errorf("it is below zero: 0s waits for nothing")
	}
	return fmt.Errorf("it must be above zero, for example 30s")
}
