// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/verdict"
)

// noReceiptsToken says what a Config lacks.
const noReceiptsToken = "--receipts needs --receipts-token-file FILE: the token with which the collector was started"

// NewReceipts returns the client of the collector of receipts that cfg names,
// nil if it names none. The error is a *UsageError. Close the client.
func NewReceipts(cfg Config) (*receipts.Client, error) {
	if cfg.Receipts == "" {
		return nil, nil
	}
	if cfg.ReceiptsTokenFile == "" {
		return nil, &UsageError{Problems: []string{noReceiptsToken}}
	}
	token, err := receipts.LoadSecret(cfg.ReceiptsTokenFile)
	if err != nil {
		return nil, &UsageError{Problems: []string{fmt.Sprintf("--receipts-token-file: %v", err)}}
	}
	var ca []byte
	if cfg.ReceiptsCA != "" {
		if ca, err = os.ReadFile(cfg.ReceiptsCA); err != nil {
			return nil, &UsageError{Problems: []string{fmt.Sprintf("--receipts-ca: %v", err)}}
		}
	}
	client, err := receipts.NewClient(receipts.ClientOptions{URL: cfg.Receipts, Token: token, CA: ca})
	if err != nil {
		return nil, &UsageError{Problems: []string{fmt.Sprintf("--receipts: %v", err)}}
	}
	return client, nil
}

// CheckReceipts asks the collector that cfg names whether it answers, and does
// nothing if cfg names none. A token that it refuses is a *UsageError.
func CheckReceipts(ctx context.Context, cfg Config) error {
	client, err := NewReceipts(cfg)
	if client == nil {
		return err
	}
	defer client.Close()
	_, err = client.ByTag(ctx, "pushproof", 0, 0)
	var answered *receipts.AnswerError
	if errors.As(err, &answered) && answered.Status == http.StatusUnauthorized {
		return &UsageError{Problems: []string{err.Error()}}
	}
	return err
}

// desk asks the collector for the receipts of a run's messages.
type desk struct {
	client *receipts.Client
	ctx    context.Context
	stop   context.CancelFunc
	asking sync.WaitGroup
}

// openDesk returns nil where no collector is configured.
func openDesk(ctx context.Context, cfg Config) (*desk, error) {
	client, err := NewReceipts(cfg)
	if client == nil {
		return nil, err
	}
	d := &desk{client: client}
	d.ctx, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	return d, nil
}

// close ends all questions.
func (d *desk) close() {
	if d == nil {
		return
	}
	d.stop()
	d.asking.Wait()
	d.client.Close()
}

// inquiry is the question for one message's receipt. The message's lock guards
// it.
type inquiry struct {
	begun   bool
	receipt *receipts.Receipt
	// err is why the last question was not answered, and broken that asking
	// again is of no use.
	err    error
	broken bool
	// counts are the collector's when it had nothing.
	counts receipts.Counts
}

// tries is how often in a row the collector may fail before its witness is
// broken.
const tries = 5

