// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command floor is what deliver is measured against: functions of package napi
// that do nothing with the same arguments.
package main

// #cgo CFLAGS: -I${SRCDIR}/../../../napi
// void floor_joined(void);
import "C"

import (
	"golang.org/x/sys/unix"

	"github.com/pushproof/pushproof/nativebridge/napi"
)

type state struct {
	callback *napi.Callback
	asked    chan struct{}
}

func init() {
	params := []napi.Param{
		{Name: "via", Kind: napi.String}, {Name: "kind", Kind: napi.String},
		{Name: "payload", Kind: napi.String}, {Name: "receivedAt", Kind: napi.Number},
	}
	napi.Register(napi.Module{
		Open: func() (any, error) { return &state{asked: make(chan struct{}, 1)}, nil },
		Funcs: []napi.Func{
			// The crossing with the arguments, and with a promise that is resolved.
			{Name: "nothing", Params: params, Call: func(*napi.Call) error { return nil }},
			{Name: "promise", Params: params, Promise: true, Call: func(*napi.Call) error { return nil }},
			// A promise that a goroutine resolves, with no disk behind it.
			{Name: "later", Params: params, Promise: true, Call: func(c *napi.Call) error {
				p := c.Later()
				go p.Resolve(nil)
				return nil
			}},
			// Go in a thread of its own for each call, which waits for its end.
			{Name: "joined", Params: params, Promise: true, Call: func(*napi.Call) error {
				C.floor_joined()
				return nil
			}},
			{Name: "listen", Params: []napi.Param{{Name: "callback", Kind: napi.Function}}, Call: listen},
			{Name: "ping", Call: func(c *napi.Call) error {
				c.State().(*state).asked <- struct{}{}
				return nil
			}},
		},
	})
}

// listen has a goroutine call the function with the time, as Node's hrtime has
// it, whenever ping is called.
func listen(c *napi.Call) error {
	s := c.State().(*state)
	s.callback = c.Callback(0)
	go func() {
		for range s.asked {
			var now unix.Timespec
			if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil || s.callback.Call(float64(now.Nano())) != nil {
				return
			}
		}
	}()
	return nil
}

//export floorEntered
func floorEntered() {}

func main() {}
