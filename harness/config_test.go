// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
)

func TestConfigSaysEverythingThatIsMissing(t *testing.T) {
	good := harness.Config{ServiceAccount: "key.json", Bundle: "com.example.app"}
	tests := map[string]struct {
		alter func(*harness.Config)
		says  []string
	}{
		"nothing at all":           {func(c *harness.Config) { *c = harness.Config{} }, []string{"--service-account FILE", "--bundle NAME"}},
		"a bundle with one part":   {func(c *harness.Config) { c.Bundle = "app" }, []string{`"app" is no bundle name`}},
		"a bundle with a command":  {func(c *harness.Config) { c.Bundle = "com.example;ls" }, []string{"no bundle name"}},
		"an ability with a space":  {func(c *harness.Config) { c.Ability = "Entry Ability" }, []string{"no ability name"}},
		"a package that is none":   {func(c *harness.Config) { c.HAP = "absent.hap" }, []string{"--hap: package absent.hap: it cannot be opened"}},
		"packages without a name":  {func(c *harness.Config) { c.HAP = "," }, []string{`--hap "," names no file`}},
		"a server without port":    {func(c *harness.Config) { c.HDCServer = "127.0.0.1" }, []string{"HOST:PORT"}},
		"a server with port 0":     {func(c *harness.Config) { c.HDCServer = "127.0.0.1:0" }, []string{"port from 1 to 65535"}},
		"a push endpoint by http":  {func(c *harness.Config) { c.PushEndpoint = "http://127.0.0.1:1" }, []string{"https://", "never sent in the clear"}},
		"receipts, no token":       {func(c *harness.Config) { c.Receipts = "https://example.com" }, []string{"--receipts-token-file FILE"}},
		"a token, no receipts":     {func(c *harness.Config) { c.ReceiptsTokenFile = "token" }, []string{"--receipts https://HOST"}},
		"a token of all devices":   {func(c *harness.Config) { c.TokenFile, c.Target = "token.txt", "all" }, []string{"--token-file goes with one device"}},
		"two faults are both told": {func(c *harness.Config) { c.Bundle, c.HDCServer = "", "x" }, []string{"--bundle", "--hdc-server"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := good
			tt.alter(&c)
			_, err := c.Complete()
			var usage *harness.UsageError
			if !errors.As(err, &usage) {
				t.Fatalf("Complete = %v, want a *harness.UsageError", err)
			}
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("the error does not say %q:\n%v", says, err)
				}
			}
		})
	}
	if _, err := good.Complete(); err != nil {
		t.Errorf("a good Config is refused: %v", err)
	}
}

func TestConfigFillsDefaults(t *testing.T) {
	c, err := harness.Config{
		ServiceAccount: "key.json", Bundle: "com.example.app",
		Quiet: map[push.Kind]harness.Duration{push.KindAlert: harness.Duration(time.Second)},
	}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if c.HDCServer != harness.DefaultHDCServer || c.ReportDir != harness.DefaultReportDir || c.Connect <= 0 || c.Arrive <= 0 || c.SessionLife <= 0 {
		t.Errorf("defaults are missing: %+v", c)
	}
	for _, kind := range push.Kinds() {
		if c.Quiet[kind] <= 0 {
			t.Errorf("%v has no window", kind)
		}
	}
	if c.Quiet[push.KindAlert] != harness.Duration(time.Second) {
		t.Errorf("the given window is %v", c.Quiet[push.KindAlert])
	}
}

// Workers get their Config as JSON.
func TestConfigTravelsAsJSON(t *testing.T) {
	want, err := harness.Config{ServiceAccount: "key.json", Bundle: "com.example.app", Target: "all", HubAdvertise: "127.0.0.1:18787", Production: true}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got harness.Config
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMergeLetsFlagsWin(t *testing.T) {
	got := harness.Merge(harness.Config{Bundle: "com.example.flag"}, harness.Config{Bundle: "com.example.env", Target: "all"})
	if got.Bundle != "com.example.flag" || got.Target != "all" {
		t.Errorf("Merge = %+v", got)
	}
}
