// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/harness/device"
)

// Packages returns the files of Config.HAP, which a comma divides.
func (c Config) Packages() []string {
	var files []string
	for file := range strings.SplitSeq(c.HAP, ",") {
		if file = strings.TrimSpace(file); file != "" {
			files = append(files, file)
		}
	}
	return files
}

// checkPackages returns the bundle name that the packages have in common, and
// what is wrong with them.
func (c Config) checkPackages() (bundle string, problems []string) {
	from := Origin("--hap", c.HAP)
	files := c.Packages()
	if c.HAP != "" && len(files) == 0 {
		return "", []string{fmt.Sprintf("%s %q names no file", from, c.HAP)}
	}
	for _, file := range files {
		name, err := device.PackageBundle(file)
		switch {
		case err != nil:
			problems = append(problems, fmt.Sprintf("%s: %v", from, err))
		case bundle != "" && name != bundle:
			problems = append(problems, fmt.Sprintf("%s: %s is of %s, and %s of %s: name the packages of one app", from, file, name, files[0], bundle))
		case c.Bundle != "" && name != c.Bundle:
			problems = append(problems, fmt.Sprintf("%s: %s is of %s, and %s says %s", from, file, name, Origin("--bundle", c.Bundle), c.Bundle))
		default:
			bundle = name
		}
	}
	return bundle, slices.Compact(problems)
}

// install makes sure that a device has the app of Config.HAP; nil where none is
// named.
func (s *Session) install(ctx context.Context, key string) (*device.Installation, error) {
	files := s.cfg.Packages()
	if len(files) == 0 {
		return nil, nil
	}
	d, err := device.Open(ctx, s.hdc, key, device.App{})
	if err != nil {
		return nil, err
	}
	done, err := d.InstallIfChanged(ctx, files)
	if err != nil {
		return nil, err
	}
	s.log.Info("looked after the app's installation", "key", key, "bundle", done.Bundle, "changed", done.Changed, "why", done.Why)
	return &done, nil
}

// Installation returns what became of Config.HAP when the device was opened,
// and false where it names none.
func (d *Device) Installation() (device.Installation, bool) {
	if d.installation == nil {
		return device.Installation{}, false
	}
	return *d.installation, true
}

// Notes says in a sentence each what a run did to the device that lasts, and
// what its owner should know: an installation, and a Push Token that it ended.
func (d *Device) Notes() []string {
	done, ok := d.Installation()
	if !ok {
		return nil
	}
	if !done.Changed {
		return []string{fmt.Sprintf("%s was not installed again: the same build is there", done.Bundle)}
	}
	note := fmt.Sprintf("installed %s: %s", done.Bundle, done.Why)
	if done.TokenEnds {
		note += "; a Push Token from before is of no use, and notifications are off until the app asks for them"
	}
	notes := []string{note}
	if done.Note != "" {
		notes = append(notes, "it is installed again by the next run: "+done.Note)
	}
	return notes
}
