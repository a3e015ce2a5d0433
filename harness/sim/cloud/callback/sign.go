// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Header carries the signature of a post.
const Header = "X-HUAWEI-CALLBACK-ID"

type signer struct {
	user, separator string
	key             []byte
}

// header signs one post: value is the HMAC-SHA256 over timestamp, nonce and
// user name, with nothing between them. The timestamp is in milliseconds.
// Source: Push Kit, message receipt.
func (s *signer) header(now time.Time) string {
	timestamp, nonce := strconv.FormatInt(now.UnixMilli(), 10), newUUID()
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte(timestamp + nonce + s.user))
	value := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return strings.Join([]string{"timestamp=" + timestamp, "nonce=" + nonce, "value=" + value}, s.separator)
}

// newUUID returns a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	// crypto/rand.Read does not fail.
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
