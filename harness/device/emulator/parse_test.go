// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/harness/device/emulator"
)

func TestParseDetails(t *testing.T) {
	// Values are texts in most versions; one was seen with a bare true.
	text := "[warning] x\n" + `[{"name":"B","isRunning":true,"hw.hdc.port":"5555","os.apiVersion":21},
		{"name":"A","deviceType":"2in1_foldable","isRunning":"false","hw.hdc.port":"notset","sdkPath":"/sdk","instancePath":null},{"uuid":"x"}] bye`
	got, ok := emulator.ParseDetails(text)
	want := []emulator.Instance{{Name: "A", Type: "2in1_foldable", Images: "/sdk"}, {Name: "B", Running: true, Port: 5555, API: 21}}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("%v\n%s", ok, diff)
	}
	for _, text := range []string{"", "none", "[", `[{"name":1`, "[1,2]", `{"name":"A"}`} {
		if got, ok := emulator.ParseDetails(text); ok {
			t.Errorf("%q gives %v", text, got)
		}
	}
	if got, ok := emulator.ParseDetails("[]"); !ok || len(got) != 0 {
		t.Errorf("an empty array: %v, %v", got, ok)
	}
}

func TestParseNames(t *testing.T) {
	got, ok := emulator.ParseNames("Pura 90\r\n\n  Mate 70\n[Empty]\n")
	if diff := cmp.Diff([]emulator.Instance{{Name: "Mate 70"}, {Name: "Pura 90"}}, got); !ok || diff != "" {
		t.Errorf("%v\n%s", ok, diff)
	}
	if got, ok := emulator.ParseNames("usage:\n  -list\n"); ok {
		t.Errorf("a help page gives %v", got)
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"6.1.1.300": "6.1.1.300", "Emulator version 26.0.0 Beta\n": "26.0.0.0", "v1.2": "",
		"Android emulator version 36.1.9.0 (build_id 1)": "", "": "",
	} {
		got, ok := emulator.ParseVersion(text)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q gives %v, %v", text, got, ok)
		}
	}
}

func FuzzList(f *testing.F) {
	for _, text := range []string{
		"[Empty]", `[{"name":"A","isRunning":"true","hw.hdc.port":"5555"}]`, "prose [x]\n[{\"name\":\"A\"}]",
		"Pura 90\nMate 70\n", `[{"name":"A","os.apiVersion":-1,"hw.hdc.port":"99999"}]`, "[[[[", "error 00801008, 00809999",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) ([]emulator.Instance, bool){emulator.ParseDetails, emulator.ParseNames} {
			instances, ok := parse(text)
			if !ok && instances != nil {
				t.Errorf("%v although it could not be read", instances)
			}
			for i, instance := range instances {
				if instance.Name == "" || instance.API < 0 || instance.Port < 0 || instance.Port > 65535 {
					t.Errorf("%+v", instance)
				}
				if i > 0 && instances[i-1].Name > instance.Name {
					t.Errorf("%q behind %q", instance.Name, instances[i-1].Name)
				}
			}
		}
		for _, sign := range emulator.SignsIn(text) {
			if sign.Meaning == "" || sign.Advice == "" || !strings.Contains(text, sign.Code) || !strings.Contains(text, sign.Text) {
				t.Errorf("%+v", sign)
			}
		}
	})
}
