// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package session_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/session"
)

var expires = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

func sample() *session.Session {
	badge := 0
	return &session.Session{
		Hub: "ws://127.0.0.1:41234/agent", Run: "run-7", Label: "phone",
		Token: []byte("0123456789abcdef"), Expires: expires,
		Extension: &session.Answer{Title: "changed {{nonce}}", Text: "<&>", Badge: &badge, DelayMillis: 20},
	}
}

func TestParamRoundTrip(t *testing.T) {
	without := sample()
	without.Extension = nil
	for name, want := range map[string]*session.Session{"with an answer": sample(), "without": without} {
		t.Run(name, func(t *testing.T) {
			param, err := want.Param()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Trim(param, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("the parameter needs quoting in a shell: %q", param)
			}
			got, err := session.Parse(param)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(bytes.Equal)); diff != "" {
				t.Errorf("parsed session differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseEnd(t *testing.T) {
	if _, err := session.Parse(session.ParamEnd); !errors.Is(err, session.ErrEnd) {
		t.Errorf("Parse(%q) = %v, want ErrEnd", session.ParamEnd, err)
	}
}

func TestHubsThatMayNotBeDialled(t *testing.T) {
	for hub, want := range map[string]string{
		"ws://127.0.0.1:1/agent":                       "",
		"wss://127.8.9.1:65535/agent":                  "",
		"ws://[::1]:8080/agent":                        "",
		"ws://[::ffff:127.0.0.1]:80/":                  "",
		"ws://192.168.0.7:8080/agent":                  "not on the loopback",
		"ws://[fe80::1]:8080/agent":                    "not on the loopback",
		"ws://0.0.0.0:8080/agent":                      "not on the loopback",
		"ws://localhost:8080/agent":                    "does not name an IP address",
		"ws://127.0.0.1.evil.test:1/":                  "does not name an IP address",
		"ws://127.0.0.1/agent":                         "no port",
		"ws://127.0.0.1:0/agent":                       "no port",
		"ws://127.0.0.1:99999/agent":                   "no port",
		"http://127.0.0.1:1/agent":                     "ws:// or wss://",
		"":                                             "ws:// or wss://",
		"ws://u:secretword@127.0.0.1:1/x":              "user",
		"ws://127.0.0.1:1/agent?x=1":                   "query",
		"ws://127.0.0.1:1/\x00":                        "not a URL",
		"ws://127.0.0.1:1/" + strings.Repeat("x", 300): "more than 256",
	} {
		t.Run(hub, func(t *testing.T) {
			s := sample()
			s.Hub = hub
			err := session.CheckHub(hub)
			if _, perr := s.Param(); (perr == nil) != (err == nil) {
				t.Errorf("Param says %v, CheckHub says %v", perr, err)
			}
			if want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			var refused *session.HubError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a *HubError", err)
			}
			for _, part := range []string{want, "ws://127.0.0.1:PORT/agent", "rport"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "secretword") {
				t.Errorf("the password is in %q", err)
			}
		})
	}
}

func TestFieldsOutOfBounds(t *testing.T) {
	negative := -1
	for name, alter := range map[string]func(*session.Session){
		"no run":          func(s *session.Session) { s.Run = "" },
		"long run":        func(s *session.Session) { s.Run = strings.Repeat("r", 65) },
		"run with quotes": func(s *session.Session) { s.Run = `a"b` },
		"no label":        func(s *session.Session) { s.Label = "" },
		"label with line": func(s *session.Session) { s.Label = "a\nb" },
		"short token":     func(s *session.Session) { s.Token = s.Token[:15] },
		"long token":      func(s *session.Session) { s.Token = make([]byte, 65) },
		"no expiry":       func(s *session.Session) { s.Expires = time.Time{} },
		"far expiry":      func(s *session.Session) { s.Expires = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"long title":      func(s *session.Session) { s.Extension.Title = strings.Repeat("x", 4097) },
		"negative delay":  func(s *session.Session) { s.Extension.DelayMillis = -1 },
		"long delay":      func(s *session.Session) { s.Extension.DelayMillis = 60_001 },
		"negative badge":  func(s *session.Session) { s.Extension.Badge = &negative },
	} {
		t.Run(name, func(t *testing.T) {
			s := sample()
			alter(s)
			if err := s.Check(); err == nil {
				t.Error("Check found nothing")
			}
			if _, err := s.Param(); err == nil {
				t.Error("Param wrote it")
			}
			if err := s.Save(t.TempDir()); err == nil {
				t.Error("Save wrote it")
			}
		})
	}
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// TestParseRepeatsNoSecret damages a parameter in ways that make JSON and hex
// parsers quote what they read.
func TestParseRepeatsNoSecret(t *testing.T) {
	const secret = "5ec5e75ec5e75ec5e75ec5e75ec5e75e"
	for name, param := range map[string]string{
		"token is a number":   encoded(`{"token":` + strings.Repeat("7", 32) + `}`),
		"token is not hex":    encoded(`{"hub":"ws://127.0.0.1:1/","run":"r","label":"l","token":"` + secret + `zz"}`),
		"cut short":           encoded(`{"token":"` + secret),
		"expiry is the token": encoded(`{"token":"` + secret + `","expires":"` + secret + `"}`),
		"not base64":          "{" + secret + "}",
		"no object":           encoded(`"` + secret + `"`),
		"empty":               "",
		"too long":            strings.Repeat("A", 40000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := session.Parse(param)
			if err == nil {
				t.Fatal("parsed")
			}
			for _, part := range []string{secret, strings.Repeat("7", 32), "z'"} {
				if strings.Contains(err.Error(), part) {
					t.Errorf("the error repeats the secret: %v", err)
				}
			}
		})
	}
}

func TestTokenPrintsRedacted(t *testing.T) {
	s := sample()
	secrets := []string{string(s.Token), hex.EncodeToString(s.Token), fmt.Sprint([]byte(s.Token))}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("session", "session", s, "token", s.Token)
	slog.New(slog.NewTextHandler(&log, nil)).Info("session", "session", *s, "token", s.Token)
	report, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{
		log.String(), string(report), s.Token.String(),
		fmt.Sprintf("%v %+v %#v %s %q %x %X %d", s, s, s, s.Token, s.Token, s.Token, s.Token, s.Token),
	} {
		for _, secret := range secrets {
			if strings.Contains(strings.ToLower(out), secret) {
				t.Errorf("the token is in %s", out)
			}
		}
	}
}

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files", "pushproof")
	now := expires.Add(-time.Minute)
	if _, err := session.Load(dir, now); !errors.Is(err, session.ErrNone) {
		t.Fatalf("Load from nowhere = %v, want ErrNone", err)
	}
	if err := session.Remove(dir); err != nil {
		t.Fatalf("Remove from nowhere: %v", err)
	}
	for _, label := range []string{"phone", "tablet"} {
		s := sample()
		s.Label = label
		if err := s.Save(dir); err != nil {
			t.Fatal(err)
		}
		got, err := session.Load(dir, now)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got, cmp.Comparer(bytes.Equal)); diff != "" {
			t.Errorf("loaded session differs (-want +got):\n%s", diff)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files in the folder, want the session alone", len(entries))
	}
	if info, err := entries[0].Info(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	var expired *session.ExpiredError
	if _, err := session.Load(dir, expires); !errors.As(err, &expired) || !expired.Expires.Equal(expires) {
		t.Errorf("Load at its expiry = %v, want *ExpiredError", err)
	}
	if err := session.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := session.Load(dir, now); !errors.Is(err, session.ErrNone) {
		t.Errorf("Load after Remove = %v, want ErrNone", err)
	}
}

func TestLoadWhatIsNoSession(t *testing.T) {
	for name, content := range map[string]string{
		"empty":        "",
		"no JSON":      "hello",
		"far hub":      `{"hub":"ws://10.0.0.1:1/agent","run":"r","label":"l","token":"00112233445566778899aabbccddeeff","expires":"2031-01-01T00:00:00Z"}`,
		"far too long": strings.Repeat(" ", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "session.json"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := session.Load(dir, time.Unix(0, 0)); err == nil {
				t.Errorf("loaded %v", s)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	param, err := sample().Param()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(param)
	f.Add(session.ParamEnd)
	f.Add(encoded(`{"hub":"ws://127.0.0.1:1/","run":"r","label":"l","token":"00112233445566778899aabbccddeeff","expires":"2031-01-01T00:00:00Z","extension":{"badge":1e3}}`))
	f.Add(encoded(`{"hub":"ws://[::1%lo]:1/"}`))
	f.Fuzz(func(t *testing.T, param string) {
		s, err := session.Parse(param)
		if err != nil {
			return
		}
		if err := session.CheckHub(s.Hub); err != nil {
			t.Fatalf("a session for a hub that may not be dialled: %v", err)
		}
		again, err := s.Param()
		if err != nil {
			t.Fatalf("a parsed session cannot be written: %v", err)
		}
		back, err := session.Parse(again)
		if err != nil {
			t.Fatalf("a written session cannot be parsed: %v", err)
		}
		back.Expires, s.Expires = back.Expires.UTC(), s.Expires.UTC().Truncate(time.Millisecond)
		if diff := cmp.Diff(s, back, cmp.Comparer(bytes.Equal)); diff != "" {
			t.Fatalf("not the same after a round trip:\n%s", diff)
		}
	})
}
