// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// marked lists the processes of a script by the variable that all of them
// inherit, other than this one.
func marked(ts *testscript.TestScript) []int {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	ts.Check(err)
	var pids []int
	for _, dir := range dirs {
		env, err := os.ReadFile(dir + "/environ")
		if err != nil || !bytes.Contains(env, []byte(mark+"="+ts.Getenv(mark)+"\x00")) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func cmdKillWorker(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "killworker KEY")
	signalWorker(ts, args[0], syscall.SIGKILL)
}

func cmdStopWorker(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "stopworker KEY")
	signalWorker(ts, args[0], syscall.SIGSTOP)
}

func signalWorker(ts *testscript.TestScript, key string, sig syscall.Signal) {
	for _, pid := range marked(ts) {
		links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, link := range links {
			// The worker of a device has its journal open.
			if file, err := os.Readlink(link); err == nil && strings.Contains(file, "/journal/") && strings.Contains(file, key) {
				ts.Check(syscall.Kill(pid, sig))
				return
			}
		}
	}
	ts.Fatalf("there is no worker of %s", key)
}

// cmdAlone waits until none is left: the system needs a moment to tell a child
// that its parent has gone.
func cmdAlone(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "alone")
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		left := marked(ts)
		if len(left) == 0 {
			return
		}
		select {
		case <-again.C:
		case <-deadline.C:
			ts.Fatalf("processes are left: %v", left)
		}
	}
}
