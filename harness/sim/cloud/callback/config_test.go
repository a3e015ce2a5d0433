// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

// A wrong configuration is refused, in words that tell neither key nor
// password.
func TestConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		config callback.Config
		want   string
	}{
		{"no URL", callback.Config{}, "not https://"},
		{"plain HTTP", callback.Config{URL: "http://127.0.0.1:1/r"}, "over HTTPS only"},
		{"no host", callback.Config{URL: "https:///r"}, "not https://"},
		{"unreadable", callback.Config{URL: "https://u:hush-hush@h:port/"}, "cannot be read"},
		{"password in plain HTTP", callback.Config{URL: "http://u:hush-hush@h/r?k=hush-hush"}, "http://h/r"},
		{"user without key", callback.Config{URL: "https://h", User: "u"}, "both or neither"},
		{"key without user", callback.Config{URL: "https://h", Key: "hush-hush"}, "both or neither"},
		{"no base64", callback.Config{URL: "https://h", User: "u", Key: "hush-hush"}, "not base64"},
		{"encoding", callback.Config{URL: "https://h", User: "u", Key: "hush-hush", KeyEncoding: "hex"}, `"hex"`},
		{"CA", callback.Config{URL: "https://h", CA: []byte("hush-hush")}, "no PEM"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.config.Check()
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush-hush") {
				t.Errorf("Check: %v, want %q", err, c.want)
			}
			if _, other := callback.New(c.config, newHands(), slog.New(slog.DiscardHandler)); other == nil || err == nil || other.Error() != err.Error() {
				t.Errorf("New: %v, Check: %v", other, err)
			}
		})
	}
	for name, c := range map[string]callback.Config{
		"least": {URL: "https://h"},
		"text":  {URL: "https://h/p?q", User: "u", Key: "any text", KeyEncoding: callback.KeyText},
	} {
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The receiver's certificate is verified.
func TestUntrustedReceiver(t *testing.T) {
	w := newWorld(t, func(o *callback.Config) { o.CA = nil })
	w.Add(status(1))
	w.hands.next(t)
	if s := w.State(); !strings.Contains(s.LastError, "certificate") || strings.Contains(s.LastError, secretToken) {
		t.Errorf("state %+v", s)
	}
	if len(w.receiver.posts) != 0 {
		t.Error("it was posted to all the same")
	}
}

// Where receipts go is told without what may be secret in it.
func TestPlace(t *testing.T) {
	w := newWorld(t, func(o *callback.Config) {
		o.URL = strings.Replace(o.URL, "https://", "https://user:hush-hush@", 1) + "?key=hush-hush"
		o.CA = nil
	})
	w.Add(status(1))
	w.hands.next(t)
	s := w.State()
	if s.Place != w.receiver.URL+"/receipts" || strings.Contains(s.LastError+w.log.String(), "hush-hush") {
		t.Errorf("state %+v, log %s", s, w.log)
	}
}
