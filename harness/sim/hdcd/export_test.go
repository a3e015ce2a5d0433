// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

// RecodeConfig reads the body of a CHECK frame and writes it again.
func RecodeConfig(body []byte) ([]byte, error) {
	c, err := decodeConfig(body)
	return c.encode(), err
}

// RecodePiece reads the body of a DATA frame and writes it again.
func RecodePiece(body []byte) ([]byte, error) {
	p, content, err := decodePiece(body)
	if err != nil {
		return nil, err
	}
	return append(p.encode(), content...), nil
}

// RecodeMode reads the body of a mode's frame and writes it again.
func RecodeMode(body []byte) ([]byte, error) {
	m, err := decodeMode(body)
	return m.encode(), err
}

// Unpack spreads an archive of packages.
var Unpack = unpack
