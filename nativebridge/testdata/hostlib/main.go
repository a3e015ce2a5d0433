// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command hostlib is a Go library for the programs in testdata/hosts: it does
// what Go's runtime finds hard inside a process that is not its own.
//
// Texts that it returns are the caller's to free.
package main

/*
#include <stdlib.h>

typedef int (*host_function)(int);

static inline int call_host(host_function f, int n) { return f(n); }
*/
import "C"

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

//export GoAdd
func GoAdd(a, b C.int) C.int { return a + b }

// GoStart says what the library was started with.
//
//export GoStart
func GoStart() *C.char {
	return C.CString(fmt.Sprintf("args=%q mark=%s page=%d", os.Args, os.Getenv("HOST_MARK"), os.Getpagesize()))
}

// GoWork runs n goroutines that allocate, and collects garbage meanwhile. It
// returns n.
//
//export GoWork
func GoWork(n C.int) C.int {
	var wg sync.WaitGroup
	done := make(chan struct{}, int(n))
	for i := range int(n) {
		wg.Go(func() {
			b := make([]byte, 1000+i)
			if i%100 == 0 {
				runtime.GC()
			}
			if len(b) == 1000+i {
				done <- struct{}{}
			}
		})
	}
	wg.Wait()
	return C.int(len(done))
}

// GoRecover recovers from a nil dereference, which comes as a signal. It
// returns 1.
//
//export GoRecover
func GoRecover() (recovered C.int) {
	defer func() {
		if recover() != nil {
			recovered = 1
		}
	}()
	var p *int
	return C.int(*p)
}

// GoCallback calls the host's function once from each of n goroutines, which
// have a thread of their own each. It returns the sum of what that returns.
//
//export GoCallback
func GoCallback(f C.host_function, n C.int) C.int {
	var wg sync.WaitGroup
	sums := make(chan C.int, int(n))
	for i := range n {
		wg.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			sums <- C.call_host(f, i)
		})
	}
	wg.Wait()
	close(sums)
	total := C.int(0)
	for s := range sums {
		total += s
	}
	return total
}

const netLimit = 30 * time.Second

// GoFetch gets an address by HTTPS, trusting the certificates in a file. It
// returns the answer, or what went wrong.
//
//export GoFetch
func GoFetch(address, authorities *C.char) *C.char {
	text, err := fetch(C.GoString(address), C.GoString(authorities))
	if err != nil {
		text = "error: " + err.Error()
	}
	return C.CString(text)
}

func fetch(address, authorities string) (string, error) {
	pem, err := os.ReadFile(authorities)
	if err != nil {
		return "", err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return "", fmt.Errorf("%s has no certificate", authorities)
	}
	client := http.Client{
		Timeout:   netLimit,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true},
	}
	defer client.CloseIdleConnections()
	answer, err := client.Get(address)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return fmt.Sprintf("%s %s: %s", answer.Proto, answer.Status, body), err
}

// GoLookup resolves a name by the C library, as on HarmonyOS, which has no
// resolv.conf.
//
//export GoLookup
func GoLookup(name *C.char) *C.char {
	ctx, cancel := context.WithTimeout(context.Background(), netLimit)
	defer cancel()
	addresses, err := (&net.Resolver{PreferGo: false}).LookupHost(ctx, C.GoString(name))
	if err != nil {
		return C.CString("error: " + err.Error())
	}
	slices.Sort(addresses)
	return C.CString(strings.Join(slices.Compact(addresses), " "))
}

func main() {}
