// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc

import (
	"bytes"
	"fmt"
)

// The handshake's layout: a banner of 12 bytes, 32 bytes that hold the channel
// id from the server and the connect key from the client, and 64 bytes of
// version where the server was built with HDC_VERSION_CHECK.
const (
	banner       = "OHOS HDC"
	bannerSize   = 12
	keySize      = 32
	versionSize  = 64
	shortSize    = bannerSize + keySize
	longSize     = shortSize + versionSize
	maxKeyLength = keySize - 1
)

// greeting is the server's first frame. Its twelfth byte is 'H' where the
// server knows huge buffers (3.1.0b and later) and 0 in 2.0.0a.
type greeting []byte

// parseGreeting accepts both sizes.
func parseGreeting(payload []byte) (greeting, error) {
	if len(payload) != shortSize && len(payload) != longSize {
		return nil, fmt.Errorf("a greeting of %d bytes instead of %d or %d", len(payload), shortSize, longSize)
	}
	if !bytes.HasPrefix(payload, []byte(banner)) {
		return nil, fmt.Errorf("the banner %q instead of %q", payload[:bannerSize], banner)
	}
	return greeting(payload), nil
}

// answer returns the payload of the client's handshake: the same banner, the
// key, and the server's own version where it sent one. It has the greeting's
// size: a server that sent 44 bytes may lose the command behind a longer
// answer. What a server that sends 108 wants is claim hdc.handshake108.
func (g greeting) answer(key string) []byte {
	out := make([]byte, len(g))
	copy(out, g)
	clear(out[bannerSize:shortSize])
	copy(out[bannerSize:shortSize], key)
	return out
}
