// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command purego is what deliver is measured against: an add-on whose Go makes
// every call of Node-API by itself, through purego, without a line of C.
package main

import "C"

import (
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

var getInfo, getString, getDouble, createPromise, getUndefined, resolve, createFunction, setProperty uintptr

func find(name string) uintptr {
	address, err := purego.Dlsym(purego.RTLD_DEFAULT, name)
	if err != nil {
		panic(err)
	}
	return address
}

// message is what is kept, the newest at the place of an old one.
type message struct {
	via, kind, payload string
	at                 float64
}

var kept struct {
	sync.Mutex
	all  [1024]message
	next int
}

func text(env, v uintptr) string {
	var n uintptr
	purego.SyscallN(getString, env, v, 0, 0, uintptr(unsafe.Pointer(&n)))
	b := make([]byte, n+1)
	purego.SyscallN(getString, env, v, uintptr(unsafe.Pointer(&b[0])), n+1, uintptr(unsafe.Pointer(&n)))
	return string(b[:n])
}

// copyMessage takes deliver's arguments, copies them, and returns a promise that is
// resolved.
func copyMessage(env, info uintptr) uintptr {
	var v [4]uintptr
	var at float64
	var deferred, promise, undefined uintptr
	n := uintptr(len(v))
	purego.SyscallN(getInfo, env, info, uintptr(unsafe.Pointer(&n)), uintptr(unsafe.Pointer(&v[0])), 0, 0)
	purego.SyscallN(getDouble, env, v[3], uintptr(unsafe.Pointer(&at)))
	m := message{via: text(env, v[0]), kind: text(env, v[1]), payload: text(env, v[2]), at: at}
	kept.Lock()
	kept.all[kept.next%len(kept.all)] = m
	kept.next++
	kept.Unlock()
	purego.SyscallN(createPromise, env, uintptr(unsafe.Pointer(&deferred)), uintptr(unsafe.Pointer(&promise)))
	purego.SyscallN(getUndefined, env, uintptr(unsafe.Pointer(&undefined)))
	purego.SyscallN(resolve, env, deferred, undefined)
	return promise
}

//export napi_register_module_v1
func napi_register_module_v1(env, exports uintptr) uintptr {
	for name, address := range map[string]*uintptr{
		"napi_get_cb_info": &getInfo, "napi_get_value_string_utf8": &getString, "napi_get_value_double": &getDouble,
		"napi_create_promise": &createPromise, "napi_get_undefined": &getUndefined, "napi_resolve_deferred": &resolve,
		"napi_create_function": &createFunction, "napi_set_named_property": &setProperty,
	} {
		*address = find(name)
	}
	var function uintptr
	name := []byte("copy\x00")
	at := uintptr(unsafe.Pointer(&name[0]))
	purego.SyscallN(createFunction, env, at, ^uintptr(0), purego.NewCallback(copyMessage), 0, uintptr(unsafe.Pointer(&function)))
	purego.SyscallN(setProperty, env, exports, at, function)
	return exports
}

func main() {}
