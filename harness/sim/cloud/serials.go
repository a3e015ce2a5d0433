// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"sync/atomic"
	"time"
)

// serialSpan is the range of the eleven digits behind a requestId's time.
const serialSpan = 100_000_000_000

// serials makes request ids: 13 digits of Unix milliseconds and 11 more, as
// all published samples have (claim cloud.request-id). It starts at a random
// number and counts, so that no two are equal.
type serials struct{ last *atomic.Uint64 }

func newSerials() (serials, error) {
	start, err := rand.Int(rand.Reader, big.NewInt(serialSpan))
	if err != nil {
		return serials{}, err
	}
	s := serials{last: new(atomic.Uint64)}
	s.last.Store(start.Uint64())
	return s, nil
}

func (s serials) next(now time.Time) string {
	return fmt.Sprintf("%013d%011d", now.UnixMilli(), s.last.Add(1)%serialSpan)
}
