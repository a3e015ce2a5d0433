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
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"unsafe"
)

// Call is one call of a function. It may be used until the function returns,
// on its goroutine only.
type Call struct {
	env  *environment
	fn   *Func
	args []C.ppnapi_value
	out  *C.ppnapi_result
	port *C.ppnapi_port
	// deferred is 0 for a function without promise.
	deferred uintptr
	later    *Promise
}

var calls = sync.Pool{New: func() any { return new(Call) }}

// State returns what Module.Open has made for this environment.
func (c *Call) State() any { return c.env.state }

// Has tells whether an optional argument was given.
func (c *Call) Has(i int) bool { return c.args[i].kind != C.PPNAPI_UNDEFINED }

// Bytes returns the bytes of a String, JSON or Bytes argument, without a copy:
// they are gone when the function returns.
func (c *Call) Bytes(i int) []byte {
	a := &c.args[i]
	if a.length == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(a.text)), int(a.length))
}

// String returns a copy of a String or JSON argument, "" if it was left out.
func (c *Call) String(i int) string { return string(c.Bytes(i)) }

// Text is String without the copy, for a text that is only looked at: it is gone
// when the function returns.
func (c *Call) Text(i int) string {
	return unsafe.String(unsafe.SliceData(c.Bytes(i)), len(c.Bytes(i)))
}

// Number returns a Number argument, 0 if it was left out.
func (c *Call) Number(i int) float64 { return float64(c.args[i].number) }

// Int returns a Number argument that is an integer below 2^53 on either side of
// 0; another one is an *Error with code 401.
func (c *Call) Int(i int) (int64, error) {
	const exact = 1 << 53
	n := c.Number(i)
	if n != math.Trunc(n) || math.Abs(n) > exact {
		return 0, &Error{Code: CodeParameter, Message: fmt.Sprintf("%s: argument %d, %v, is no integer", c.fn.usage(), i+1, n)}
	}
	return int64(n), nil
}

// Bool returns a Bool argument, false if it was left out.
func (c *Call) Bool(i int) bool { return c.args[i].number != 0 }

// Decode reads a JSON argument. Its error is an *Error with code 401.
func (c *Call) Decode(i int, into any) error {
	if err := json.Unmarshal(c.Bytes(i), into); err != nil {
		return &Error{Code: CodeParameter, Message: fmt.Sprintf("%s: argument %d: %v", c.fn.usage(), i+1, err)}
	}
	return nil
}

// Callback returns a Function argument, nil if it was left out. The first call
// for an argument hands it over: the caller releases it.
func (c *Call) Callback(i int) *Callback {
	a := &c.args[i]
	if a.callback == nil {
		return nil
	}
	cb := &Callback{c: a.callback}
	a.callback = nil
	return cb
}

// External returns the Go value of an External argument, and whether this
// module has made it.
func (c *Call) External(i int) (any, bool) { return externals.get(uintptr(c.args[i].handle)) }

// Return is the result: nil, bool, a number, string, []byte, json.RawMessage,
// or an Opaque Go value.
func (c *Call) Return(v any) error {
	val, err := valueOf(v)
	if err != nil {
		return err
	}
	answer(c.out, val)
	return nil
}

// Later makes the promise pending and returns the handle that settles it. It
// panics for a function without Promise.
func (c *Call) Later() *Promise {
	if c.deferred == 0 {
		panic("napi: " + c.fn.Name + " returns no promise")
	}
	if c.later == nil {
		c.later = &Promise{port: c.port, deferred: c.deferred}
	}
	return c.later
}

// CodeParameter is HarmonyOS's code for a wrong parameter.
const CodeParameter = 401

// discard takes back a result that nobody gets.
func discard(out *C.ppnapi_result) {
	if out.value.flags&C.PPNAPI_OWNED != 0 {
		C.free(unsafe.Pointer(out.value.text))
	}
	if out.value.kind == C.PPNAPI_EXTERNAL {
		externals.drop(uintptr(out.value.handle))
	}
	out.value.kind, out.value.flags = C.PPNAPI_UNDEFINED, 0
}

// answer writes a result for the C half. Short texts need no memory.
func answer(out *C.ppnapi_result, v value) {
	discard(out)
	out.value.kind = C.int32_t(v.kind)
	out.value.number = C.double(v.number)
	out.value.handle = C.uintptr_t(v.handle)
	out.value.length = C.size_t(len(v.text))
	out.value.flags = 0
	switch {
	case len(v.text) == 0:
		out.value.text = nil
	case len(v.text) <= len(out.small):
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&out.small[0])), len(out.small)), v.text)
		out.value.text = &out.small[0]
	default:
		out.value.text = (*C.char)(C.CBytes([]byte(v.text)))
		out.value.flags = C.PPNAPI_OWNED
	}
}
