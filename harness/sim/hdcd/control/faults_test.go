// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim/hdcd/faults"
)

// run asks the device for a word.
func run(w *world, c *hdc.Client) error {
	got, err := c.Shell(w.Context(), key, hdc.Cmd("echo", "hello"))
	if err == nil && (string(got.Output) != "hello\n" || got.Exit != 0) {
		err = fmt.Errorf("wrong: %q, exit %d", got.Output, got.Exit)
	}
	return err
}

// send sends a file of the size.
func send(size int) func(*world, *hdc.Client) error {
	return func(w *world, c *hdc.Client) error {
		_, err := c.Send(w.Context(), key, write(w, "x.bin", make([]byte, size)), "/data/local/tmp/x.bin", hdc.FileOptions{})
		return err
	}
}

// receive fetches the file that send has sent.
func receive(w *world, c *hdc.Client) error {
	_, err := c.Receive(w.Context(), key, "/data/local/tmp/x.bin", filepath.Join(w.TempDir(), "x.bin"), hdc.FileOptions{})
	return err
}

func install(w *world, c *hdc.Client) error {
	return c.Install(w.Context(), key, shop(w), hdc.InstallOptions{})
}

func check(w *world, c *hdc.Client) error {
	v, err := c.CheckServer(w.Context())
	if err == nil && !v.Checked() {
		return errUnchecked
	}
	return err
}

var errUnchecked = errors.New("the version is not one that was checked")

// is reports whether an error is of a type and fits.
func is[T error](fits func(T) bool) func(error) bool {
	return func(err error) bool {
		var typed T
		return errors.As(err, &typed) && (fits == nil || fits(typed))
	}
}

// lost is a command whose end never came, for that reason.
func lost(cause error) func(error) bool {
	return func(err error) bool {
		return is[*hdc.LostError](nil)(err) && errors.Is(err, cause)
	}
}

func target(kind hdc.TargetKind) func(error) bool {
	return is(func(e *hdc.TargetError) bool { return e.Kind == kind })
}

// both is that both hold.
func both(a, b func(error) bool) func(error) bool {
	return func(err error) bool { return a(err) && b(err) }
}

var silent = is(func(e *hdc.ServerError) bool { return e.Silent })

