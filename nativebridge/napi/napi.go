// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

// Package napi lets a Go library be a native module of a JavaScript engine by
// Node-API: of Node 20, and of HarmonyOS, whose ArkTS engine calls it NAPI.
//
// A main package registers its functions by Register, in an init function, and
// brings one C file that includes module.h. The C half of this package decodes
// the arguments and makes every call of Node-API, so that a function costs one
// crossing into Go.
//
// # Values
//
//	JavaScript        Kind      Go
//	undefined         Undefined nil
//	null              Null      nil
//	boolean           Bool      bool
//	number            Number    float64 (Call.Int refuses what is no integer)
//	string            String    string, or its bytes for the time of the call
//	plain object      JSON      JSON text, by JSON.stringify and JSON.parse
//	ArrayBuffer       Bytes     []byte
//	function          Function  *Callback
//	external          External  any Go value, back to Go only
//
// Errors become Error objects with a numeric code, as BusinessError has. Only
// what exists in both engines is used: no Buffer (HarmonyOS bounds it), no
// instance data (HarmonyOS shares one between all modules), nothing of libuv,
// and everything is put on exports, since HarmonyOS ignores what a module's
// function returns (claims native.napi-shared-env, native.napi-registration).
//
// # Memory
//
// What Call.Bytes returns belongs to the caller until the function returns, and
// must be copied. Texts to JavaScript are copied. A Callback holds a reference
// to its function until Release, a pending Promise its environment's port until
// it is settled; neither keeps a program alive but for pending promises.
// External values are dropped when JavaScript's garbage collector drops theirs.
// At the end of an environment all is given back, but for what Node itself
// keeps: 8 bytes for each promise that is pending then.
//
// # Threads
//
// A function runs on its environment's own thread and must not wait. Promises
// and callbacks may be used from any goroutine, also after their environment
// has ended: then nothing happens, or ErrClosed is returned. Node frees a
// thread-safe function at the end of an environment although others hold it;
// here each stands behind a lock and a count of references that outlive it. A
// panic in a function becomes a JavaScript exception.
//
// Not guaranteed: that a callback's call is made (the environment may end
// first), and an order between callbacks and promises of several goroutines.
package napi

