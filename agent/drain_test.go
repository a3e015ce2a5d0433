// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/outbox"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

// The main agent sends what an extension's agent kept and could not report, as
// that one kept it: not while it lives, but then without being told.
func TestDraining(t *testing.T) {
	for _, c := range []struct {
		name  string
		lives bool // the extension still lives when the main agent starts
	}{
		{"an extension that is gone", false},
		{"an extension that ends later", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			hub := listen(t)
			dir := t.TempDir()
			extension := open(t, agent.Config{Dir: dir, Role: wire.RoleExtension}) // has no session
			extension.Start(t.Context())
			keep(t, deliver(extension, `{"n":1}`), deliver(extension, `{"n":2}`))
			if !c.lives {
				shut(t, extension)
			}
			a := open(t, agent.Config{Dir: dir, Session: hub.session("run-1")})
			a.Start(t.Context())
			a.SetStage(lifecycle.StageFocused)
			p := hub.next(t)
			keep(t, deliver(a, `{"n":3}`))
			if c.lives {
				if r := due[*wire.Arrival](t, p); r.Origin.Role != wire.RoleMain {
					t.Errorf("a record of a living extension: %+v", r.Origin)
				}
				shut(t, extension)
			}
			var last wire.Origin
			for last.Seq < 2 {
				r := due[*wire.Arrival](t, p)
				if r.Origin.Role == wire.RoleMain {
					p.ack(r.Origin)
					continue
				}
				if r.Origin.Seq != last.Seq+1 || r.Origin.Install != p.hello.Install || r.Stage != "alive" {
					t.Fatalf("record %+v behind %+v", r, last)
				}
				last = r.Origin
			}
			p.ack(last)
			within(t, "the extension's folder goes", func() bool { return len(extensions(t, dir)) == 0 })
		})
	}
}

func extensions(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(root(dir), "outbox", "ext-*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Nothing is opened for a hub that nobody dials.
func TestNoDrainingWithoutASession(t *testing.T) {
	dir := t.TempDir()
	extension := open(t, agent.Config{Dir: dir, Role: wire.RoleExtension})
	keep(t, deliver(extension, "{}"))
	shut(t, extension)
	a := open(t, agent.Config{Dir: dir})
	a.Start(t.Context())
	a.SetStage(lifecycle.StageFocused)
	shut(t, a)
	if n := len(extensions(t, dir)); n != 1 {
		t.Errorf("%d outboxes, want the extension's", n)
	}
}

// Records of another installation, as of an app whose data was removed in
// part, are given up and reported: no hub would take them.
func TestOutboxOfAnotherInstallation(t *testing.T) {
	hub := listen(t)
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	keep(t, deliver(a, "1"), deliver(a, "2"), deliver(a, "3"))
	shut(t, a)
	former := installOf(t, dir)
	if err := os.Remove(filepath.Join(root(dir), "install")); err != nil {
		t.Fatal(err)
	}
	a = open(t, agent.Config{Dir: dir, Session: hub.session("run-1")})
	a.Start(t.Context())
	p := hub.next(t)
	l := due[*wire.Loss](t, p)
	if l.Count != 3 || l.Reason != "other-install" || l.Origin.Install == former || l.Origin.Install != p.hello.Install {
		t.Errorf("loss %+v, want 3 records of another installation", l)
	}
	within(t, "the former outbox goes", func() bool {
		dirs, err := outbox.Drainable(filepath.Join(root(dir), "outbox"))
		return err == nil && len(dirs) == 0
	})
}

// The line that carries the nonce of an extension's message stands in hilog
// even if the record could not be kept.
func TestAnnounce(t *testing.T) {
	d := newDisk()
	k := &kit{}
	a := open(t, agent.Config{Dir: t.TempDir(), Role: wire.RoleExtension, Kit: k, Journal: d.options()})
	payload := func(extra string) push.Payload {
		return push.Payload{Type: "IM", Data: `{"data":` + extra + `}`}
	}
	give := func(extra string) {
		settle(t, a.Deliver(push.Extension, push.KindExtension, payload(extra), testTime))
	}
	give(`"{\"_pp\":\"n-1\"}"`)
	give(`"{\"_pp\":\"forged\\nline\"}"`)
	give(`"{\"_pp\":\"` + strings.Repeat("x", 65) + `\"}"`)
	give(`"{\"_pp\":7}"`)
	give(`"no object"`)
	give(`{"_pp":"n-2"}`)
	d.setFull(true)
	give(`"{\"_pp\":\"n-3\"}"`)
	d.setFull(false)
	shut(t, a)
	want := "WARN pushproof arrival via=extension nonce=n-1|WARN pushproof arrival via=extension nonce=n-2|WARN pushproof arrival via=extension nonce=n-3"
	if got := strings.Join(k.logged(), "|"); got != want {
		t.Errorf("hilog has %q, want %q", got, want)
	}
}
