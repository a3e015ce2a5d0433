// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// TestShellOutputsOfRealServers plays recorded outputs with a sentinel behind
// them: the client gives them back byte for byte. The servers end nothing, so
// that a client which waits for the end has no end.
func TestShellOutputsOfRealServers(t *testing.T) {
	ctx := patient(t)
	names := []string{"shell-echo.raw", "shell-empty-output.raw", "shell-utf8-and-nul.raw", "shell-quoted-args.raw", "shell-sentinel.raw"}
	for _, version := range transcripts.Versions() {
		for _, name := range names {
			t.Run(version+"/"+name, func(t *testing.T) { wantOutput(ctx, t, load(t, version, name)) })
		}
	}
	for _, name := range []string{"shell-1mib.raw", "shell-stderr.raw", "shell-no-trailing-newline.raw", "shell-not-found.raw", "shell-background-child.raw"} {
		t.Run(name, func(t *testing.T) { wantOutput(ctx, t, load(t, "3.2.0f", name)) })
	}
}

func wantOutput(ctx context.Context, t *testing.T, r *transcripts.Recording) {
	t.Helper()
	p := play(t, "7", r)
	got, err := client(p.addr).Shell(ctx, key, hdc.Raw("anything"))
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("it did not return at the sentinel: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got.Exit != 7 {
		t.Errorf("exit %d, want 7", got.Exit)
	}
	if want := output(r); !bytes.Equal(want, got.Output) {
		t.Errorf("%d bytes of output, recorded are %d: %.80q", len(got.Output), len(want), got.Output)
	}
}

// TestSilentEndsAreNeverSuccess plays recordings without a sentinel: the
// ordinary end of a finished command looks like that of a dead device.
func TestSilentEndsAreNeverSuccess(t *testing.T) {
	tests := []struct {
		name, list string
		offline    bool
	}{
		{"shell-echo.raw", "list-targets-v.raw", false},
		{"shell-empty-output.raw", "list-targets-v.raw", false},
		{"shell-sentinel.raw", "list-targets-v.raw", false},
		{"shell-target-dies.raw", "list-targets-v-after-death.raw", true},
		{"shell-server-killed.raw", "list-targets-v.raw", false},
		{"shell-server-sigkill.raw", "list-targets-v.raw", false},
	}
	for _, version := range transcripts.Versions() {
		for _, test := range tests {
			t.Run(version+"/"+test.name, func(t *testing.T) {
				if version == "2.0.0a" && test.offline {
					t.Skip("2.0.0a does not end the channel of a dead device: only the time-out does")
				}
				r := load(t, version, test.name)
				p := play(t, "", r, load(t, version, test.list))
				_, err := client(p.addr).Shell(t.Context(), key, hdc.Raw("anything"))
				var lost *hdc.LostError
				if !errors.As(err, &lost) || !errors.Is(err, io.EOF) {
					t.Fatalf("%v, want a *LostError with io.EOF", err)
				}
				if diff := cmp.Diff(output(r), lost.Output, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("output (-recorded +got):\n%s", diff)
				}
				var target *hdc.TargetError
				if errors.As(err, &target) != test.offline || test.offline && target.Kind != hdc.Offline {
					t.Errorf("%v: the target's part is %v", err, target)
				}
			})
		}
	}
}

// TestRefusalsAreTyped plays the recorded refusals of every version.
func TestRefusalsAreTyped(t *testing.T) {
	tests := []struct {
		name string
		kind hdc.TargetKind
		do   string
	}{
		{"shell-wrong-key.raw", hdc.Unknown, "hdc list targets -v"},
		{"shell-offline-target.raw", hdc.Offline, "hdc tconn"},
		{"shell-no-device.raw", hdc.Ambiguous, "hdc list targets"},
		{"shell-any-two.raw", hdc.Ambiguous, "hdc list targets"},
		{"shell-any-no-device.raw", hdc.Ambiguous, "hdc list targets"},
		{"shell-unkeyed-two.raw", hdc.Ambiguous, "hdc list targets"},
		{"shell-echo-unkeyed.raw", hdc.Ambiguous, "hdc list targets"},
	}
	for _, version := range transcripts.Versions() {
		for _, test := range tests {
			t.Run(version+"/"+test.name, func(t *testing.T) {
				p := play(t, "", load(t, version, test.name))
				_, err := client(p.addr).Shell(t.Context(), key, hdc.Raw("anything"))
				var target *hdc.TargetError
				if !errors.As(err, &target) || target.Kind != test.kind {
					t.Fatalf("%v, want a *TargetError of kind %d", err, test.kind)
				}
				if lost := (*hdc.LostError)(nil); errors.As(err, &lost) {
					t.Error("the command did not run, and the error says that it may have")
				}
				if !strings.Contains(err.Error(), test.do) {
					t.Errorf("%v: it does not say %q", err, test.do)
				}
			})
		}
	}
}

