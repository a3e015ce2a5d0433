// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/clock"
	phones "github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/hap"
	"github.com/pushproof/pushproof/harness/sim/hdcd"
	"github.com/pushproof/pushproof/harness/sim/hdcd/control"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	key    = "127.0.0.1:5555"
	secret = "a token of the control plane"
)

// noCloud is a cloud that nobody asks.
type noCloud struct{}

func (noCloud) IssueToken(context.Context, sim.App, sim.Device) (string, error) {
	return "", errors.New("no cloud")
}
func (noCloud) DropToken(string, sim.Receipt) {}

// world is an hdc server with a whole simulated phone, its control plane and a
// client with short patience.
type world struct {
	testing.TB
	server  *hdcd.Server
	phone   *phones.Device
	control *control.Server
	client  *hdc.Client
	http    *http.Client
}

// patience is how long the client waits where something hangs.
const patience = 200 * time.Millisecond

func newWorld(t testing.TB) *world {
	t.Helper()
	profile, ok := fixtures.ProfileOf("phone")
	if !ok {
		t.Fatal("there is no profile of a phone")
	}
	phone, err := phones.New(phones.Options{Profile: profile, Key: key, Clock: clock.New(), Cloud: noCloud{}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, phone: phone, server: hdcd.New(hdcd.Options{CloseDelay: -1})}
	if err := w.server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	w.server.Attach(phone)
	if w.control, err = control.New(w.server, secret); err != nil {
		t.Fatal(err)
	}
	if err := w.control.Start(""); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	w.http = &http.Client{Transport: transport, Timeout: 20 * time.Second}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		w.server.Close()
		if err := errors.Join(w.control.Close(), phone.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	w.client = hdc.New(hdc.Options{Addr: w.server.Addr(), HandshakeWait: -1, Files: hdc.FilesByClient})
	return w
}

// waiting returns the client, or one that gives up soon: at the greeting, or
// on the whole command.
func (w *world) waiting(soon string) *hdc.Client {
	o := hdc.Options{Addr: w.server.Addr(), HandshakeWait: -1, Files: hdc.FilesByClient}
	switch soon {
	case "greeting":
		o.DialTimeout = patience
	case "command":
		o.Timeout = patience
	default:
		return w.client
	}
	return hdc.New(o)
}

// ask sends a request to the control plane and returns status and body.
func (w *world) ask(method, path, body string) (int, string) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.control.URL()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := w.http.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// must is ask for a request that has to succeed.
func (w *world) must(method, path, body string, into any) {
	w.Helper()
	status, text := w.ask(method, path, body)
	if status >= 300 {
		w.Fatalf("%s %s %s: HTTP %d %s", method, path, body, status, text)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		w.Fatalf("%s: %v", text, err)
	}
}

// write makes a file of the host.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	full := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(full, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return full
}

// shop is a signed package of an app.
func shop(t testing.TB) string {
	t.Helper()
	content, err := hap.Build(hap.Profile{
		App: hap.App{BundleName: "com.example.shop", VersionCode: 1, VersionName: "1"},
		Module: hap.Module{Name: "entry", Type: "entry", Abilities: []hap.Ability{{Name: "EntryAbility", Exported: true,
			Skills: []hap.Skill{{Entities: []string{"entity.system.home"}, Actions: []string{"ohos.want.action.home"}}}}}},
	}, nil, &hap.Signature{Signer: "team"})
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "shop.hap", content)
}
