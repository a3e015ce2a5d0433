// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Header carries the signature of a post.
const Header = "X-HUAWEI-CALLBACK-ID"

// The bounds of the header. The documented nonce is a UUID of 36 characters.
const (
	headerMax = 1 << 10
	nonceMax  = 128
)

// CallbackID is a parsed header.
type CallbackID struct {
	// Timestamp is as it was signed: milliseconds since 1970, in digits.
	Timestamp string
	// Nonce is a random text that no other post has.
	Nonce string
	// Value is the signature: 32 bytes.
	Value []byte
}

// ParseCallbackID reads "timestamp=...; nonce=...; value=...". The parts may
// stand in any order, separated by semicolons or commas, with or without white
// space (two pages of the documentation differ: claim receipts.separator);
// parts of other names are ignored, and one that stands twice is refused.
func ParseCallbackID(text string) (CallbackID, error) {
	var id CallbackID
	if len(text) > headerMax {
		return id, fmt.Errorf("%s is longer than %d bytes", Header, headerMax)
	}
	parts := map[string]string{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, found := strings.Cut(part, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !found && strings.TrimSpace(part) == "":
			continue
		case !found:
			return id, errors.New(Header + " has a part without =: it reads timestamp=MS; nonce=TEXT; value=BASE64")
		}
		if _, twice := parts[name]; twice {
			return id, fmt.Errorf("%s has the part %q twice", Header, name)
		}
		parts[name] = value
	}
	for _, name := range []string{"timestamp", "nonce", "value"} {
		if parts[name] == "" {
			return id, fmt.Errorf("%s has no %s: it reads timestamp=MS; nonce=TEXT; value=BASE64", Header, name)
		}
	}
	id.Timestamp, id.Nonce = parts["timestamp"], parts["nonce"]
	if _, err := id.time(); err != nil {
		return CallbackID{}, err
	}
	if len(id.Nonce) > nonceMax || strings.ContainsFunc(id.Nonce, func(r rune) bool { return r < '!' || r > '~' }) {
		return CallbackID{}, fmt.Errorf("the nonce in %s has more than %d characters, or one that is not printable", Header, nonceMax)
	}
	value, err := decodeBase64(parts["value"])
	if err != nil || len(value) != sha256.Size {
		return CallbackID{}, fmt.Errorf("the value in %s is not the base64 of %d bytes", Header, sha256.Size)
	}
	id.Value = value
	return id, nil
}

// time reads the timestamp. Thirteen digits are milliseconds until the year
// 2286; fifteen keep a duration from overflowing.
func (id CallbackID) time() (time.Time, error) {
	for _, c := range id.Timestamp {
		if c < '0' || c > '9' {
			return time.Time{}, fmt.Errorf("the timestamp in %s is no number of milliseconds", Header)
		}
	}
	ms, err := strconv.ParseInt(id.Timestamp, 10, 64)
	if err != nil || len(id.Timestamp) > 15 {
		return time.Time{}, fmt.Errorf("the timestamp in %s is no time in milliseconds", Header)
	}
	return time.UnixMilli(ms), nil
}

// KeyEncoding says which bytes a key stands for. Source: the generating sample
// in Push Kit's page on message receipts: configurations made lately use the
// base64-decoded secret, older ones its UTF-8 bytes.
type KeyEncoding string

// The encodings.
const (
	// KeyEither takes a signature by either of the two.
	KeyEither KeyEncoding = ""
	// KeyBase64 takes the decoded secret only.
	KeyBase64 KeyEncoding = "base64"
	// KeyText takes the secret's own bytes only.
	KeyText KeyEncoding = "text"
)

// verifier knows who may post.
type verifier struct {
	user string
	keys []Secret
}

func newVerifier(user string, secret Secret, encoding KeyEncoding) (verifier, error) {
	v := verifier{user: user}
	if user == "" || secret.IsZero() {
		return v, errors.New("receipts are signed with a user name and a key: both must be given, as they stand in the receipt configuration in AppGallery Connect")
	}
	decoded, err := decodeBase64(secret.Reveal())
	switch encoding {
	case KeyBase64:
		if err != nil || len(decoded) == 0 {
			return v, errors.New("the key of receipts is not base64: copy it again, or choose the encoding of older configurations (text)")
		}
		v.keys = []Secret{NewSecret(string(decoded))}
	case KeyText:
		v.keys = []Secret{secret}
	case KeyEither:
		v.keys = []Secret{secret}
		if err == nil && len(decoded) > 0 {
			v.keys = append(v.keys, NewSecret(string(decoded)))
		}
	default:
		return v, fmt.Errorf("unknown encoding %q of the receipt key: it is %s, %s, or empty for either", encoding, KeyBase64, KeyText)
	}
	return v, nil
}

// signed reports whether one of the keys made the signature: the HMAC-SHA256
// over timestamp, nonce and user name, with nothing between them. Source: Push
// Kit, message receipt. Every key is tried, whichever fits.
func (v verifier) signed(id CallbackID) bool {
	fits := false
	for _, key := range v.keys {
		mac := hmac.New(sha256.New, []byte(key.Reveal()))
		_, _ = mac.Write([]byte(id.Timestamp + id.Nonce + v.user))
		if hmac.Equal(mac.Sum(nil), id.Value) {
			fits = true
		}
	}
	return fits
}

// decodeBase64 reads base64 with or without its padding, as Java does, whose
// decoder the documentation's sample uses.
func decodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}
