// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"bytes"
	"testing"

	"github.com/pushproof/pushproof/fixtures/transcripts"
	"github.com/pushproof/pushproof/harness/hdc"
)

// FuzzTransferHeaders reads what a server might send in a transfer; what is
// read once reads the same again.
func FuzzTransferHeaders(f *testing.F) {
	for _, version := range transcripts.Versions() {
		for _, name := range []string{"file-recv-1k.cli", "file-send-1k.cli", "install-bm-stub-ok.cli"} {
			r := loadFileOf(f, version, name)
			for _, e := range r.Events {
				if len(e.Data) > 6 {
					f.Add(e.Data[6:])
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if once, err := hdc.ReadConfig(body); err == nil {
			twice, err := hdc.ReadConfig(once)
			if err != nil || !bytes.Equal(once, twice) {
				t.Fatalf("%q and then %q, %v", once, twice, err)
			}
		}
		if data, err := hdc.ReadPiece(body, 0); err == nil && !bytes.Equal(hdc.AppendPiece(nil, 0, data)[64:], data) {
			t.Fatalf("a piece of %q", body)
		}
	})
}
