// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet_test

import (
	"io"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/fleet"
)

// The logs of several workers stand in one stream: each line says whose it is.
func TestWorkersLinesHaveTheirDevice(t *testing.T) {
	var out strings.Builder
	w, flush, last := fleet.NewTail(&out, "[K] ")
	for _, part := range []string{"one\n\ntw", "o\nthree", " and a half"} {
		if n, err := io.WriteString(w, part); n != len(part) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if want := "[K] one\n[K] two\n"; out.String() != want {
		t.Errorf("it passes on %q, want whole lines, %q", out.String(), want)
	}
	flush()
	if want := "[K] one\n[K] two\n[K] three and a half\n"; out.String() != want {
		t.Errorf("it passes on %q, want %q", out.String(), want)
	}
	if got := last(); !strings.HasSuffix(got, "three and a half") {
		t.Errorf("the last words are %q", got)
	}
	w, _, last = fleet.NewTail(nil, "")
	if _, err := io.WriteString(w, "words\n"); err != nil || last() != "words" {
		t.Errorf("with nobody to pass it on to: %v, last words %q", err, last())
	}
}
