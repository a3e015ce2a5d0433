// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// Bounds of what a result keeps.
const (
	maxText  = 240 // bytes of one text
	maxLines = 8   // texts of one result
)

// scrubber takes out of texts what names a device or lets somebody in. Its zero
// value knows no secrets of its own.
type scrubber struct {
	secrets []string
	// known is what a subject says of itself anyway: a firmware's version looks
	// like an address.
	known string
	// tmp is where a probe may make files, which is no secret and long.
	tmp string
}

// newScrubber knows texts that must not be kept: connect keys, tokens, project
// ids. Those shorter than 6 bytes are not looked for: they would be found in
// everything.
func newScrubber(secrets ...string) scrubber {
	var s scrubber
	for _, secret := range secrets {
		if len(secret) >= 6 {
			s.secrets = append(s.secrets, secret)
		}
	}
	return s
}

var (
	// longHex is a UDID, a digest, a serial; longText a token, a JWT, a key.
	longHex  = regexp.MustCompile(`\b[0-9a-fA-F]{24,}\b`)
	longText = regexp.MustCompile(`[A-Za-z0-9+/_=.-]{48,}`)
	address  = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	hardware = regexp.MustCompile(`\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b`)
)

// text redacts and shortens a text, on one line.
func (s scrubber) text(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, mark(secret))
	}
	if s.tmp != "" {
		text = strings.ReplaceAll(text, s.tmp, "{tmp}")
	}
	text = longHex.ReplaceAllStringFunc(text, mark)
	text = longText.ReplaceAllStringFunc(text, func(long string) string {
		if strings.Trim(long, "-=_./") == "" {
			return "---" // a line that a tool draws
		}
		return mark(long)
	})
	text = hardware.ReplaceAllString(text, "[address]")
	text = address.ReplaceAllStringFunc(text, func(a string) string {
		if ip, err := netip.ParseAddr(a); err != nil || ip.IsLoopback() || ip.IsUnspecified() || strings.Contains(s.known, a) {
			return a
		}
		return "[address]"
	})
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

// lines redacts texts and drops those beyond the bound.
func (s scrubber) lines(texts []string) []string {
	var kept []string
	for i, text := range texts {
		if len(kept) == maxLines {
			return append(kept, fmt.Sprintf("and %d more", len(texts)-i))
		}
		if text = s.text(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// mark stands for a text by which two results can be told to be of one thing,
// and nothing else.
func mark(text string) string { return "[" + fingerprint(text) + "]" }

// fingerprint is the start of a text's SHA-256. A network address has none:
// there are so few that one could try them all.
func fingerprint(text string) string {
	if _, err := netip.ParseAddrPort(text); err == nil {
		return "address"
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}