// inquire asks until there is a receipt, the message's ctx ends, or the session
// does. Each question waits at the collector for the event.
func (d *desk) inquire(m *Message) {
	defer d.asking.Done()
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	pauses := backoff.NewExponentialBackOff()
	for failed := 0; ; {
		page, err := d.client.ByTag(ctx, m.biTag, 0, receipts.WaitMax)
		if ctx.Err() != nil {
			return
		}
		var refused *receipts.AnswerError
		if err != nil {
			failed++
		} else {
			failed = 0
			pauses.Reset()
		}
		broken := failed == tries || errors.As(err, &refused) && refused.Status < http.StatusInternalServerError
		found := pick(page.Receipts)
		m.dev.change(func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.inquiry.receipt, m.inquiry.err, m.inquiry.broken, m.inquiry.counts = found, err, broken, page.Counts
		})
		if found != nil || broken {
			return
		}
		if err == nil {
			continue
		}
		timer := time.NewTimer(pauses.NextBackOff())
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// pick chooses among several receipts of one message (claim receipts.last).
func pick(list []receipts.Receipt) *receipts.Receipt {
	if len(list) == 0 {
		return nil
	}
	best := slices.MaxFunc(list, func(a, b receipts.Receipt) int {
		switch {
		case (a.Result == 0) != (b.Result == 0):
			if a.Result == 0 {
				return 1
			}
			return -1
		case !a.At.Equal(b.At):
			return a.At.Compare(b.At)
		}
		return int(a.ID - b.ID)
	})
	return &best
}

// biTagOf returns the biTag with which a request is sent.
func biTagOf(o pushcloud.PushOptions) string {
	if raw, ok := o.Extra["biTag"]; ok {
		var text string
		_ = json.Unmarshal(raw, &text)
		return text
	}
	return o.BiTag
}

// Receipt returns the message's receipt, and whether there is one yet. Only who
// asks the witness verdict.Receipt has it fetched.
func (m *Message) Receipt() (receipts.Receipt, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.inquiry.receipt == nil {
		return receipts.Receipt{}, false
	}
	return *m.inquiry.receipt, true
}

// receipted is what Push Cloud says of the delivery. The first question starts
// to fetch the receipt; Device.Changed tells when it is there.
func (m *Message) receipted() verdict.Testimony {
	t := verdict.Testimony{Witness: verdict.Receipt, Answer: verdict.Mute}
	d := m.dev.s.desk
	switch {
	case d == nil:
		t.Detail = "receipt: not configured"
	case m.matching != nil:
		t.Detail = "somebody else sent it: its biTag is not known"
	case m.sendErr != nil && !m.OutcomeUnknown():
		t.Detail = "it was not accepted"
	case !m.carriers.For(pushcloud.WitnessReceipt):
		t.Detail = "biTag of the message does not hold the nonce"
	default:
		return m.inquired(d, t)
	}
	return t
}

func (m *Message) inquired(d *desk, t verdict.Testimony) verdict.Testimony {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &m.inquiry
	if !q.begun {
		q.begun = true
		d.asking.Add(1)
		go d.inquire(m)
	}
	switch {
	case q.receipt != nil:
		code := ReceiptCode(q.receipt.Result)
		t.Answer, t.Detail = ReceiptAnswer(code), receiptText(code)
		if t.Answer == verdict.Saw {
			t.At = q.receipt.At // by Push Cloud's clock
		}
		return t
	case q.broken:
		t.Answer, t.Detail = verdict.Broken, q.err.Error()
		return t
	}
	t.Answer, t.Detail = verdict.Waiting, "no receipt so far"
	if n := q.counts.Unsigned + q.counts.Refused; n > 0 {
		t.Detail += fmt.Sprintf("; the collector has refused %d posts and left out %d without a signature since it was started: its log says why", q.counts.Refused, q.counts.Unsigned)
	}
	if q.err != nil {
		t.Detail += "; " + q.err.Error()
	}
	return t
}

// ReceiptCode returns what is known of a receipt's result; a result that no
// table has is of class unknown.
func ReceiptCode(result int) fixtures.Code {
	if code, ok := fixtures.ReceiptOf(result); ok {
		return code
	}
	return fixtures.Code{
		Code: strconv.Itoa(result), Class: fixtures.ClassUnknown, Meaning: "a result that no table has",
		Do: "look it up in Push Kit's page on message receipts", Source: "none", Confidence: "U",
	}
}

// ReceiptAnswer sorts the result of a receipt: only 0 saw the message. One that
// tells of the app, the message, its token, or the user's choice says
// otherwise; a limit is verdict.Limited; what lies with Push Cloud, or with the
// state in which the device happens to be, is verdict.Broken, since it is not
// the app's failure.
func ReceiptAnswer(code fixtures.Code) verdict.Answer {
	if code.Class == fixtures.ClassOK {
		return verdict.Saw
	}
	if code.Circumstance {
		return verdict.Broken
	}
	return answerOf(code.Class)
}

// receiptText says what a result means, what to do, and who says so.
func receiptText(code fixtures.Code) string {
	text := "result " + code.Code + ": " + code.Meaning
	if code.Class != fixtures.ClassOK {
		text += "; " + code.Do
	}
	return text + " (" + code.Source + ")"
}