/*
#cgo linux LDFLAGS: -ldl -pthread
#cgo CFLAGS: -O2 -Wall -Wextra
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Kind is the kind of a value.
type Kind int32

// The kinds; the C half has the same numbers.
const (
	Undefined Kind = C.PPNAPI_UNDEFINED
	Null      Kind = C.PPNAPI_NULL
	Bool      Kind = C.PPNAPI_BOOL
	Number    Kind = C.PPNAPI_NUMBER
	String    Kind = C.PPNAPI_STRING
	JSON      Kind = C.PPNAPI_JSON
	Bytes     Kind = C.PPNAPI_BYTES
	Function  Kind = C.PPNAPI_CALLBACK
	External  Kind = C.PPNAPI_EXTERNAL
)

// String returns the kind as a type of TypeScript.
func (k Kind) String() string {
	names := map[Kind]string{
		Undefined: "void", Null: "null", Bool: "boolean", Number: "number", String: "string",
		JSON: "object", Bytes: "ArrayBuffer", Function: "function", External: "external",
	}
	if name, ok := names[k]; ok {
		return name
	}
	return fmt.Sprintf("kind(%d)", int32(k))
}

// MaxParams is the most parameters that a function may have.
const MaxParams = C.PPNAPI_MAX_ARGS

// Param is a parameter of a function.
type Param struct {
	Name string
	Kind Kind
	// Optional allows undefined, null and nothing at all; Call.Has tells.
	Optional bool
}

// Func is a function of the module.
type Func struct {
	Name   string
	Params []Param
	// Result is the kind of what it returns, or of what its promise brings.
	Result Kind
	// Promise makes it return a promise: Call.Later settles it later, else it is
	// settled when Call returns.
	Promise bool
	// Call does the work. An error is thrown, or rejects the promise; an *Error
	// brings its code.
	Call func(*Call) error
}

// usage is the function as an error message shows it.
func (f Func) usage() string {
	params := make([]string, len(f.Params))
	for i, p := range f.Params {
		optional := ""
		if p.Optional {
			optional = "?"
		}
		params[i] = fmt.Sprintf("%s%s: %s", p.Name, optional, p.Kind)
	}
	return f.Name + "(" + strings.Join(params, ", ") + ")"
}

// Module is a native module.
type Module struct {
	// Open makes the state of one environment: a main thread or a Worker, each
	// time that the library is loaded there. Its error is thrown.
	Open func() (any, error)
	// Close ends it, on the environment's thread while that ends: it must not
	// wait long. May be nil.
	Close func(any)
	// Threw is told what a callback threw: there is nobody else to catch it. May
	// be nil.
	Threw func(state any, what string)
	// Funcs are its functions.
	Funcs []Func
}

var (
	registered atomic.Pointer[Module]

	errTwice = errors.New("napi: a module is registered already")
)

// Register makes m the library's module. It is called once, by an init
// function, and panics on a table that could not work: such a library must not
// load.
func Register(m Module) {
	if err := m.check(); err != nil {
		panic(err)
	}
	if !registered.CompareAndSwap(nil, &m) {
		panic(errTwice)
	}
}

func (m Module) check() error {
	if m.Open == nil {
		return errors.New("napi: the module has no Open")
	}
	seen := map[string]bool{}
	for _, f := range m.Funcs {
		switch {
		case f.Name == "" || f.Call == nil:
			return fmt.Errorf("napi: function %q lacks its name or its Call", f.Name)
		case seen[f.Name]:
			return fmt.Errorf("napi: function %q is there twice", f.Name)
		case len(f.Params) > MaxParams:
			return fmt.Errorf("napi: function %q has %d parameters, and %d is the limit", f.Name, len(f.Params), MaxParams)
		case f.Result == Function:
			return fmt.Errorf("napi: function %q cannot return a function", f.Name)
		}
		seen[f.Name] = true
		for _, p := range f.Params {
			if p.Kind < Bool || p.Kind > External {
				return fmt.Errorf("napi: function %q: parameter %q cannot be %v", f.Name, p.Name, p.Kind)
			}
		}
	}
	return nil
}

// Error is an error with a code for JavaScript.
type Error struct {
	Code    int
	Message string
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// CodePanic is the code of an exception that a panic became. Source: own; the
// codes of HarmonyOS's kits are 401 and seven digits and more.
const CodePanic = 2

// environments are the states that are open. There is one per environment, so
// that a library that several Workers load shares nothing between them.
var environments struct {
	sync.Mutex
	list atomic.Pointer[[]*environment]
}

type environment struct {
	module *Module
	state  any
}

// enter notes an environment and returns its number, 1 and up.
func enter(e *environment) uintptr {
	environments.Lock()
	defer environments.Unlock()
	var list []*environment
	if old := environments.list.Load(); old != nil {
		list = append(list, *old...)
	}
	at := 0
	for at < len(list) && list[at] != nil {
		at++
	}
	if at == len(list) {
		list = append(list, nil)
	}
	list[at] = e
	environments.list.Store(&list)
	return uintptr(at + 1)
}

// leave forgets it and returns it.
func leave(number uintptr) *environment {
	environments.Lock()
	defer environments.Unlock()
	e := environmentOf(number)
	if e != nil {
		list := append([]*environment(nil), *environments.list.Load()...)
		list[number-1] = nil
		environments.list.Store(&list)
	}
	return e
}

// environmentOf is nil for one that has ended.
func environmentOf(number uintptr) *environment {
	list := environments.list.Load()
	if list == nil || number < 1 || number > uintptr(len(*list)) {
		return nil
	}
	return (*list)[number-1]
}

// Held counts what the C half has not freed: ports, callbacks, messages. At the
// end of all environments it is 0.
func Held() int64 { return int64(C.ppnapi_held()) }
