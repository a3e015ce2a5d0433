// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

// Scripts ask for these behind the condition [linux].

func cmdKillWorker(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("killworker needs /proc")
}

func cmdStopWorker(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("stopworker needs /proc")
}

func cmdAlone(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("alone needs /proc") }
