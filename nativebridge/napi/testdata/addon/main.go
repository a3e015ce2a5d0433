// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Command addon is a native module for the tests of package napi: each of its
// functions shows one kind of value, error or callback.
package main

// #cgo CFLAGS: -I${SRCDIR}/../..
// void addon_overrun(void);
// void addon_lose(void);
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/pushproof/pushproof/nativebridge/napi"
)

// state is one environment's.
type state struct {
	threw  atomic.Value
	closed chan struct{}
	kept   *napi.Callback
}

var open atomic.Int64

func init() {
	napi.Register(napi.Module{
		Open: func() (any, error) {
			open.Add(1)
			return &state{closed: make(chan struct{})}, nil
		},
		Close: func(v any) {
			s := v.(*state)
			if s.kept != nil {
				s.kept.Release()
			}
			open.Add(-1)
			close(s.closed)
		},
		Threw: func(s any, what string) { s.(*state).threw.Store(what) },
		Funcs: []napi.Func{
			{Name: "add", Params: []napi.Param{{Name: "a", Kind: napi.Number}, {Name: "b", Kind: napi.Number}}, Result: napi.Number, Call: add},
			{Name: "echo", Params: []napi.Param{{Name: "text", Kind: napi.String}}, Result: napi.String, Call: echo},
			{Name: "not", Params: []napi.Param{{Name: "flag", Kind: napi.Bool}}, Result: napi.Bool, Call: not},
			{Name: "object", Params: []napi.Param{{Name: "o", Kind: napi.JSON}}, Result: napi.JSON, Call: object},
			{Name: "reverse", Params: []napi.Param{{Name: "b", Kind: napi.Bytes}}, Result: napi.Bytes, Call: reverse},
			{Name: "maybe", Params: []napi.Param{{Name: "text", Kind: napi.String, Optional: true}}, Result: napi.String, Call: maybe},
			{Name: "integer", Params: []napi.Param{{Name: "n", Kind: napi.Number}}, Result: napi.Number, Call: integer},
			{Name: "make", Params: []napi.Param{{Name: "text", Kind: napi.String}}, Result: napi.External, Call: makeOpaque},
			{Name: "open", Params: []napi.Param{{Name: "box", Kind: napi.External}}, Result: napi.String, Call: openOpaque},
			{Name: "fail", Params: []napi.Param{{Name: "code", Kind: napi.Number}, {Name: "message", Kind: napi.String}}, Call: fail},
			{Name: "panic", Params: []napi.Param{{Name: "how", Kind: napi.String}}, Call: doPanic},
			{Name: "digest", Params: []napi.Param{{Name: "text", Kind: napi.String}}, Result: napi.String, Promise: true, Call: digest},
			{Name: "atOnce", Params: []napi.Param{{Name: "text", Kind: napi.String}}, Result: napi.String, Promise: true, Call: echo},
			{Name: "refuse", Params: []napi.Param{{Name: "later", Kind: napi.Bool}}, Promise: true, Call: refuse},
			{Name: "never", Promise: true, Call: never},
			{Name: "subscribe", Params: []napi.Param{{Name: "n", Kind: napi.Number}, {Name: "cb", Kind: napi.Function}}, Result: napi.Number, Promise: true, Call: subscribe},
			{Name: "keep", Params: []napi.Param{{Name: "cb", Kind: napi.Function}}, Call: keep},
			{Name: "flood", Params: []napi.Param{{Name: "n", Kind: napi.Number}}, Result: napi.String, Call: flood},
			{Name: "release", Call: release},
			{Name: "untaken", Params: []napi.Param{{Name: "cb", Kind: napi.Function}}, Call: func(*napi.Call) error { return nil }},
			{Name: "size", Params: []napi.Param{{Name: "b", Kind: napi.Bytes}, {Name: "o", Kind: napi.JSON}}, Result: napi.Number, Call: length},
			{Name: "change", Params: []napi.Param{{Name: "how", Kind: napi.String}}, Result: napi.String, Promise: true, Call: change},
			{Name: "threw", Result: napi.String, Call: threw},
			{Name: "held", Result: napi.JSON, Call: held},
			{Name: "misuse", Params: []napi.Param{{Name: "how", Kind: napi.String}}, Call: misuse},
			{Name: "copy", Params: []napi.Param{{Name: "text", Kind: napi.String}}, Result: napi.Number, Call: length},
		},
	})
}

func add(c *napi.Call) error { return c.Return(c.Number(0) + c.Number(1)) }

func echo(c *napi.Call) error { return c.Return(c.String(0)) }

func length(c *napi.Call) error { return c.Return(len(c.Bytes(0))) }

func not(c *napi.Call) error { return c.Return(!c.Bool(0)) }

func object(c *napi.Call) error {
	var v map[string]any
	if err := c.Decode(0, &v); err != nil {
		return err
	}
	v["seen"] = true
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Return(json.RawMessage(b))
}

