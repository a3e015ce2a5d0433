// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package process

import (
	"io"
	"os"
)

// ExitWithStdin returns a reader that passes on os.Stdin and calls exit when
// it ends, whoever reads. A child whose parent died sees exactly that, and
// nothing else: it is the one sign that works on every system.
//
// Reading goes on in a goroutine that ends with the program.
func ExitWithStdin(exit func()) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, _ = io.Copy(w, os.Stdin)
		_ = w.Close()
		exit()
	}()
	return r
}