// cases are the faults with the error that the client gives.
var cases = []struct {
	name, fault string
	call        func(*world, *hdc.Client) error
	soon        string // what the client does not wait long for
	want        func(error) bool
}{
	{"the greeting is dropped", `{"kind":"drop","on":"greeting"}`, run, "", silent},
	{"the greeting never comes", `{"kind":"hang","on":"greeting"}`, run, "greeting", silent},
	{"the greeting is cut", `{"kind":"truncate","on":"greeting"}`, run, "", silent},
	{"another program", `{"kind":"foreign"}`, run, "", is[*hdc.VersionError](nil)},
	{"another banner", `{"kind":"banner","text":"NEW HDC"}`, run, "", is[*hdc.VersionError](nil)},
	{"a newer version", `{"kind":"version","version":"9.9.9z"}`, check, "", func(err error) bool { return err == errUnchecked }},
	{"a version of another form", `{"kind":"version","version":"tomorrow"}`, check, "", is[*hdc.VersionError](nil)},
	{"an offline target", `{"kind":"state","state":"Offline"}`, run, "", target(hdc.Offline)},
	{"an unauthorised target", `{"kind":"state","state":"Unauthorized"}`, run, "", target(hdc.Unauthorized)},
	{"a target that shakes hands", `{"kind":"state","state":"Ready"}`, run, "", target(hdc.Handshaking)},
	{"a dropped command", `{"kind":"drop","command":"shell"}`, run, "", lost(io.EOF)},
	{"a hanging command", `{"kind":"hang","command":"shell"}`, run, "command", lost(context.DeadlineExceeded)},
	{"a cut frame", `{"kind":"truncate","command":"shell"}`, run, "", lost(io.ErrUnexpectedEOF)},
	{"a frame that is too long", `{"kind":"oversize","command":"shell"}`, run, "", both(is[*hdc.LostError](nil), is[*hdc.FrameError](nil))},
	{"an old hdc", `{"kind":"fail","code":"E000001","text":"the sdk hdc is too low"}`, run, "", is(func(e *hdc.FailError) bool { return e.Code == "E000001" })},
	{"a refusal without a code", `{"kind":"fail","text":"Not now"}`, run, "", is(func(e *hdc.FailError) bool { return e.Code == "" && e.Text == "Not now" })},
	{"an answer that ends early", `{"kind":"drop","on":"answer","command":"shell"}`, run, "", lost(io.EOF)},
	{"an answer that ends in a frame", `{"kind":"drop","on":"answer","afterBytes":7,"command":"shell"}`, run, "", lost(io.ErrUnexpectedEOF)},
	{"an answer that stops", `{"kind":"hang","on":"answer","afterBytes":7,"command":"shell"}`, run, "command", lost(context.DeadlineExceeded)},
	{"a slow link", `{"kind":"slow","bytesPerSecond":1,"command":"shell"}`, run, "command", lost(context.DeadlineExceeded)},
	{"a lost sentinel", `{"kind":"lost-sentinel"}`, run, "", both(lost(io.EOF), is(func(e *hdc.LostError) bool { return string(e.Output) == "hello\n" }))},
	{"a device that vanishes", `{"kind":"vanish","command":"shell"}`, run, "", both(lost(io.EOF), target(hdc.Offline))},
	{"a device that vanishes in its answer", `{"kind":"vanish","on":"answer","afterBytes":9,"command":"shell"}`, run, "", both(is[*hdc.LostError](nil), target(hdc.Offline))},
	{"a transfer to the device that is cut", `{"kind":"drop","on":"transfer","command":"file send"}`, send(1 << 20), "", is[*hdc.LostError](nil)},
	{"a transfer from the device that is cut", `{"kind":"drop","on":"transfer","command":"file recv"}`, receive, "", lost(io.ErrUnexpectedEOF)},
	{"a transfer that is cut late", `{"kind":"drop","on":"transfer","afterBytes":700000,"command":"file recv"}`, receive, "", lost(io.ErrUnexpectedEOF)},
	{"a transfer that stops", `{"kind":"hang","on":"transfer","command":"file send"}`, send(1 << 20), "command", lost(context.DeadlineExceeded)},
	{"a device that vanishes in a transfer", `{"kind":"vanish","on":"transfer","command":"file"}`, send(1 << 20), "", is[*hdc.LostError](nil)},
	{"a package that bm refuses", `{"kind":"install","code":"9568332"}`, install, "", is(func(e *hdc.InstallError) bool { return e.Code == 9568332 })},
	{"a package that bm refuses for a new reason", `{"kind":"install","code":"9569999"}`, install, "", is(func(e *hdc.InstallError) bool { return e.Code == 9569999 })},
}

// Each fault has its typed error, and is over when its count is.
func TestEachFaultHasItsTypedError(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if err := send(1<<20)(w, w.client); err != nil {
				t.Fatal(err)
			}
			var f map[string]any
			if err := json.Unmarshal([]byte(c.fault), &f); err != nil {
				t.Fatal(err)
			}
			f["count"] = 1
			if on := f["on"]; on != "greeting" && f["kind"] != "foreign" && f["kind"] != "banner" && f["kind"] != "version" {
				f["key"] = key
			}
			body, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			var added faults.Fault
			w.must("POST", "/faults", string(body), &added)
			if err := c.call(w, w.waiting(c.soon)); !c.want(err) {
				t.Errorf("%v (%T)", err, err)
			}
			if list := w.server.Faults().List(); len(list) != 1 || list[0].ID != added.ID || list[0].Hits != 1 {
				t.Errorf("the rules are %+v", list)
			}
			w.must("PUT", "/devices", `{"state":"Connected"}`, nil)
			if err := c.call(w, w.client); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Every kind is shown wherever it can happen.
func TestNoFaultIsLeftOut(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range cases {
		var f faults.Fault
		if err := json.Unmarshal([]byte(c.fault), &f); err != nil {
			t.Fatal(err)
		}
		f, err := f.Checked()
		if err != nil {
			t.Fatalf("%s: %v", c.fault, err)
		}
		shown[string(f.Kind)+" on "+string(f.On)+" "+f.State] = true
	}
	for _, kind := range faults.Kinds() {
		for _, seam := range faults.Seams(faults.Kind(kind)) {
			states := []string{""}
			if kind == string(faults.State) {
				states = faults.States
			}
			for _, state := range states {
				if name := kind + " on " + string(seam) + " " + state; !shown[name] {
					t.Errorf("no case shows %s", name)
				}
			}
		}
	}
}
