// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/receipts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	user      = "tester"
	secret    = "c2VjcmV0LW9mLXRoaXJ0eS10d28tYnl0ZXMtbG9uZyE=" // base64, as the console makes one
	readToken = "0123456789abcdef0123456789abcdef"
	pushToken = "MAMzLgSecretSecretSecret"
)

// noon is the time of every clock here.
var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// memory is a store that can be made to fail or to wait.
type memory struct {
	mu   sync.Mutex
	list []receipts.Receipt
	// fail, when set, is what Add returns; hold, when set, is waited for.
	fail error
	hold chan struct{}
}

func (m *memory) Add(ctx context.Context, list []receipts.Receipt) error {
	m.mu.Lock()
	hold := m.hold
	m.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	for _, r := range list {
		r.ID = int64(len(m.list) + 1)
		m.list = append(m.list, r)
	}
	return nil
}

func (m *memory) ByTag(_ context.Context, tag string, after int64, limit int) ([]receipts.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	var found []receipts.Receipt
	for _, r := range m.list {
		if r.BiTag == tag && r.ID > after && len(found) < limit {
			found = append(found, r)
		}
	}
	return found, nil
}

func (m *memory) all() []receipts.Receipt {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]receipts.Receipt(nil), m.list...)
}

// stage is a collector, its store and what it logged.
type stage struct {
	t         testing.TB
	collector *receipts.Collector
	store     *memory
	log       *bytes.Buffer
}

func newStage(t testing.TB, alter func(*receipts.Options)) *stage {
	t.Helper()
	s := &stage{t: t, store: &memory{}, log: new(bytes.Buffer)}
	o := receipts.Options{
		Store: s.store, User: user, Key: receipts.NewSecret(secret), Now: func() time.Time { return noon },
		Logger: slog.New(slog.NewTextHandler(&guarded{w: s.log}, nil)),
	}
	if alter != nil {
		alter(&o)
	}
	var err error
	if s.collector, err = receipts.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.collector.Close)
	return s
}

// guarded lets several goroutines log.
type guarded struct {
	mu sync.Mutex
	w  io.Writer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.w.Write(p)
}

// nonces makes each signature another one.
var nonces struct {
	sync.Mutex
	n int
}

func newNonce() string {
	nonces.Lock()
	defer nonces.Unlock()
	nonces.n++
	return fmt.Sprintf("a07bfa17-6d82-4b53-a9a2-%012d", nonces.n)
}

// sign makes the header as the documentation has it, independently of the
// package: value = base64(HMAC-SHA256(key, timestamp + nonce + user)).
func sign(key []byte, userName, nonce string, at time.Time, separator string) string {
	timestamp := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(timestamp + nonce + userName))
	return strings.Join([]string{
		"timestamp=" + timestamp, "nonce=" + nonce, "value=" + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}, separator)
}

// decoded is the secret's bytes in a configuration made lately.
func decoded(t testing.TB) []byte {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (s *stage) signature() string { return sign(decoded(s.t), user, newNonce(), noon, "; ") }

// status is one of the documented form.
func status(tag string, result int) string {
	return fmt.Sprintf(`{"biTag":%q,"pushType":6,"appPackageName":"com.example.app","token":%q,"requestId":"169774145508200000000001",`+
		`"deliveryStatus":{"result":%d,"timestamp":1697741455082}}`, tag, pushToken, result)
}

func bodyOf(statuses ...string) string { return `{"statuses":[` + strings.Join(statuses, ",") + `]}` }

// post sends a body with that header, none if it is "".
func (s *stage) post(header, body string) *httptest.ResponseRecorder {
	s.t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/any/path", strings.NewReader(body))
	if header != "" {
		req.Header.Set(receipts.Header, header)
	}
	res := httptest.NewRecorder()
	s.collector.ServeHTTP(res, req)
	return res
}

// wantSuccess fails the test unless the answer is the documented one.
func wantSuccess(t testing.TB, res *httptest.ResponseRecorder) {
	t.Helper()
	if got := strings.TrimSpace(res.Body.String()); res.Code != http.StatusOK || got != `{"code":"0","message":"success"}` ||
		res.Header().Get("Content-Type") != "application/json" {
		t.Errorf("answered %d %s %v", res.Code, got, res.Header())
	}
}

// wantRefusal fails the test unless the answer has that status and says so.
func wantRefusal(t testing.TB, res *httptest.ResponseRecorder, code int, says string) {
	t.Helper()
	var said struct{ Code, Message string }
	if err := json.Unmarshal(res.Body.Bytes(), &said); err != nil || res.Code != code || said.Code != strconv.Itoa(code) || !strings.Contains(said.Message, says) {
		t.Errorf("answered %d %s, want %d and %q", res.Code, strings.TrimSpace(res.Body.String()), code, says)
	}
}
