// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"
	"github.com/onsi/gomega/format"

	"github.com/pushproof/pushproof/agent/push"
)

// secret stands in no other text: a leak of any part of it is found.
const secret = "MAMzLgIkEUMKzGmvoDkzGfUvQmhDmBNrQw"

// hidden holds tokens where fmt cannot call their methods.
type hidden struct {
	token push.Token
	list  []push.Token
	keys  map[push.Token]int
	ptr   *push.Token
	inner struct{ Token push.Token }
}

// holders puts one token into everything that a program keeps tokens in.
func holders(token push.Token) map[string]any {
	h := hidden{token: token, list: []push.Token{token}, keys: map[push.Token]int{token: 1}, ptr: &token}
	h.inner.Token = token
	return map[string]any{
		"a token":            token,
		"a pointer":          &token,
		"a slice":            []push.Token{token},
		"an array":           [1]push.Token{token},
		"a map's value":      map[string]push.Token{"k": token},
		"a map's key":        map[push.Token]int{token: 1},
		"an exported field":  struct{ Token push.Token }{token},
		"unexported fields":  h,
		"a pointer to those": &h,
		"an interface":       []any{token},
		"an error":           fmt.Errorf("push to %v: %w", token, errors.New("refused")),
	}
}

// leaks reports whether text shows the secret in any spelling that fmt, JSON or
// a log knows. Eight bytes of it are a leak.
func leaks(text string) bool {
	text = strings.ToLower(text)
	for i := 0; i+8 <= len(secret); i++ {
		part := secret[i : i+8]
		for _, spelling := range []string{
			part,
			fmt.Sprintf("%x", part), fmt.Sprintf("% x", part), fmt.Sprintf("%# x", part),
			strings.Trim(fmt.Sprintf("%d", []byte(part)), "[]"), strings.Trim(fmt.Sprintf("%#v", []byte(part)), "[]byte{}"),
		} {
			if strings.Contains(text, strings.ToLower(spelling)) {
				return true
			}
		}
	}
	return false
}

func TestLeaksAreFound(t *testing.T) {
	for _, text := range []string{
		fmt.Sprint(secret), fmt.Sprintf("%q", secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret),
		fmt.Sprintf("%d", []byte(secret)), fmt.Sprintf("%#v", []byte(secret)), "…" + secret[3:12] + "…",
	} {
		if !leaks(text) {
			t.Errorf("not found in %s", text)
		}
	}
}

func TestTokenPrintsItselfWithNoVerb(t *testing.T) {
	token := push.NewToken(secret)
	for name, holder := range holders(token) {
		t.Run(name, func(t *testing.T) {
			// All letters, and some that are no verb at all.
			for verb := rune('!'); verb <= '~'; verb++ {
				for _, flags := range []string{"", "+", "#", "-40", " ", "040", "+#", "12.3"} {
					directive := "%" + flags + string(verb)
					if text := fmt.Sprintf(directive, holder); leaks(text) {
						t.Errorf("%s prints %s", directive, text)
					}
				}
			}
			for how, text := range map[string]string{
				"Sprint":        fmt.Sprint(holder),
				"Sprintln":      fmt.Sprintln(holder),
				"a bad width":   fmt.Sprintf("%*d", holder, 1),
				"an extra":      fmt.Sprintf("%s", []any{"one", holder}...),
				"gomega":        format.Object(holder, 1),
				"gomega failed": failure(holder),
			} {
				if leaks(text) {
					t.Errorf("%s prints %s", how, text)
				}
			}
		})
	}
}

// failure returns the text of a failed expectation.
func failure(holder any) string {
	var text string
	g := gomega.NewGomega(func(message string, _ ...int) { text = message })
	g.Expect(holder).To(gomega.BeNil())
	return text
}

func TestTokenIsLoggedAndMarshalledAsItsFingerprint(t *testing.T) {
	token := push.NewToken(secret)
	for name, holder := range holders(token) {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			slog.New(slog.NewTextHandler(&out, nil)).Info("sent", "to", holder)
			slog.New(slog.NewJSONHandler(&out, nil)).Info("sent", slog.Group("to", "token", holder))
			log.New(&out, "", 0).Println(holder)
			if text, err := json.Marshal(holder); err == nil {
				out.Write(text)
			}
			if text, err := xml.Marshal(holder); err == nil {
				out.Write(text)
			}
			_ = gob.NewEncoder(&out).Encode(holder)
			if out.Len() == 0 {
				t.Fatal("nothing was written")
			}
			if leaks(out.String()) {
				t.Errorf("leaked: %s", out.String())
			}
		})
	}

	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("sent", "to", token)
	if want := `"to":"` + token.Fingerprint() + `"`; !strings.Contains(out.String(), want) {
		t.Errorf("the log %s lacks %s", out.String(), want)
	}
	if text, err := json.Marshal(map[push.Token]push.Token{token: token}); err != nil ||
		string(text) != `{"`+token.Fingerprint()+`":"`+token.Fingerprint()+`"}` {
		t.Errorf("marshal = %s, %v", text, err)
	}
}

func TestFingerprint(t *testing.T) {
	token := push.NewToken("abc")
	// The first four bytes of the SHA-256 of "abc", FIPS 180-2 appendix B.1.
	if got := token.Fingerprint(); got != "token:ba7816bf" {
		t.Errorf("Fingerprint() = %q", got)
	}
	for _, text := range []string{token.String(), token.GoString(), fmt.Sprintf("%s %[1]d", token)[:14], fmt.Sprintf("%x", token)} {
		if text != "token:ba7816bf" {
			t.Errorf("printed as %q", text)
		}
	}
	if push.NewToken(secret).Fingerprint() == push.NewToken(secret+" ").Fingerprint() {
		t.Error("two tokens have one fingerprint")
	}
}

func TestTokenComparesByValue(t *testing.T) {
	a, same, other := push.NewToken(secret), push.NewToken(strings.Clone(secret)), push.NewToken("other")
	if a != same || !a.Equal(same) || !cmp.Equal(a, same) {
		t.Error("the same value makes two tokens")
	}
	if a == other || a.Equal(other) || cmp.Equal(a, other) {
		t.Error("two values make one token")
	}
	if diff := cmp.Diff(a, other); leaks(diff) || !strings.Contains(diff, "token:") {
		t.Errorf("diff = %s", diff)
	}
	if a.Reveal() != secret {
		t.Error("Reveal does not return the value")
	}
	if _, ok := map[push.Token]bool{a: true}[same]; !ok {
		t.Error("not found as a map's key")
	}
}

func TestZeroTokenMeansNone(t *testing.T) {
	var zero push.Token
	if zero != push.NewToken("") || !zero.IsZero() || push.NewToken("x").IsZero() {
		t.Error("the zero Token is not that of no value")
	}
	if zero.Reveal() != "" || zero.Fingerprint() != "token:none" || fmt.Sprint(zero) != "token:none" {
		t.Errorf("Reveal %q, Fingerprint %q, printed %v", zero.Reveal(), zero.Fingerprint(), zero)
	}
}

func TestTokenReadsNoText(t *testing.T) {
	holder := struct{ Token push.Token }{push.NewToken("kept")}
	if err := json.Unmarshal([]byte(`{"Token":"`+secret+`"}`), &holder); err == nil || leaks(err.Error()) {
		t.Errorf("unmarshal: %v", err)
	}
	if holder.Token != push.NewToken("kept") {
		t.Error("the token was overwritten")
	}
}
