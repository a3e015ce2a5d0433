// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hub_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pushproof/pushproof/agent/link"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/session"
	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/hub"
)

// helperEnv has this test binary be an agent or a hub instead: its value is
// what, and PUSHPROOF_HUB_TEST_ARG a parameter.
const (
	helperEnv = "PUSHPROOF_HUB_TEST"
	helperArg = "PUSHPROOF_HUB_TEST_ARG"
	helperDir = "PUSHPROOF_HUB_TEST_DIR"
)

// helperMain runs until stdin ends.
func helperMain(what string) {
	var err error
	switch what {
	case "agent":
		err = helperAgent(os.Getenv(helperArg), os.Getenv(helperDir))
	case "hub":
		err = helperHub(os.Getenv(helperArg), os.Getenv(helperDir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// helperAgent adds a record for each line on stdin.
func helperAgent(url, dir string) error {
	out, err := outbox.Open(dir, outbox.Options{Install: "install-phone", Role: wire.RoleMain})
	if err != nil {
		return err
	}
	l := link.New(link.Config{
		Session:   &session.Session{Hub: url, Run: run, Label: "phone", Token: token, Expires: time.Now().Add(time.Hour)},
		Hello:     hello("phone", wire.RoleMain),
		Sources:   func() []link.Source { return []link.Source{out} },
		OnCommand: echo,
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = l.Run(ctx) }()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if _, err := out.Add(arrival(wire.Origin{}, "{}")); err != nil {
			return err
		}
	}
	return nil
}

// helperHub prints its URL.
func helperHub(addr, dir string) error {
	h, err := hub.Open(context.Background(), hub.Options{Addr: addr, Dir: dir, Runs: map[string][]byte{run: token}})
	if err != nil {
		return err
	}
	fmt.Println(h.URL())
	_, err = os.Stdin.Read(make([]byte, 1))
	return err
}
