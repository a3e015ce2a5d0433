// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package native_test

import (
	"bufio"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/wire"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/native"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// What an app throws and nobody catches ends its process, as on a device.
func TestCrash(t *testing.T) {
	s := newStage(t)
	s.start()
	s.sh("aa start -a EntryAbility -b %s --ps do crash", world.Bundle)
	s.until("its end", func(a device.AppState) bool { return a.PID == 0 })
	s.sees("JsError: Error: nobody catches")
	// The line is that of the ArkTS file.
	s.sees("lib/Tasks.ets:")
	if a, _ := s.State().App(world.Bundle); a.Ended != device.EndedDied {
		t.Errorf("the process ended: %q", a.Ended)
	}
	s.sh("aa start -a DetailAbility -b %s", world.Bundle)
	s.sees("JsError: Error: DetailAbility is broken")
}

// The process of an extension loads none of the kits that hold a module of the
// blocklist; its answer is what is shown.
func TestExtension(t *testing.T) {
	s := newStage(t)
	s.start()
	s.do("token", "true true 36")
	s.allow()
	s.sh("uitest uiInput keyEvent Home")
	message := `{"extraData":"TEXT","notification":{"category":"PLAY_VOICE","title":"T","body":"B","clickAction":{"actionType":0}}}`
	s.push(2, strings.Replace(message, "TEXT", "hello", 1))
	for _, kit := range []string{"NotificationKit", "FormKit", "ArkUI", "LiveViewKit", "CallServiceKit"} {
		s.sees("said " + kit + " refused: @kit." + kit + " holds ")
	}
	s.sees("said onDestroy")
	s.push(2, strings.Replace(message, "TEXT", "throw", 1))
	s.sees("1000900003: onReceiveMessage failed: -32603: the extension is broken")
	titles := map[string]bool{}
	for _, n := range s.State().Notifications {
		titles[n.Title] = true
	}
	if !titles["from ArkTS"] || !titles["T"] {
		t.Errorf("shown are %v", titles)
	}
}

// A card is made by the FormExtensionAbility, in a process of its own.
func TestForm(t *testing.T) {
	s := newStage(t)
	s.sees("said onAddForm widget")
	a, _ := s.State().App(world.Bundle)
	if len(a.Cards) != 1 || a.Cards[0].Data["text_key"] != "at first" {
		t.Fatalf("the cards are %+v", a.Cards)
	}
	s.RemoveCard(a.Cards[0].ID)
	s.sees("said onRemoveForm true")
}

// A process that is alone ends with its input, and by a kill though suspended.
func TestEnds(t *testing.T) {
	options, err := runtime(t).Launch(device.DemoApp(world.Bundle), wire.RoleMain)
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(*process.Process) error{
		"its input ends": func(p *process.Process) error { return p.Stdin().Close() },
		"it is killed": func(p *process.Process) error {
			return errors.Join(p.Suspend(), p.Kill())
		},
		"it reads no JSON": func(p *process.Process) error {
			_, err := p.Stdin().Write([]byte("nonsense\n"))
			return err
		},
		"a line has no end": func(p *process.Process) error {
			_, err := p.Stdin().Write([]byte(strings.Repeat("x", 1<<21)))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := process.Start(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = p.Close(t.Context()) })
			if _, err := p.Stdin().Write([]byte(`{"jsonrpc":"2.0","id":1,"method":"ability.onCreate","params":{}}` + "\n")); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(p.Stdout()).ReadString('\n')
			if err != nil || !strings.Contains(line, "the process was not told what it is") {
				t.Errorf("it said %q, %v", line, err)
			}
			// A process that ends meanwhile closes the pipe.
			_ = end(p)
			select {
			case <-p.Done():
			case <-time.After(limit):
				t.Error("it does not end")
			}
		})
	}
}

// What only an app in Go can be told is refused.
func TestBehaviour(t *testing.T) {
	r := &native.Runtime{Node: "node", Root: "/root", Module: "/module"}
	app := device.DemoApp(world.Bundle)
	app.Behavior.RegisterLate = true
	if _, err := r.Launch(app, wire.RoleMain); !errors.Is(err, native.ErrBehavior) || !strings.Contains(err.Error(), "RegisterLate:true") {
		t.Errorf("got %v", err)
	}
	app.Behavior.RegisterLate, app.Behavior.Agent = false, false
	options, err := r.Launch(app, wire.RoleExtension)
	if args := strings.Join(options.Args, " "); err != nil || !strings.Contains(args, "--role extension --target default") {
		t.Errorf("got %s, %v", args, err)
	}
}
