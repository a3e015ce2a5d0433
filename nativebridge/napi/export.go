// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package napi

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// What the C half calls, on the environment's thread; ppnapiDrop on any.

//export ppnapiOpen
func ppnapiOpen(_ *C.ppnapi_port, refusal **C.char) (number C.uintptr_t) {
	m := registered.Load()
	if m == nil {
		*refusal = C.CString("the library has registered no module")
		return 0
	}
	defer func() {
		if p := recover(); p != nil {
			*refusal = C.CString(fmt.Sprintf("the native module panicked: %v", p))
			number = 0
		}
	}()
	state, err := m.Open()
	if err != nil {
		*refusal = C.CString(err.Error())
		return 0
	}
	return C.uintptr_t(enter(&environment{module: m, state: state}))
}

//export ppnapiClose
func ppnapiClose(number C.uintptr_t) {
	e := leave(uintptr(number))
	if e == nil || e.module.Close == nil {
		return
	}
	// There is nobody to throw to any more.
	defer func() { _ = recover() }()
	e.module.Close(e.state)
}

//export ppnapiCount
func ppnapiCount() C.uint32_t { return C.uint32_t(len(registered.Load().Funcs)) }

//export ppnapiDescribe
func ppnapiDescribe(i C.uint32_t, out *C.ppnapi_function) {
	f := registered.Load().Funcs[i]
	out.name = C.CString(f.Name)
	out.usage = C.CString(f.usage())
	if f.Promise {
		out.promise = 1
	}
	out.parameters = C.int32_t(len(f.Params))
	for j, p := range f.Params {
		out.kinds[j] = C.int32_t(p.Kind)
		if p.Optional {
			out.flags[j] = C.PPNAPI_OPTIONAL
		}
	}
}

//export ppnapiInvoke
func ppnapiInvoke(number C.uintptr_t, index C.uint32_t, args *C.ppnapi_value, argc C.size_t, port *C.ppnapi_port,
	deferred C.uintptr_t, out *C.ppnapi_result,
) {
	e := environmentOf(uintptr(number))
	if e == nil {
		releaseUntaken(unsafe.Slice(args, int(argc)))
		answer(out, errorValue(ErrClosed))
		return
	}
	c := calls.Get().(*Call)
	*c = Call{env: e, fn: &e.module.Funcs[index], args: unsafe.Slice(args, int(argc)), out: out, port: port, deferred: uintptr(deferred)}
	c.run()
	*c = Call{}
	calls.Put(c)
}

// run calls the function and writes its answer.
func (c *Call) run() {
	returned := false
	defer func() {
		releaseUntaken(c.args)
		if returned {
			return
		}
		// A panic, which must not unwind into C.
		err := &Error{Code: CodePanic, Message: fmt.Sprintf("%s panicked: %v", c.fn.usage(), recover())}
		c.fail(err)
	}()
	err := c.fn.Call(c)
	returned = true
	switch {
	case err != nil:
		c.fail(err)
	case c.later != nil:
		discard(c.out)
		c.out.value.kind = C.PPNAPI_PENDING
	}
}

// fail throws, or rejects. A promise that was taken for later is settled by its
// own way: others may hold its handle.
func (c *Call) fail(err error) {
	if c.later != nil {
		discard(c.out)
		c.out.value.kind = C.PPNAPI_PENDING
		c.later.Reject(err)
		return
	}
	answer(c.out, errorValue(err))
}

// releaseUntaken lets go of the functions that nobody took.
func releaseUntaken(args []C.ppnapi_value) {
	for i := range args {
		if args[i].callback != nil {
			C.ppnapi_release(args[i].callback)
			args[i].callback = nil
		}
	}
}

//export ppnapiDrop
func ppnapiDrop(handle C.uintptr_t) { externals.drop(uintptr(handle)) }

// ppnapiWakeLater wakes the environment's thread for what it has queued itself:
// from in there it could wait for itself.
//
//export ppnapiWakeLater
func ppnapiWakeLater(port *C.ppnapi_port) { go C.ppnapi_wake_from_elsewhere(port) }

//export ppnapiThrew
func ppnapiThrew(number C.uintptr_t, text *C.char, length C.size_t) {
	e := environmentOf(uintptr(number))
	if e == nil || e.module.Threw == nil {
		return
	}
	defer func() { _ = recover() }()
	e.module.Threw(e.state, C.GoStringN(text, C.int(length)))
}
