// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/cmd/hdc-runner/internal/cli"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
)

// mute is a device without any tool.
type mute string

func (m mute) Key() string  { return string(m) }
func (m mute) Name() string { return "localhost" }

func (m mute) Shell(context.Context, string, io.Reader, io.Writer) {}

// No device is answered before all are asked, so that one after the other would
// never get to an end.
func TestDevicesAreLookedAtSideBySide(t *testing.T) {
	const many = cli.LooksAtOnce
	var asked sync.WaitGroup
	asked.Add(many)
	server := hdcd.New(hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if strings.HasPrefix(p.Command, "shell ") {
			asked.Done()
			asked.Wait()
		}
		return hdcd.None
	}})
	for n := range many {
		server.Attach(mute(fmt.Sprint("DEVICE", n)))
	}
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	problems, err := cli.Problems(t.Context(), hdc.New(hdc.Options{Addr: server.Addr()}))
	if err != nil || len(problems) != many {
		t.Fatalf("%q, %v", problems, err)
	}
	for n, problem := range problems {
		if !strings.Contains(problem, fmt.Sprintf(`lost the end of "param get of what a device is" on DEVICE%d`, n)) || !strings.Contains(problem, "hdc-runner devices") {
			t.Errorf("device %d: %s", n, problem)
		}
	}
}

func TestAnInterruptEndsTheLook(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := hdcd.New(hdcd.Options{Fault: func(p hdcd.Point) hdcd.Fault {
		if strings.HasPrefix(p.Command, "shell ") {
			cancel()
			return hdcd.Hang
		}
		return hdcd.None
	}})
	server.Attach(mute("DEVICE"))
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if rows, err := cli.Problems(ctx, hdc.New(hdc.Options{Addr: server.Addr()})); err != context.Canceled {
		t.Errorf("%q, %v", rows, err)
	}
}
