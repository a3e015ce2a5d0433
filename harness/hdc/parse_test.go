// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestBadFramesAreRefused(t *testing.T) {
	tests := []struct {
		name, bytes string
		want        error
	}{
		{"nothing", "", io.EOF},
		{"a cut header", "\x00\x00", io.ErrUnexpectedEOF},
		{"a cut payload", "\x00\x00\x00\x05abc", io.ErrUnexpectedEOF},
		{"no payload", "\x00\x00\x00\x05", io.ErrUnexpectedEOF},
		{"length 0", "\x00\x00\x00\x00abcd", &hdc.FrameError{}},
		{"over the limit", "\x00\x40\x00\x01abcd", &hdc.FrameError{}},
		{"ffffffff", "\xff\xff\xff\xffabcd", &hdc.FrameError{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := hdc.ReadFrame(strings.NewReader(test.bytes))
			var frame *hdc.FrameError
			if errors.As(test.want, &frame) {
				if !errors.As(err, &frame) {
					t.Errorf("%v, want a *FrameError", err)
				}
			} else if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

func TestListsThatCannotBeReadSayWhichLine(t *testing.T) {
	for _, text := range []string{"key\tTCP\tConnected\n", "\t\tTCP\tConnected\tx\n", "nonsense\n", "[Fail]x\n"} {
		var format *hdc.FormatError
		if _, err := hdc.ParseTargets(text); !errors.As(err, &format) || format.Line != strings.TrimSuffix(text, "\n") {
			t.Errorf("targets %q: %v", text, err)
		}
		if _, err := hdc.ParseRules(text); !errors.As(err, &format) {
			t.Errorf("rules %q: %v", text, err)
		}
	}
}

func TestRulesOfOtherNodesAreLeftOut(t *testing.T) {
	rules, err := hdc.ParseRules("k    tcp:1024 jdwp:77    [Forward]\nk    localabstract:x tcp:1024    [Reverse]\n")
	if err != nil || len(rules) != 0 {
		t.Errorf("%v, %v", rules, err)
	}
}

// FuzzFrames reads what a server might send; whatever is read had its length
// before it.
func FuzzFrames(f *testing.F) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"list-targets-v.raw", "shell-sentinel.raw", "checkserver.raw"} {
			f.Add(load(f, version, name).Stream(0, true))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		in := bytes.NewReader(stream)
		for {
			before := in.Len()
			payload, err := hdc.ReadFrame(in)
			if err != nil {
				return
			}
			if len(payload) == 0 || before-in.Len() != len(payload)+4 {
				t.Fatalf("%d bytes of payload from %d of stream", len(payload), before-in.Len())
			}
		}
	})
}

// FuzzLists parses what a server might answer; whatever is parsed has a key.
func FuzzLists(f *testing.F) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"list-targets-v.raw", "list-targets-v-none.raw", "fport-ls-two.raw"} {
			f.Add(string(output(load(f, version, name))))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		targets, err := hdc.ParseTargets(text)
		for _, target := range targets {
			if err == nil && target.Key == "" {
				t.Fatalf("a target without a key in %q", text)
			}
		}
		rules, err := hdc.ParseRules(text)
		for _, rule := range rules {
			if err == nil && (rule.Key == "" || rule.Host < 1 || rule.Device < 1) {
				t.Fatalf("the rule %v in %q", rule, text)
			}
		}
	})
}
