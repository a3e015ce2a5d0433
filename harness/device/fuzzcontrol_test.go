// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func FuzzScenarios(f *testing.F) {
	f.Add("+----+\n| ScenarioID | ScenarioName |\n1            | 进出电梯\n1000  | pushproof-abc\r\n+---+\n")
	f.Add("| 7 | a | b |\n-1 | x\n99999999999999999999 | y\n")
	f.Fuzz(func(t *testing.T, text string) {
		for number, names := range device.ParseScenarios(text) {
			for _, name := range names {
				if number <= 0 || name == "" || strings.TrimSpace(name) != name || !strings.Contains(text, name) {
					t.Errorf("scenario %d %q of %q", number, name, text)
				}
			}
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add("Scenario Name: x\nUplink Bandwidth: 100000Kbps\nDownlink Bandwidth: 500000Kbps\nUplink Latency: 200ms\nDownlink Latency: 200ms\nUplink Drop Rate: 0.05%\nDownlink Drop Rate: 0.01%\n")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := device.ParseNumbers(text)
		if err != nil {
			return
		}
		if again, err := device.ParseNetwork(n.Value()); err != nil || again != n {
			t.Errorf("%+v is written as %q and read as %+v, %v", n, n.Value(), again, err)
		}
	})
}

func FuzzCondition(f *testing.F) {
	for _, c := range device.Conditions() {
		f.Add(c.String())
	}
	f.Add("network=" + numbers.Value())
	f.Add("date=2026-12-31 23:59:00")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := device.ParseCondition(text)
		var none *device.ConditionError
		switch {
		case err != nil && !errors.As(err, &none):
			t.Errorf("ParseCondition(%q): %v is no *ConditionError", text, err)
		case err == nil && c.String() != text:
			t.Errorf("ParseCondition(%q) = %q", text, c)
		}
	})
}

func FuzzFaultLogs(f *testing.F) {
	f.Add(faultLog+"\njscrash-com.example.app-1-2\nappfreeze-com.example.apple-1-2\n", bundle)
	f.Fuzz(func(t *testing.T, text, name string) {
		logs := device.ParseFaultLogs(text, name)
		for i, log := range logs {
			if !strings.Contains(log, "-"+name+"-") || !strings.Contains(text, log) || i > 0 && logs[i-1] >= log {
				t.Errorf("logs %q of %q", logs, text)
			}
		}
	})
}

func FuzzVersion(f *testing.F) {
	f.Add(testdata(f, "bm-dump.txt"))
	f.Add("x:\n{\"versionCode\": 7, \"updateTime\": 1764036000123, \"userInfo\": [{\"updateTime\": 3}, null, 4]}")
	f.Add("{\"versionCode\": \"12\", \"updateTime\": -1}")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := device.ParseVersion(text)
		if err == nil && (!v.Found || v.Code < 0 || v.Updated < 0) {
			t.Errorf("version %+v of %q", v, text)
		}
	})
}

func FuzzInstallRecord(f *testing.F) {
	f.Add(`{"bundle":"com.example.app","sha256":"` + strings.Repeat("0f", 32) + `","versionCode":7,"updateTime":1764036000123}`)
	f.Add(`{"sha256":"00"}`)
	f.Fuzz(func(t *testing.T, text string) {
		hash, code, updated, err := device.ParseRecord(text)
		if err == nil && (len(hash) != 64 || code < 0 || updated < 0) {
			t.Errorf("record %q, %d, %d of %q", hash, code, updated, text)
		}
	})
}

func FuzzProfileOfAPackage(f *testing.F) {
	f.Add([]byte(`{"app":{"bundleName":"com.example.app"},"module":{}}`))
	f.Add([]byte(`{"summary":{"app":{"bundleName":"com.example.app"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		name, err := device.ParseProfile(text)
		if (err == nil) != (name != "") || err == nil && hdc.CheckBundle(name) != nil {
			t.Errorf("name %q, error %v of %q", name, err, text)
		}
	})
}
