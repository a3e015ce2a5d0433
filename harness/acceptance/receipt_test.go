// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
	"github.com/pushproof/pushproof/harness/report"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

const (
	callbackUser = "tester"
	callbackKey  = "c2VjcmV0LW9mLXRoaXJ0eS10d28tYnl0ZXMtbG9uZyE="
	readToken    = "0123456789abcdef0123456789abcdef"
)

// collecting is a collector of receipts over TLS, as `hdc-runner receipts serve`
// runs one.
type collecting struct {
	url, tokenFile, caFile string
	ca                     []byte
	collector              *receipts.Collector
}

func newCollecting(t *testing.T) *collecting {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "receipts.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &collecting{}
	if c.collector, err = receipts.New(receipts.Options{Store: db, User: callbackUser, Key: receipts.NewSecret(callbackKey)}); err != nil {
		t.Fatal(err)
	}
	reader, err := c.collector.Reader(receipts.NewSecret(readToken))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST "+receipts.Path, c.collector)
	mux.Handle("GET "+receipts.Path, reader)
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Cleanup(c.collector.Close)
	dir := t.TempDir()
	c.url, c.tokenFile, c.caFile = server.URL, filepath.Join(dir, "token"), filepath.Join(dir, "ca.pem")
	c.ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for path, data := range map[string]string{c.tokenFile: readToken + "\n", c.caFile: string(c.ca)} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// patientWindow is far above what any of these tests takes: what is closed
// sooner was closed by something else.
const patientWindow = harness.Duration(5 * time.Minute)

// newStageReceiving opens a stage whose cloud posts receipts to a collector,
// from which the run reads them. Its windows are too long to be waited for.
func newStageReceiving(t *testing.T, options world.Options, alter func(*device.InstalledApp), window harness.Duration) (*stage, *collecting) {
	t.Helper()
	c := newCollecting(t)
	own := options.Cloud
	options.Cloud = func(o *cloud.Options) {
		o.Projects[0].Callbacks = []cloud.Callback{{Config: callback.Config{
			URL: c.url + receipts.Path, User: callbackUser, Key: callbackKey, CA: c.ca,
		}}}
		if own != nil {
			own(o)
		}
	}
	return newStageConfigured(t, options, alter, harness.Options{Answer: acceptance.Answer()}, func(config *harness.Config) {
		config.Receipts, config.ReceiptsTokenFile, config.ReceiptsCA = c.url, c.tokenFile, c.caFile
		for kind := range config.Quiet {
			config.Quiet[kind] = window
		}
	}), c
}

// testimony returns what a witness said.
func testimony(cell report.Cell, w verdict.Witness) verdict.Testimony {
	for _, t := range cell.Testimonies {
		if t.Witness == w {
			return t
		}
	}
	return verdict.Testimony{}
}

// From the simulated cloud's post to the run's testimony: the receipt closes the
// waits that a window closes otherwise, and the report names it.
func TestReceiptsCloseTheWait(t *testing.T) {
	t.Parallel()
	s, c := newStageReceiving(t, world.Options{}, nil, patientWindow)
	for _, tt := range []struct{ cell, marker string }{
		{"alert/phone/foreground/silent[notifications off]", "receipt 6"},
		{"alert/phone/background/silent[notifications off]", "receipt 6"},
		{"alert/phone/stopped/silent[notifications off]", "receipt 6"},
		{"background/phone/background/delivered[kept]", "receipt 27"},
		{"background/phone/stopped/delivered[kept]", "receipt 27"},
	} {
		got := s.run(tt.cell)
		want(t, got, verdict.Pass, "the wait closed by "+tt.marker)
		// The UI tree cannot recognise a background message.
		if said := testimony(got, verdict.Tree); said.Answer != verdict.Mute && said.Closed != tt.marker {
			t.Errorf("%s: the wait for the UI tree was closed by %q, want %q", tt.cell, said.Closed, tt.marker)
		}
		if strings.Contains(got.Reason, "window") {
			t.Errorf("%s: passed by a window: %s", tt.cell, got.Reason)
		}
		if said := testimony(got, verdict.Receipt); said.Answer != verdict.Denied || !strings.Contains(said.Detail, strings.ReplaceAll(tt.marker, "receipt", "result")) {
			t.Errorf("%s: the receipt's testimony is %v", tt.cell, said)
		}
		for _, m := range got.Messages {
			if m.Role == "fence" {
				t.Errorf("%s: a fence was sent though a receipt came", tt.cell)
			}
		}
	}
	if n := c.collector.Counts(); n.Refused+n.Unsigned+n.Faults != 0 || n.Receipts < 6 {
		t.Errorf("the collector counts %+v", n)
	}
}

// A receipt of a message that was shown is a testimony like any other.
func TestTheReceiptOfADeliveredMessage(t *testing.T) {
	t.Parallel()
	s, _ := newStageReceiving(t, world.Options{}, nil, harness.Duration(250*time.Millisecond))
	want(t, s.run("alert/phone/foreground/shown"), verdict.Pass, "")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	msg := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`}, harness.WithOptions(pushcloud.PushOptions{BiTag: "run-{{nonce}}"}))
	said := listen(ctx, s.phone, msg)
	receipt, ok := msg.Receipt()
	if said.Answer != verdict.Saw || said.At.IsZero() || !strings.HasPrefix(said.Detail, "result 0: delivered") || !ok || receipt.BiTag != "run-"+msg.Nonce() {
		t.Errorf("%v, receipt %+v", said, receipt)
	}
	token, err := s.phone.Token(ctx)
	if err != nil || receipt.Token != token.Fingerprint() || receipt.RequestID != msg.Response().RequestID {
		t.Errorf("the receipt is of another message: %+v, %v", receipt, err)
	}
	// What Push Cloud does not echo cannot be asked for.
	verbatim := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{"order":7}`}, harness.Verbatim())
	if said := verbatim.Ask(ctx, verdict.Receipt); said.Answer != verdict.Mute || !strings.Contains(said.Detail, "biTag") {
		t.Errorf("without a biTag: %v", said)
	}
	refused := s.phone.Push(ctx, pushcloud.Background{ExtraData: `{}`}, harness.To(push.NewToken("MAMadeUp")))
	if said := refused.Ask(ctx, verdict.Receipt); said.Answer != verdict.Mute {
		t.Errorf("of a refused message: %v", said)
	}
}

