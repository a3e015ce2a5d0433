// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

package main

import (
	"time"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/nativebridge/bridge"
	"github.com/pushproof/pushproof/nativebridge/napi"
)

// maxFlush bounds flush's time-out in milliseconds.
const maxFlush = 600_000

func text(name string) napi.Param   { return napi.Param{Name: name, Kind: napi.String} }
func number(name string) napi.Param { return napi.Param{Name: name, Kind: napi.Number} }

// functions are the module's, in the order of Index.d.ts.
func functions() []napi.Func {
	params := func(p ...napi.Param) []napi.Param { return p }
	return []napi.Func{
		{Name: "start", Params: params(napi.Param{Name: "options", Kind: napi.JSON}), Call: start},
		{Name: "stop", Promise: true, Call: stop},
		{Name: "setStage", Params: params(text("stage")), Call: setStage},
		{Name: "deliver", Params: params(text("via"), text("kind"), text("payload"), number("receivedAt")), Promise: true, Call: deliver},
		{Name: "click", Params: params(text("via"), text("want"), number("receivedAt")), Promise: true, Call: click},
		{Name: "extensionAnswer", Params: params(text("payload")), Result: napi.String, Call: extensionAnswer},
		{Name: "tokenChanged", Params: params(text("token")), Call: tokenChanged},
		{Name: "tokenFailed", Params: params(number("code"), text("message")), Call: tokenFailed},
		{Name: "onCommand", Params: params(napi.Param{Name: "callback", Kind: napi.Function}), Call: onCommand},
		{Name: "reply", Params: params(number("id"), text("json")), Call: reply},
		{Name: "fail", Params: params(number("id"), number("code"), text("message")), Call: fail},
		{Name: "flush", Params: params(number("timeoutMillis")), Promise: true, Call: flush},
		{Name: "version", Result: napi.String, Call: version},
		{Name: "stats", Result: napi.JSON, Call: stats},
	}
}

func start(c *napi.Call) error {
	o, err := bridge.ParseOptions(c.Bytes(0))
	if err != nil {
		return coded(err)
	}
	return coded(of(c).Start(o))
}

func stop(c *napi.Call) error {
	of(c).Stop(settle(c.Later()))
	return nil
}

func setStage(c *napi.Call) error { return coded(of(c).SetStage(c.Text(0))) }

func deliver(c *napi.Call) error {
	return coded(of(c).Deliver(c.Text(0), c.Text(1), c.String(2), c.Number(3), settle(c.Later())))
}

func click(c *napi.Call) error {
	return coded(of(c).Click(c.Text(0), c.String(1), c.Number(2), settle(c.Later())))
}

func extensionAnswer(c *napi.Call) error {
	answer, err := of(c).ExtensionAnswer(c.Text(0))
	switch {
	case err != nil:
		return coded(err)
	case answer == "":
		return c.Return(nil)
	}
	return c.Return(answer)
}

func tokenChanged(c *napi.Call) error { return coded(of(c).TokenChanged(c.String(0))) }

func tokenFailed(c *napi.Call) error {
	code, err := c.Int(0)
	if err != nil {
		return err
	}
	return coded(of(c).TokenFailed(code, c.String(1)))
}

func onCommand(c *napi.Call) error { return coded(of(c).OnCommand(caller{c.Callback(0)})) }

func reply(c *napi.Call) error {
	id, err := c.Int(0)
	if err != nil {
		return err
	}
	return coded(of(c).Reply(id, c.String(1)))
}

func fail(c *napi.Call) error {
	id, err := c.Int(0)
	if err != nil {
		return err
	}
	code, err := c.Int(1)
	if err != nil {
		return err
	}
	of(c).Fail(id, code, c.String(2))
	return nil
}

func flush(c *napi.Call) error {
	millis, err := c.Int(0)
	if err != nil {
		return err
	}
	if millis < 0 || millis > maxFlush {
		return &napi.Error{Code: int(bridge.CodeParameter), Message: "flush: timeoutMillis is not between 0 and 600000"}
	}
	return coded(of(c).Flush(time.Duration(millis)*time.Millisecond, settle(c.Later())))
}

func version(c *napi.Call) error { return c.Return(agent.Version) }

func stats(c *napi.Call) error {
	now := of(c).Stats()
	now.Held = napi.Held()
	s, err := now.JSON()
	if err != nil {
		return err
	}
	return c.Return(s)
}

// settle settles a promise that brings no value.
func settle(p *napi.Promise) func(error) {
	return func(err error) {
		if err != nil {
			p.Reject(coded(err))
			return
		}
		p.Resolve(nil)
	}
}
