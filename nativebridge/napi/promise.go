// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package napi

/*
#include "shim.h"
*/
import "C"

import (
	"errors"
	"strings"
	"sync/atomic"
)

// Promise settles a promise later, from any goroutine, once: what comes after
// the first time is ignored. One that is never settled keeps its environment's
// port, and a Node program alive.
type Promise struct {
	port     *C.ppnapi_port
	deferred uintptr
	settled  atomic.Bool
}

// Resolve resolves it with a value that Call.Return takes. A value that cannot
// go to JavaScript rejects it.
func (p *Promise) Resolve(v any) {
	val, err := valueOf(v)
	if err != nil {
		val = errorValue(err)
	}
	p.settle(val)
}

// Reject rejects it.
func (p *Promise) Reject(err error) { p.settle(errorValue(err)) }

func (p *Promise) settle(v value) {
	if p.settled.Swap(true) {
		if v.handle != 0 {
			externals.drop(v.handle)
		}
		return
	}
	c := v.c()
	C.ppnapi_settle(p.port, C.uintptr_t(p.deferred), &c, textPointer(v.text))
}

// What Callback.Call says.
var (
	// ErrClosed means that the environment has ended, or the callback was
	// released.
	ErrClosed = errors.New("the JavaScript environment has ended, or the callback was released")
	// ErrFull means that 1024 calls of it wait: the environment's thread is busy
	// or suspended.
	ErrFull = errors.New("too many calls of the JavaScript function wait")
	// ErrMemory means that there was no memory for the call.
	ErrMemory = errors.New("no memory for a call of the JavaScript function")
)

// Callback is a JavaScript function. Its methods may be called from any
// goroutine.
type Callback struct {
	c *C.ppnapi_callback
	// uses is twice the number of calls that are being made, and one more when it
	// was released. It is no lock: the JavaScript thread, which releases, may hold
	// what a call waits for.
	uses atomic.Int64
}

const (
	callbackReleased = 1
	callbackUse      = 2
)

// enter begins a call, unless it was released.
func (cb *Callback) enter() bool {
	for {
		now := cb.uses.Load()
		if now&callbackReleased != 0 {
			return false
		}
		if cb.uses.CompareAndSwap(now, now+callbackUse) {
			return true
		}
	}
}

// leave ends a call: the last one of a released callback lets it go.
func (cb *Callback) leave() {
	if cb.uses.Add(-callbackUse) == callbackReleased {
		C.ppnapi_release(cb.c)
	}
}

// Call has the function called on its environment's thread, with values that
// Call.Return takes. It copies them and never waits, but for an engine that is
// calling back into the library just then: hold no lock that a function of the
// module takes. Calls of one goroutine are made in their order. What the function
// returns is dropped, what it throws goes to Module.Threw.
func (cb *Callback) Call(args ...any) error {
	if len(args) > MaxParams {
		return errors.New("napi: more arguments than a callback takes")
	}
	var values [MaxParams]C.ppnapi_value
	var texts strings.Builder
	given := false
	defer func() {
		for i := 0; !given && i < len(args); i++ {
			if values[i].handle != 0 {
				externals.drop(uintptr(values[i].handle))
			}
		}
	}()
	for i, a := range args {
		v, err := valueOf(a)
		if err != nil {
			return err
		}
		values[i] = v.c()
		texts.WriteString(v.text)
	}
	if !cb.enter() {
		return ErrClosed
	}
	defer cb.leave()
	said := C.ppnapi_call(cb.c, &values[0], C.size_t(len(args)), textPointer(texts.String()))
	// Without memory there was no message to drop them with.
	given = said != C.PPNAPI_NO_MEMORY
	switch said {
	case C.PPNAPI_CALLED:
		return nil
	case C.PPNAPI_FULL:
		return ErrFull
	case C.PPNAPI_NO_MEMORY:
		return ErrMemory
	}
	return ErrClosed
}

// Release lets the function go. Calls that wait are still made.
func (cb *Callback) Release() {
	if cb.uses.Or(callbackReleased) == 0 {
		C.ppnapi_release(cb.c)
	}
}
