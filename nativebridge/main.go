// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && !windows

// HarmonyOS has no resolv.conf for Go's own resolver.
//go:debug netdns=cgo

// Command nativebridge is the native module libpushproof.so: the agent inside
// an app's ArkTS, or inside Node for tests. It is built as a library
// (-buildmode=c-shared) by nativebridge/build; as a program it does nothing.
//
// What ArkTS sees is declared in
// ohos/pushproof/src/main/cpp/types/libpushproof/Index.d.ts. Each JavaScript
// environment that loads the module has an agent of its own. No function waits
// for the network, and none but start for a disk.
package main

import "C"

import (
	"log/slog"

	"github.com/pushproof/pushproof/nativebridge/bridge"
	"github.com/pushproof/pushproof/nativebridge/hilog"
	"github.com/pushproof/pushproof/nativebridge/napi"
)

func init() {
	napi.Register(napi.Module{
		Open: func() (any, error) { return bridge.New(hilog.PrintAt), nil },
		// The environment ends; what was delivered is still written, behind it.
		Close: func(state any) { state.(*bridge.Bridge).Stop(nil) },
		Threw: func(_ any, what string) {
			slog.New(hilog.NewHandler()).Warn("the function that onCommand was given threw", "error", bridge.Thrown(what))
		},
		Funcs: functions(),
	})
}

func main() {}

// of returns the environment's bridge.
func of(c *napi.Call) *bridge.Bridge { return c.State().(*bridge.Bridge) }

// coded gives an error of the bridge to JavaScript with its code.
func coded(err error) error {
	if err == nil {
		return nil
	}
	e := bridge.Coded(err)
	return &napi.Error{Code: int(e.Code), Message: e.Message}
}

// caller asks ArkTS by the function that onCommand was given.
type caller struct{ *napi.Callback }

// Command implements bridge.Caller.
func (c caller) Command(id int64, name, args string) error { return c.Call(id, name, args) }