// listen waits for the receipt as a run does: by the event.
func listen(ctx context.Context, d *harness.Device, m *harness.Message) verdict.Testimony {
	for {
		changed := d.Changed()
		said := m.Ask(ctx, verdict.Receipt)
		if said.Answer != verdict.Waiting {
			return said
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return said
		}
	}
}

// What Push Cloud accepts and then drops looks like the app's failure, or like
// a proof that nobody shows it, until the receipt is read.
func TestReceiptsTellWhyNothingCame(t *testing.T) {
	// The phone answers for a message with another result in place of taking it.
	answering := func(result sim.Receipt) world.Options {
		return world.Options{Device: func(o *device.Options) { o.Cloud = &refusing{Cloud: o.Cloud, result: result} }}
	}
	for name, tt := range map[string]struct {
		result  sim.Receipt
		cell    string
		verdict verdict.Verdict
		says    string
	}{
		"a frequency limit":   {sim.FrequencyLimit, "background/phone/foreground/delivered", verdict.Quota, "result 256"},
		"a locked device":     {sim.Locked, "background/phone/foreground/delivered", verdict.Infra, "result 51"},
		"a token that is old": {sim.TokenGone, "background/phone/foreground/delivered", verdict.Fail, "the receipt says why: result 5"},
		"an unknown result":   {sim.Receipt(999), "background/phone/foreground/delivered", verdict.Infra, "a result that no table has"},
		"a limit, not silence": {
			sim.FrequencyLimit, "alert/phone/stopped/silent[notifications off]", verdict.Quota, "cell spoiled",
		},
		"an old token, not silence": {
			sim.TokenGone, "alert/phone/stopped/silent[notifications off]", verdict.Infra, "cell spoiled",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newStageReceiving(t, answering(tt.result), nil, patientWindow)
			want(t, s.run(tt.cell), tt.verdict, tt.says)
		})
	}
}

// refusing is a cloud whose devices take no message, and give one result.
type refusing struct {
	sim.Cloud
	result sim.Receipt
}

func (r *refusing) IssueToken(ctx context.Context, app sim.App, d sim.Device) (string, error) {
	return r.Cloud.IssueToken(ctx, app, refuser{d, r.result})
}

type refuser struct {
	sim.Device
	result sim.Receipt
}

func (r refuser) Deliver(context.Context, sim.Message) sim.Receipt { return r.result }
