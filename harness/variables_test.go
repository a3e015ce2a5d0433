// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness"
)

// clearEnv unsets all variables for the test.
func clearEnv(t *testing.T) {
	for _, v := range harness.Variables() {
		t.Setenv(v[0], "")
	}
	t.Setenv("OHOS_HDC_SERVER_PORT", "")
}

func TestFromEnv(t *testing.T) {
	t.Run("nothing is set", func(t *testing.T) {
		clearEnv(t)
		// Neither hdc's own variable nor the report's folder is an endpoint of ours.
		t.Setenv("OHOS_HDC_SERVER_PORT", "18710")
		t.Setenv("PUSHPROOF_REPORT_DIR", "out")
		if _, err := harness.FromEnv(); !errors.Is(err, harness.ErrNotConfigured) {
			t.Errorf("FromEnv = %v, want ErrNotConfigured", err)
		}
	})
	t.Run("two are enough", func(t *testing.T) {
		clearEnv(t)
		t.Setenv("PUSHPROOF_SERVICE_ACCOUNT", "key.json")
		t.Setenv("PUSHPROOF_BUNDLE", "com.example.app")
		t.Setenv("OHOS_HDC_SERVER_PORT", "18710")
		c, err := harness.FromEnv()
		if err != nil {
			t.Fatal(err)
		}
		if c.HDCServer != "127.0.0.1:18710" || c.Bundle != "com.example.app" || !c.Real() {
			t.Errorf("FromEnv = %+v", c)
		}
	})
	t.Run("one is not", func(t *testing.T) {
		clearEnv(t)
		t.Setenv("PUSHPROOF_TARGET", "all")
		var usage *harness.UsageError
		if _, err := harness.FromEnv(); !errors.As(err, &usage) {
			t.Errorf("FromEnv = %v, want a *harness.UsageError", err)
		}
	})
	t.Run("hdc's port is none", func(t *testing.T) {
		clearEnv(t)
		t.Setenv("PUSHPROOF_TARGET", "all")
		t.Setenv("OHOS_HDC_SERVER_PORT", "abc")
		if _, err := harness.FromEnv(); err == nil || !strings.Contains(err.Error(), `OHOS_HDC_SERVER_PORT="abc" is no port`) {
			t.Errorf("FromEnv = %v", err)
		}
	})
}

// The server's address is a usage error wherever it comes from, and the error
// names the place.
func TestServer(t *testing.T) {
	tests := map[string]struct{ flag, ours, port, want, says string }{
		"nothing":             {"", "", "", harness.DefaultHDCServer, ""},
		"hdc's port":          {"", "", "18710", "127.0.0.1:18710", ""},
		"our variable":        {"", "10.0.0.1:1", "18710", "10.0.0.1:1", ""},
		"the flag":            {"10.0.0.2:2", "10.0.0.1:1", "18710", "10.0.0.2:2", ""},
		"no host":             {":2", "", "", "127.0.0.1:2", ""},
		"a flag without port": {"127.0.0.1", "", "", "", `--hdc-server "127.0.0.1" is not HOST:PORT, for example 127.0.0.1:8710`},
		"a URL":               {"http://127.0.0.1:8710", "", "", "", `--hdc-server "http://127.0.0.1:8710" is not HOST:PORT but a URL`},
		"a port too large":    {"127.0.0.1:65536", "", "", "", `--hdc-server "127.0.0.1:65536" has no port from 1 to 65535`},
		"ours without port":   {"", "localhost", "", "", `PUSHPROOF_HDC_SERVER "localhost" is not HOST:PORT`},
		"ours, as a flag":     {"localhost", "localhost", "", "", `PUSHPROOF_HDC_SERVER "localhost" is not HOST:PORT`},
		"hdc's port is none":  {"", "", "abc", "", `OHOS_HDC_SERVER_PORT="abc" is no port`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			clearEnv(t)
			t.Setenv("PUSHPROOF_HDC_SERVER", tt.ours)
			t.Setenv("OHOS_HDC_SERVER_PORT", tt.port)
			got, err := harness.Server(tt.flag)
			var usage *harness.UsageError
			if tt.says != "" && (!errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("Server = %q, %v, want a *harness.UsageError that says %q", got, err, tt.says)
			}
			if tt.says == "" && (err != nil || got != tt.want) {
				t.Errorf("Server = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestNamedSaysWhereAnEndpointComesFrom(t *testing.T) {
	clearEnv(t)
	t.Setenv("PUSHPROOF_BUNDLE", "com.example.app")
	c := harness.Merge(harness.Config{Target: "all", ReportDir: "out"}, harness.Env())
	if got, want := c.Named(), []string{"PUSHPROOF_BUNDLE", "--target"}; !slices.Equal(got, want) {
		t.Errorf("Named() = %v, want %v", got, want)
	}
}
