// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdc_test

import (
	"context"
	"net"
	"testing"
	"time"
)

// patience is how long a test waits for what has to come; only one that fails
// waits as long.
const patience = 20 * time.Second

// arrives waits for an event, which a channel brings or its close is.
func arrives[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case v := <-c:
		return v
	case <-timer.C:
		t.Fatalf("%s: it did not come within %v", what, patience)
		panic("not reached")
	}
}

// patient is a context for what has to return by itself.
func patient(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// acceptOne takes a connection that has to come.
func acceptOne(l net.Listener) (net.Conn, error) {
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	return l.Accept()
}