func reverse(c *napi.Call) error {
	b := append([]byte(nil), c.Bytes(0)...)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return c.Return(b)
}

func maybe(c *napi.Call) error {
	if !c.Has(0) {
		return c.Return("nothing")
	}
	return c.Return("got " + c.String(0))
}

func integer(c *napi.Call) error {
	n, err := c.Int(0)
	if err != nil {
		return err
	}
	return c.Return(n)
}

func makeOpaque(c *napi.Call) error { return c.Return(napi.Opaque{Value: c.String(0)}) }

func openOpaque(c *napi.Call) error {
	v, ok := c.External(0)
	if !ok {
		return errors.New("not of this module")
	}
	return c.Return(v)
}

func fail(c *napi.Call) error {
	code, err := c.Int(0)
	if err != nil {
		return err
	}
	return fmt.Errorf("fail: %w", &napi.Error{Code: int(code), Message: c.String(1)})
}

func doPanic(c *napi.Call) error {
	switch c.String(0) {
	case "nil":
		var p *state
		return c.Return(p.kept == nil)
	case "later":
		c.Later()
	}
	panic(c.String(0))
}

func digest(c *napi.Call) error {
	text, later := c.String(0), c.Later()
	go func() {
		h := fnv.New64a()
		h.Write([]byte(text))
		later.Resolve(fmt.Sprintf("%016x", h.Sum64()))
		later.Reject(errors.New("a second time"))
	}()
	return nil
}

func refuse(c *napi.Call) error {
	err := &napi.Error{Code: 1000900005, Message: "refused"}
	if !c.Bool(0) {
		return err
	}
	later := c.Later()
	go later.Reject(err)
	return nil
}

// never settles its promise when the environment has long ended.
func never(c *napi.Call) error {
	s, later := c.State().(*state), c.Later()
	go func() {
		<-s.closed
		later.Resolve("too late")
	}()
	return nil
}

func subscribe(c *napi.Call) error {
	n, err := c.Int(0)
	if err != nil {
		return err
	}
	cb, later := c.Callback(1), c.Later()
	go func() {
		defer cb.Release()
		for i := int64(0); i < n; {
			switch err := cb.Call(i, fmt.Sprintf("event-%d", i)); {
			case errors.Is(err, napi.ErrFull):
				runtime.Gosched()
			case err != nil:
				later.Reject(err)
				return
			default:
				i++
			}
		}
		later.Resolve(n)
	}()
	return nil
}

func keep(c *napi.Call) error {
	s := c.State().(*state)
	if s.kept != nil {
		s.kept.Release()
	}
	s.kept = c.Callback(0)
	return nil
}

func flood(c *napi.Call) error {
	n, err := c.Int(0)
	if err != nil {
		return err
	}
	made := 0
	for range n {
		if err := c.State().(*state).kept.Call(made); err != nil {
			return c.Return(fmt.Sprintf("%d: %v", made, err))
		}
		made++
	}
	return c.Return(fmt.Sprint(made))
}

func release(c *napi.Call) error {
	c.State().(*state).kept.Release()
	return nil
}

// change answers twice, or gives what it cannot.
func change(c *napi.Call) error {
	for _, v := range []any{strings.Repeat("x", 1000), napi.Opaque{Value: 1}} {
		if err := c.Return(v); err != nil {
			return err
		}
	}
	s := c.State().(*state)
	switch c.String(0) {
	case "error":
		return errors.New("changed")
	case "panic":
		panic("changed")
	case "later":
		c.Later().Resolve("changed")
		return nil
	case "released":
		if err := s.kept.Call(napi.Opaque{Value: 1}); !errors.Is(err, napi.ErrClosed) {
			return fmt.Errorf("called: %v", err)
		}
	case "unfit":
		if err := s.kept.Call(napi.Opaque{Value: 1}, struct{}{}); err == nil {
			return errors.New("called with what cannot go")
		}
	case "unmade":
		if err := s.kept.Call(json.RawMessage("{"), napi.Opaque{Value: 1}); err != nil {
			return err
		}
	}
	return c.Return("changed")
}

func threw(c *napi.Call) error {
	what, _ := c.State().(*state).threw.Load().(string)
	return c.Return(what)
}

func held(c *napi.Call) error {
	b, err := json.Marshal(map[string]int64{
		"held": napi.Held(), "externals": int64(napi.Externals()), "open": open.Load(), "goroutines": int64(runtime.NumGoroutine()),
	})
	if err != nil {
		return err
	}
	return c.Return(json.RawMessage(b))
}

// misuse does what a checked build must notice.
func misuse(c *napi.Call) error {
	switch c.String(0) {
	case "overrun":
		C.addon_overrun()
	case "lose":
		C.addon_lose()
	}
	return nil
}

func main() {}