func TestFailuresHaveTheirCodes(t *testing.T) {
	tests := []struct{ version, name, code, text string }{
		{"3.2.0f", "alive-keyed.raw", "E002106", "Failed to communicate with daemon"},
		{"3.1.0e", "list-targets-keyed.raw", "E002106", "Failed to communicate with daemon"},
		{"2.0.0a", "list-targets-keyed.raw", "", "Failed to communicate with daemon"},
		{"3.2.0f", "shell-b-bad-bundle.raw", "E003001", "Invalid bundle name: com.example.none"},
		{"3.2.0f", "unknown-command.raw", "", "Unknown command..."},
		{"2.0.0a", "unknown-command.raw", "", "Unknown command..."},
	}
	for _, test := range tests {
		t.Run(test.version+"/"+test.name, func(t *testing.T) {
			p := play(t, "", load(t, test.version, test.name))
			_, err := client(p.addr).Targets(t.Context())
			var fail *hdc.FailError
			if !errors.As(err, &fail) || fail.Code != test.code || fail.Text != test.text {
				t.Errorf("%#v, want code %q and text %q", err, test.code, test.text)
			}
		})
	}
}

// TestEveryCodeIsTyped has the simulated server refuse a command with each code
// that is known, and with one that is not.
func TestEveryCodeIsTyped(t *testing.T) {
	kinds := map[string]hdc.TargetKind{"E000002": hdc.Unauthorized, "E000003": hdc.Unauthorized, "E000004": hdc.Handshaking, "E001005": hdc.Offline}
	s, _ := simulate(t, hdcd.Options{}, echoes)
	c := client(s.Addr())
	for _, row := range append(fixtures.HDCCodes(), fixtures.HDCCode{Code: "E00FFFF"}) {
		if _, err := s.Faults().Replace([]faults.Fault{{Kind: faults.Fail, Command: "shell", Code: row.Code, Text: "as it is"}}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Shell(t.Context(), key, hdc.Cmd("true"))
		var (
			target *hdc.TargetError
			fail   *hdc.FailError
		)
		if kind, ok := kinds[row.Code]; ok {
			if !errors.As(err, &target) || target.Kind != kind {
				t.Errorf("%s: %v (%T)", row.Code, err, err)
			}
			continue
		}
		if !errors.As(err, &fail) || fail.Code != row.Code || fail.Text != "as it is" ||
			!strings.Contains(err.Error(), row.Code) || !strings.Contains(err.Error(), "as it is") || !strings.Contains(err.Error(), row.Advice) {
			t.Errorf("%s: %v (%T)", row.Code, err, err)
		}
	}
}

func TestABusyPortIsTyped(t *testing.T) {
	for _, name := range []string{"fport-port-busy.raw", "rport-port-busy.raw", "fport-duplicate.raw", "rport-duplicate.raw"} {
		t.Run(name, func(t *testing.T) {
			p := play(t, "", load(t, "3.2.0f", "fport-ls-after-death.raw"), load(t, "3.2.0f", name))
			_, err := client(p.addr).Reverse(t.Context(), key, 18899, 18801)
			var busy *hdc.PortError
			if !errors.As(err, &busy) || busy.Port == 0 {
				t.Errorf("%v, want a *PortError", err)
			}
		})
	}
}

func TestTargetListsOfRealServers(t *testing.T) {
	const tcp, usb = "TCP", "USB"
	tests := []struct {
		version, name string
		want          []hdc.Target
	}{
		{"3.2.0f", "list-targets-v-none.raw", nil},
		{"3.2.0f", "list-targets-v.raw", []hdc.Target{{key, tcp, hdc.StateConnected, "localhost"}, {"127.0.0.1:5999", tcp, hdc.StateOffline, ""}}},
		{"2.0.0a", "list-targets-v.raw", []hdc.Target{{"127.0.0.1", usb, hdc.StateUnknown, ""},
			{key, tcp, hdc.StateConnected, "localhost"}, {"127.0.0.1:5999", tcp, hdc.StateOffline, ""}}},
		{"3.2.0f", "list-targets-v-after-death.raw", []hdc.Target{{key, tcp, hdc.StateOffline, "localhost"},
			{"127.0.0.1:5999", tcp, hdc.StateOffline, ""}, {"127.0.0.2:5555", tcp, hdc.StateOffline, "localhost"}}},
	}
	for _, test := range tests {
		t.Run(test.version+"/"+test.name, func(t *testing.T) {
			got, err := client(play(t, "", load(t, test.version, test.name)).addr).Targets(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRulesOfRealServers(t *testing.T) {
	for _, version := range transcripts.Versions() {
		p := play(t, "", load(t, version, "fport-ls-two.raw"))
		rules, err := client(p.addr).Forwards(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rules {
			got = append(got, r.Key+" "+r.String())
		}
		want := []string{key + " fport tcp:18821 tcp:18811", key + " rport tcp:18841 tcp:18842"}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", version, diff)
		}
	}
}

func TestVersionsOfRealServers(t *testing.T) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"version.raw", "checkserver.raw"} {
			c := client(play(t, "", load(t, version, name)).addr)
			ask := c.Version
			if name == "checkserver.raw" {
				ask = c.CheckServer
			}
			got, err := ask(t.Context())
			if err != nil || got.String() != version || !got.Checked() {
				t.Errorf("%s %s: %v, %v, checked %v", version, name, got, err, got.Checked())
			}
		}
	}
}

func TestARuleThatIsGoneIsRemoved(t *testing.T) {
	p := play(t, "", load(t, "3.2.0f", "fport-ls-one.raw"), load(t, "3.2.0f", "fport-rm-again.raw"))
	c := client(p.addr)
	rules, err := c.Forwards(t.Context())
	if err != nil || len(rules) != 1 {
		t.Fatalf("%v, %v", rules, err)
	}
	if err := rules[0].Remove(t.Context()); err != nil {
		t.Error(err)
	}
}
