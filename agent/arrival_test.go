// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agent_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mobile/event/lifecycle"

	"github.com/pushproof/pushproof/agent"
	"github.com/pushproof/pushproof/agent/journal"
	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/agent/wire"
)

func TestWhatIsDeliveredIsStored(t *testing.T) {
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	at := time.Date(2026, 3, 1, 12, 0, 0, 5e6, time.UTC)
	keep(t, a.Deliver(push.Default, push.KindAlert, push.Payload{Type: "ALERT", Data: `{"a":"<ö>"}`}, at))
	a.SetStage(lifecycle.StageFocused)
	keep(t, a.Deliver(push.Background, push.KindBackground, push.Payload{Type: "BACKGROUND", Data: "no JSON"}, at))
	a.SetStage(lifecycle.StageVisible)
	keep(t, a.Click(push.OnNewWant, json.RawMessage(`{"_pp":"n1"}`), at))
	a.SetStage(lifecycle.StageAlive)
	a.SetStage(99) // no stage
	keep(t, a.Deliver(push.Extension, push.KindExtension, push.Payload{Type: "IM", Data: ""}, at))
	shut(t, a)
	type got struct{ Via, Kind, Stage, Payload string }
	var all []got
	for i, r := range arrivals(stored(t, dir)) {
		if r.Origin.Seq != uint64(i+1) || r.Origin.Role != wire.RoleMain || !r.ReceivedAt.Equal(at) {
			t.Errorf("record %d: origin %+v at %v", i+1, r.Origin, r.ReceivedAt)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, r.Payload); err != nil {
			t.Fatal(err)
		}
		all = append(all, got{r.Via.String(), r.Kind.String(), r.Stage, compact.String()})
	}
	want := []got{
		{"DEFAULT", "alert", "alive", `{"type":"ALERT","data":"{\"a\":\"\u003cö\u003e\"}"}`},
		{"BACKGROUND", "background", "focused", `{"type":"BACKGROUND","data":"no JSON"}`},
		{"onNewWant", "alert", "visible", `{"_pp":"n1"}`},
		{"extension", "extension", "alive", `{"type":"IM","data":""}`},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
}

// The token in a payload's header reaches no file.
func TestTokenIsNotStored(t *testing.T) {
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	a.TokenChanged(push.NewToken(secret), nil)
	keep(t, deliver(a, `{"header":{"token":"`+secret+`","x":1},"data":"d"}`), deliver(a, `{"header":{"token":"`+secret+`"`))
	shut(t, a)
	all := arrivals(stored(t, dir))
	if want := push.NewToken(secret).Fingerprint(); len(all) != 2 || !bytes.Contains(all[0].Payload, []byte(want)) {
		t.Errorf("stored %s, want the token's fingerprint %s", all[0].Payload, want)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A delivery that no record can hold is rejected, takes no other down with it,
// and is reported.
func TestRejected(t *testing.T) {
	large := strings.Repeat("x", 32<<10)
	now := time.Now()
	for _, c := range []struct {
		name    string
		deliver func(*agent.Agent) *agent.Delivery
		want    error
		reason  string
	}{
		{"no via", func(a *agent.Agent) *agent.Delivery {
			return a.Deliver(0, push.KindAlert, message("{}"), now)
		}, agent.ErrMalformed, "malformed"},
		{"no kind", func(a *agent.Agent) *agent.Delivery {
			return a.Deliver(push.Default, 99, message("{}"), now)
		}, agent.ErrMalformed, "malformed"},
		{"a year that JSON has no words for", func(a *agent.Agent) *agent.Delivery {
			return a.Deliver(push.Default, push.KindAlert, message("{}"), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
		}, agent.ErrMalformed, "malformed"},
		{"a payload beyond any push", func(a *agent.Agent) *agent.Delivery { return deliver(a, large) }, agent.ErrTooLarge, "too-large"},
		{"a click beyond any want", func(a *agent.Agent) *agent.Delivery {
			return a.Click(push.OnCreate, json.RawMessage(`{"a":"`+large+`"}`), now)
		}, agent.ErrTooLarge, "too-large"},
		{"a click without a want", func(a *agent.Agent) *agent.Delivery {
			return a.Click(push.Default, json.RawMessage(`{}`), now)
		}, agent.ErrMalformed, "malformed"},
		{"a click with no parameters", func(a *agent.Agent) *agent.Delivery {
			return a.Click(push.OnCreate, nil, now)
		}, agent.ErrMalformed, "malformed"},
		{"a click with null", func(a *agent.Agent) *agent.Delivery {
			return a.Click(push.OnCreate, json.RawMessage("null"), now)
		}, agent.ErrMalformed, "malformed"},
		{"a click with a list", func(a *agent.Agent) *agent.Delivery {
			return a.Click(push.OnCreate, json.RawMessage("[]"), now)
		}, agent.ErrMalformed, "malformed"},
		{"a click with half an object", func(a *agent.Agent) *agent.Delivery {
			return a.Click(push.OnCreate, json.RawMessage(`{"a":`), now)
		}, agent.ErrMalformed, "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, agent.Config{Dir: dir})
			before, rejected, after := deliver(a, "1"), c.deliver(a), deliver(a, "2")
			if err := settle(t, rejected)[0]; !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			keep(t, before, after)
			shut(t, a)
			frames := stored(t, dir)
			if n := len(arrivals(frames)); n != 2 {
				t.Errorf("%d arrivals, want those before and after", n)
			}
			if diff := cmp.Diff(map[string]uint64{c.reason: 1}, losses(frames)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The largest delivery fits into a frame, however it is escaped.
func TestLargestDelivery(t *testing.T) {
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir})
	most := 32<<10 - len("BACKGROUND")
	keep(t, deliver(a, strings.Repeat("\x01", most)), deliver(a, strings.Repeat("<", most)))
	shut(t, a)
	if frames := stored(t, dir); len(arrivals(frames)) != 2 || len(frames) != 2 {
		t.Errorf("%d records, want both", len(frames))
	}
}

// A queue that is full rejects at once while the disk does not answer, by
// number and by bytes, and the loss is reported when it does, with nothing
// behind it.
func TestQueueFull(t *testing.T) {
	for _, c := range []struct {
		name string
		data string
		room int
	}{
		{"by number", "{}", 1024},
		{"by bytes", strings.Repeat("x", 20<<10), (4 << 20) / (20<<10 + len("BACKGROUND"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk()
			dir := t.TempDir()
			a := open(t, agent.Config{Dir: dir, Journal: d.options()})
			resume := d.hold(t)
			first := deliver(a, "{}")
			wait(t, d.writing) // and does not come back; the queue is empty
			var queued []*agent.Delivery
			for range c.room {
				queued = append(queued, deliver(a, c.data))
			}
			const lost = 37
			for range lost {
				rejected := deliver(a, c.data)
				select {
				case <-rejected.Done():
				default:
					t.Fatal("a full queue did not reject at once")
				}
				if !errors.Is(rejected.Err(), agent.ErrQueueFull) {
					t.Fatalf("%v, want ErrQueueFull", rejected.Err())
				}
			}
			resume()
			keep(t, append(queued, first)...)
			shut(t, a)
			frames := stored(t, dir)
			if n := len(arrivals(frames)); n != c.room+1 {
				t.Errorf("%d arrivals, want %d", n, c.room+1)
			}
			if diff := cmp.Diff(map[string]uint64{"queue-full": lost}, losses(frames)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A full disk rejects what is delivered; the loss is reported once, when there
// is room, even if nothing more is delivered.
func TestDiskFull(t *testing.T) {
	for _, c := range []struct {
		name  string
		after func(*testing.T, *agent.Agent)
		kept  int
	}{
		{"nothing follows", func(t *testing.T, a *agent.Agent) {
			hub := listen(t)
			a.UseSession(hub.session("run-1"))
			a.Start(t.Context())
			p := hub.next(t)
			due[*wire.Arrival](t, p)
			if l := due[*wire.Loss](t, p); l.Reason != "disk-full" || l.Count != 3 {
				t.Errorf("loss %+v, want 3 by a full disk", l)
			}
		}, 1},
		{"the next delivery", func(t *testing.T, a *agent.Agent) { keep(t, deliver(a, "after")) }, 2},
		{"the end", func(*testing.T, *agent.Agent) {}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDisk()
			dir := t.TempDir()
			a := open(t, agent.Config{Dir: dir, Journal: d.options()})
			keep(t, deliver(a, "before"))
			d.setFull(true)
			for i := range 3 {
				err := settle(t, deliver(a, fmt.Sprint(i)))[0]
				if !errors.Is(err, journal.ErrDiskFull) || !strings.Contains(err.Error(), "free some space") {
					t.Fatalf("%v, want ErrDiskFull and what to do", err)
				}
			}
			d.setFull(false)
			c.after(t, a)
			shut(t, a)
			frames := stored(t, dir)
			if n := len(arrivals(frames)); n != c.kept {
				t.Errorf("%d arrivals, want %d", n, c.kept)
			}
			if diff := cmp.Diff(map[string]uint64{"disk-full": 3}, losses(frames)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What was rejected for want of room in the queue, and could then not be
// reported for want of room on the disk, is reported once.
func TestLossesAreNotCountedTwice(t *testing.T) {
	d := newDisk()
	dir := t.TempDir()
	a := open(t, agent.Config{Dir: dir, Journal: d.options()})
	resume := d.hold(t)
	d.setFull(true)
	all := []*agent.Delivery{deliver(a, "{}")}
	wait(t, d.writing)
	for range 1024 {
		all = append(all, deliver(a, "{}"))
	}
	for range 10 {
		settle(t, deliver(a, "{}"))
	}
	resume()
	for _, err := range settle(t, all...) {
		if !errors.Is(err, journal.ErrDiskFull) {
			t.Fatal(err)
		}
	}
	d.setFull(false)
	shut(t, a)
	if diff := cmp.Diff(map[string]uint64{"queue-full": 10, "disk-full": 1025}, losses(stored(t, dir))); diff != "" {
		t.Error(diff)
	}
}

// A loss is reported even if the agent is closed at once.
func TestLossBeforeTheEnd(t *testing.T) {
	for range 20 {
		dir := t.TempDir()
		a := open(t, agent.Config{Dir: dir})
		settle(t, a.Click(push.Default, json.RawMessage("{}"), testTime))
		shut(t, a)
		if diff := cmp.Diff(map[string]uint64{"malformed": 1}, losses(stored(t, dir))); diff != "" {
			t.Fatal(diff)
		}
	}
}
