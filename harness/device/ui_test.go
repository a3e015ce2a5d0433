// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

func TestGestures(t *testing.T) {
	// The layout's root is 1260x2720.
	tests := []struct {
		name string
		do   func(context.Context, *device.Device) error
		want []string
	}{
		{"home", func(ctx context.Context, d *device.Device) error { return d.Home(ctx) },
			[]string{"uitest uiInput keyEvent Home"}},
		{"wake", func(ctx context.Context, d *device.Device) error { return d.Wake(ctx) },
			[]string{"power-shell wakeup"}},
		{"unlock", func(ctx context.Context, d *device.Device) error { return d.Unlock(ctx) },
			[]string{"power-shell wakeup", "uitest uiInput swipe 630 2176 630 544 6000"}},
		{"open the shade", func(ctx context.Context, d *device.Device) error { return d.OpenShade(ctx) },
			[]string{"uitest uiInput swipe 315 10 315 1360 8000"}},
		{"open and close the shade", func(ctx context.Context, d *device.Device) error {
			return errors.Join(d.OpenShade(ctx), d.CloseShade(ctx))
		}, []string{"uitest uiInput swipe 315 10 315 1360 8000", "uitest uiInput keyEvent Back"}},
		{"close it once", func(ctx context.Context, d *device.Device) error {
			return errors.Join(d.OpenShade(ctx), d.CloseShade(ctx), d.CloseShade(ctx))
		}, []string{"uitest uiInput swipe 315 10 315 1360 8000", "uitest uiInput keyEvent Back"}},
		{"close what is not open", func(ctx context.Context, d *device.Device) error { return d.CloseShade(ctx) }, nil},
		{"close what Home closed", func(ctx context.Context, d *device.Device) error {
			return errors.Join(d.OpenShade(ctx), d.Home(ctx), d.CloseShade(ctx))
		}, []string{"uitest uiInput swipe 315 10 315 1360 8000", "uitest uiInput keyEvent Home"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			if err := tt.do(t.Context(), open(t, s)); err != nil {
				t.Fatal(err)
			}
			if got := s.sent(`^(uitest uiInput|power-shell) `); !slices.Equal(got, tt.want) {
				t.Errorf("sent %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNothingIsTriedWithoutAMethod(t *testing.T) {
	do := map[fixtures.Action]func(context.Context, *device.Device) error{
		fixtures.ActionBackground: func(ctx context.Context, d *device.Device) error { return d.Home(ctx) },
		fixtures.ActionStop:       func(ctx context.Context, d *device.Device) error { return d.Kill(ctx) },
		fixtures.ActionForward:    func(ctx context.Context, d *device.Device) error { return d.BringForward(ctx) },
		fixtures.ActionOpenShade:  func(ctx context.Context, d *device.Device) error { return d.OpenShade(ctx) },
		fixtures.ActionCloseShade: func(ctx context.Context, d *device.Device) error { return d.CloseShade(ctx) },
		fixtures.ActionClick: func(ctx context.Context, d *device.Device) error {
			return d.Click(ctx, device.Sighting{Nonce: "n", Node: device.Node{Bounds: device.Rect{Right: 2, Bottom: 2}}})
		},
		fixtures.ActionAuthorise: func(ctx context.Context, d *device.Device) error { return d.AnswerDialog(ctx, true) },
		fixtures.ActionWake:      func(ctx context.Context, d *device.Device) error { return d.Wake(ctx) },
		fixtures.ActionUnlock:    func(ctx context.Context, d *device.Device) error { return d.Unlock(ctx) },
	}
	controlActions(do)
	for _, row := range fixtures.Methods() {
		t.Run(row.DeviceType+" "+string(row.Action), func(t *testing.T) {
			s := newScript(t, row.DeviceType)
			s.screens = []string{testdata(t, "layout-dialog-zh.json"), testdata(t, "layout-page.json")}
			s.says(`^pidof `, "4711\n", "\n")
			s.controls()
			s.lock(row.Action == fixtures.ActionLock)
			s.api(t, row.DeviceType, "26")
			d := open(t, s)
			before := len(s.sent(`.`))
			err := do[row.Action](t.Context(), d)
			var none *device.NoMethodError
			if row.Known {
				if err != nil {
					t.Errorf("a known method failed: %v", err)
				}
				return
			}
			if !errors.As(err, &none) || none.DeviceType != row.DeviceType || none.Action != row.Action {
				t.Fatalf("error %v, want a *NoMethodError", err)
			}
			mentions(t, err, row.DeviceType, string(row.Action), row.Source)
			if sent := s.sent(`.`)[before:]; len(sent) != 0 {
				t.Errorf("%q was sent", sent)
			}
		})
	}
}

func TestUIToolsThatFail(t *testing.T) {
	tests := []struct {
		name    string
		pattern string
		answer  hdc.Result
		do      func(context.Context, *device.Device) error
		want    string
	}{
		{"input that says something else", `^uitest uiInput`, hdc.Result{Output: []byte("Please run in developer mode\n")},
			func(ctx context.Context, d *device.Device) error { return d.Home(ctx) }, "developer mode"},
		{"input with an exit status", `^uitest uiInput`, hdc.Result{Output: []byte("No Error, but\n"), Exit: 1},
			func(ctx context.Context, d *device.Device) error { return d.Home(ctx) }, "exit status 1"},
		{"a dump that fails", `^uitest dumpLayout`, hdc.Result{Output: []byte("DumpLayout failed:Get window nodes failed\n")},
			func(ctx context.Context, d *device.Device) error { _, err := d.Layout(ctx); return err }, "Get window nodes failed"},
		{"a display that does not wake", `^power-shell`, hdc.Result{Output: []byte("\n")},
			func(ctx context.Context, d *device.Device) error { return d.Wake(ctx) }, "power-shell wakeup"},
		{"a file that is empty", `^cat `, hdc.Result{},
			func(ctx context.Context, d *device.Device) error { _, err := d.Layout(ctx); return err }, "cannot be read"},
		{"a tree that is no JSON", `^cat `, hdc.Result{Output: []byte(`{"attributes":{"text":"of another person"`)},
			func(ctx context.Context, d *device.Device) error { _, err := d.Tree(ctx); return err }, "unexpected end"},
		{"a tree that is not dumped", `^uitest dumpLayout`, hdc.Result{Output: []byte("DumpLayout failed:Get window nodes failed\n")},
			func(ctx context.Context, d *device.Device) error { _, err := d.Tree(ctx); return err }, "Get window nodes failed"},
		{"a tree without bounds", `^cat `, hdc.Result{Output: []byte(`{"attributes":{"text":"of another person"},"children":[]}`)},
			func(ctx context.Context, d *device.Device) error { _, err := d.Layout(ctx); return err }, "bounds"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, "phone")
			s.does(tt.pattern, func(context.Context, string) (hdc.Result, error) { return tt.answer, nil })
			err := tt.do(t.Context(), open(t, s))
			var unknown *device.OutputError
			if !errors.As(err, &unknown) {
				t.Fatalf("error %v, want an *OutputError", err)
			}
			mentions(t, err, tt.want)
			if strings.Contains(err.Error(), "another person") {
				t.Errorf("the error quotes the tree: %v", err)
			}
		})
	}
}

func TestTreeIsWhatUitestWrote(t *testing.T) {
	s := newScript(t, "phone")
	tree, err := open(t, s).Tree(t.Context())
	if err != nil || string(tree) != testdata(t, "layout-shade.json") {
		t.Errorf("%.200q, error %v", tree, err)
	}
	if len(s.files) != 0 {
		t.Errorf("left %d files on the device", len(s.files))
	}
}

func TestLayoutLeavesNoFile(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	for range 2 {
		if _, err := d.Layout(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	dumps, removed := s.sent(`^uitest dumpLayout`), s.sent(`^rm -f /data/local/tmp/pushproof-`)
	if len(dumps) != 2 || dumps[0] == dumps[1] {
		t.Errorf("dumps %q: each has a file of its own", dumps)
	}
	if len(removed) != 2 || len(s.files) != 0 {
		t.Errorf("removed %q, left %d files", removed, len(s.files))
	}
}

func TestLayoutLeavesNoFileWhenItIsCutShort(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	s.does(`^cat `, func(context.Context, string) (hdc.Result, error) {
		cancel()
		return hdc.Result{}, &hdc.LostError{Err: context.Canceled}
	})
	if _, err := d.Layout(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	if len(s.files) != 0 {
		t.Errorf("left %d files on the device", len(s.files))
	}
}

func TestUICommandsWaitForEachOther(t *testing.T) {
	s := newScript(t, "phone")
	d := open(t, s)
	fake := &slowUI{script: s, entered: make(chan struct{}), leave: make(chan struct{})}
	d2, err := device.Open(t.Context(), fake, "SERIAL7", d.App())
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		calls.Go(func() {
			if i%2 == 0 {
				errs[i] = d2.Home(t.Context())
			} else {
				_, errs[i] = d2.Tree(t.Context())
			}
		})
	}
	for range errs {
		<-fake.entered
		// One call is inside; one that comes now must not get in.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d2.Home(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("a call that cannot wait: error %v", err)
		}
		fake.leave <- struct{}{}
	}
	calls.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if fake.overlaps() {
		t.Error("two UI commands ran at the same time")
	}
}

// slowUI holds each uitest until it is let go, and notices overlaps.
type slowUI struct {
	*script
	entered, leave chan struct{}
	mu             sync.Mutex
	inside, most   int
}

func (u *slowUI) Shell(ctx context.Context, key string, cmd hdc.Command) (hdc.Result, error) {
	if len(cmd.String()) < 6 || cmd.String()[:6] != "uitest" {
		return u.script.Shell(ctx, key, cmd)
	}
	u.count(1)
	defer u.count(-1)
	u.entered <- struct{}{}
	<-u.leave
	return u.script.Shell(ctx, key, cmd)
}

func (u *slowUI) count(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.inside += n
	u.most = max(u.most, u.inside)
}

func (u *slowUI) overlaps() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.most > 1
}
