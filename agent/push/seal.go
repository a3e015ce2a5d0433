// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
)

// seals turns tokens into texts that only this process can read: what prints
// by reflection (fmt an unexported field, Gomega and debuggers everything)
// calls no method, and finds those.
var seals = func() sealer {
	// crypto/rand.Read does not fail: it ends the program if the system has no
	// randomness.
	key := make([]byte, 64)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	return sealer{block: block, mac: key[32:]}
}()

// sealer encrypts with a vector made from the text itself: equal texts have
// equal seals, and nothing else can be seen in them but the length.
type sealer struct {
	block cipher.Block
	mac   []byte
}

func (s sealer) seal(text string) string {
	mac := hmac.New(sha256.New, s.mac)
	mac.Write([]byte(text))
	vector := mac.Sum(nil)[:aes.BlockSize]
	sealed := append(vector, text...)
	cipher.NewCTR(s.block, vector).XORKeyStream(sealed[aes.BlockSize:], sealed[aes.BlockSize:])
	return string(sealed)
}

func (s sealer) open(sealed string) string {
	text := []byte(sealed[aes.BlockSize:])
	cipher.NewCTR(s.block, []byte(sealed[:aes.BlockSize])).XORKeyStream(text, text)
	return string(text)
}
