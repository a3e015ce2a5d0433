// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command golib is a small Go library for ohosld's tests: it allocates, runs
// goroutines, collects garbage and says what it was started with.
package main

import "C"

import (
	"fmt"
	"os"
	"runtime"
	"sync"
)

//export GoAdd
func GoAdd(a, b C.int) C.int { return a + b }

//export GoStart
func GoStart() *C.char {
	return C.CString(fmt.Sprintf("args=%q mark=%s page=%d", os.Args, os.Getenv("OHOSLD_MARK"), os.Getpagesize()))
}

//export GoWork
func GoWork(n C.int) C.int {
	var wg sync.WaitGroup
	sums := make(chan int, int(n))
	for i := range int(n) {
		wg.Go(func() {
			b := make([]byte, 1000+i)
			if i%100 == 0 {
				runtime.GC()
			}
			sums <- len(b)
		})
	}
	wg.Wait()
	close(sums)
	total := 0
	for s := range sums {
		total += s
	}
	return C.int(total)
}

func main() {}
