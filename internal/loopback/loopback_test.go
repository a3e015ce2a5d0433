// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package loopback_test

import (
	"testing"

	"github.com/pushproof/pushproof/internal/loopback"
)

func TestHostAndAddr(t *testing.T) {
	tests := map[string]struct{ host, addr bool }{
		"127.0.0.1":                    {true, false},
		"127.0.0.1:8710":               {true, true},
		"127.3.2.1:1":                  {true, true},
		"localhost":                    {true, false},
		"LocalHost:80":                 {true, true},
		"::1":                          {true, false},
		"[::1]":                        {true, false},
		"[::1]:80":                     {true, true},
		"[::ffff:127.0.0.1]:80":        {true, true},
		"":                             {},
		":80":                          {},
		"0.0.0.0:80":                   {},
		"192.0.2.7:80":                 {},
		"[2001:db8::1]:80":             {},
		"example.com:80":               {},
		"localhost.example.com:80":     {},
		"127.0.0.1.example.com:80":     {},
		"127.0.0.1:80:80":              {},
		"2130706433":                   {},
		"0x7f.1:80":                    {},
		"127.0.0.1:80@example.com:443": {},
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			if got := loopback.Host(text); got != want.host {
				t.Errorf("Host = %v, want %v", got, want.host)
			}
			if got := loopback.Addr(text); got != want.addr {
				t.Errorf("Addr = %v, want %v", got, want.addr)
			}
		})
	}
}
