// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// TestALostEndSaysWhereToLook drops the answers of both kinds of command: one
// that the server answers by itself has nothing to do with a device.
func TestALostEndSaysWhereToLook(t *testing.T) {
	server, device := []string{"hdc checkserver", "hdc kill", "hdc start"}, []string{"look at the device with: hdc list targets -v", "after 0 bytes"}
	tests := map[string]struct {
		drops       string
		call        func(*hdc.Client) error
		says, never []string
	}{
		"targets": {"list targets", func(c *hdc.Client) error { _, err := c.Targets(t.Context()); return err }, server, device},
		"version": {"version", func(c *hdc.Client) error { _, err := c.Version(t.Context()); return err }, server, device},
		"rules":   {"fport ls", func(c *hdc.Client) error { _, err := c.Forwards(t.Context()); return err }, server, device},
		"connect": {"tconn", func(c *hdc.Client) error { return c.Connect(t.Context(), key) }, server, device},
		"shell":   {"shell", func(c *hdc.Client) error { _, err := c.Shell(t.Context(), key, hdc.Cmd("true")); return err }, device, server},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, c := simulate(t, hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
				if !p.Greeting && strings.HasPrefix(p.Command, test.drops) {
					return hdcd.Drop
				}
				return hdcd.None
			}}, echoes)
			err := test.call(c)
			if lost := (*hdc.LostError)(nil); !errors.As(err, &lost) || !errors.Is(err, io.EOF) {
				t.Fatalf("%v (%T), want a *LostError with io.EOF", err, err)
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%v: it does not say %q", err, text)
				}
			}
			for _, text := range test.never {
				if strings.Contains(err.Error(), text) {
					t.Errorf("%v: it says %q", err, text)
				}
			}
		})
	}
}
