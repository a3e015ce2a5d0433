// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package napi

/*
#include "shim.h"
*/
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unsafe"
)

// value is a value on its way to JavaScript.
type value struct {
	kind   C.int32_t
	number float64
	text   string
	handle uintptr
}

// Opaque wraps a Go value that JavaScript only hands back.
type Opaque struct{ Value any }

func valueOf(v any) (value, error) {
	switch v := v.(type) {
	case nil:
		return value{kind: C.PPNAPI_UNDEFINED}, nil
	case bool:
		if v {
			return value{kind: C.PPNAPI_BOOL, number: 1}, nil
		}
		return value{kind: C.PPNAPI_BOOL}, nil
	case int:
		return value{kind: C.PPNAPI_NUMBER, number: float64(v)}, nil
	case int64:
		return value{kind: C.PPNAPI_NUMBER, number: float64(v)}, nil
	case float64:
		return value{kind: C.PPNAPI_NUMBER, number: v}, nil
	case string:
		return value{kind: C.PPNAPI_STRING, text: v}, nil
	case json.RawMessage:
		return value{kind: C.PPNAPI_JSON, text: string(v)}, nil
	case []byte:
		return value{kind: C.PPNAPI_BYTES, text: string(v)}, nil
	case Opaque:
		return value{kind: C.PPNAPI_EXTERNAL, handle: externals.add(v.Value)}, nil
	}
	return value{}, fmt.Errorf("napi: a %T cannot go to JavaScript", v)
}

func errorValue(err error) value {
	var coded *Error
	code := 0
	if errors.As(err, &coded) {
		code = coded.Code
	}
	return value{kind: C.PPNAPI_ERROR, number: float64(code), text: err.Error()}
}

// c is the value without its text.
func (v value) c() C.ppnapi_value {
	return C.ppnapi_value{kind: v.kind, number: C.double(v.number), length: C.size_t(len(v.text)), handle: C.uintptr_t(v.handle)}
}

// textPointer is what C may read during a call: a string has no pointers in it.
func textPointer(s string) *C.char {
	if s == "" {
		return nil
	}
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s)))
}

// table keeps the Go values that JavaScript holds, under numbers that no
// engine takes for addresses.
type table struct {
	mu   sync.Mutex
	next uintptr
	all  map[uintptr]any
}

var externals = &table{all: map[uintptr]any{}}

func (t *table) add(v any) uintptr {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	t.all[t.next] = v
	return t.next
}

func (t *table) get(n uintptr) (any, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, ok := t.all[n]
	return v, ok
}

func (t *table) drop(n uintptr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, n)
}

// Externals counts the Go values that JavaScript holds.
func Externals() int {
	externals.mu.Lock()
	defer externals.mu.Unlock()
	return len(externals.all)
}
