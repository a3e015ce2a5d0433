// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package callback_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// taken is the documented answer.
const taken = `{"code":"0","message":"success"}`

// post is what the receiver got.
type post struct {
	header http.Header
	body   []byte
}

// statuses returns the request ids of the post's statuses, in order.
func (p post) ids(tb testing.TB) []string {
	tb.Helper()
	var body struct {
		Statuses []struct {
			RequestID string `json:"requestId"`
		} `json:"statuses"`
	}
	if err := json.Unmarshal(p.body, &body); err != nil {
		tb.Fatal(err)
	}
	var ids []string
	for _, s := range body.Statuses {
		ids = append(ids, s.RequestID)
	}
	return ids
}

// receiver is an HTTPS server that hands each post to the test and answers
// what the test says.
type receiver struct {
	*httptest.Server
	posts   chan post
	answers chan http.HandlerFunc
}

// newReceiver starts a receiver that answers as documented unless answers says
// otherwise.
func newReceiver(tb testing.TB) *receiver {
	tb.Helper()
	r := &receiver{posts: make(chan post, 1000), answers: make(chan http.HandlerFunc, 100)}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			tb.Error(err)
		}
		r.posts <- post{req.Header.Clone(), body}
		select {
		case answer := <-r.answers:
			answer(w, req)
		default:
			_, _ = io.WriteString(w, taken)
		}
	}))
	// It says on the standard logger what a client that goes away breaks.
	r.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	r.StartTLS()
	tb.Cleanup(r.Close)
	return r
}

func (r *receiver) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw})
}

// next waits for a post.
func (r *receiver) next(tb testing.TB) post {
	tb.Helper()
	select {
	case p := <-r.posts:
		return p
	case <-time.After(patience):
		tb.Fatal("no post came")
		panic("unreachable")
	}
}

// hands is a clock that the test moves by hand: each timer is given to it.
type hands struct{ timers chan timer }

type timer struct {
	pause time.Duration
	fire  func()
}

func newHands() *hands { return &hands{make(chan timer, 100)} }

func (h *hands) Now() time.Time { return time.Now() }

func (h *hands) AfterFunc(d time.Duration, f func()) func() bool {
	var once sync.Once
	h.timers <- timer{d, func() { once.Do(f) }}
	return func() bool {
		stopped := false
		once.Do(func() { stopped = true })
		return stopped
	}
}

// next waits until a pause begins.
func (h *hands) next(tb testing.TB) timer {
	tb.Helper()
	select {
	case t := <-h.timers:
		return t
	case <-time.After(patience):
		tb.Fatal("no pause began")
		panic("unreachable")
	}
}

// world is a poster, its receiver, its clock and its log.
type world struct {
	testing.TB
	*callback.Poster
	receiver *receiver
	hands    *hands
	log      *bytes.Buffer
}

func newWorld(tb testing.TB, alter func(*callback.Config)) *world {
	tb.Helper()
	w := &world{TB: tb, receiver: newReceiver(tb), hands: newHands(), log: &bytes.Buffer{}}
	c := callback.Config{URL: w.receiver.URL + "/receipts", CA: w.receiver.ca()}
	if alter != nil {
		alter(&c)
	}
	var err error
	w.Poster, err = callback.New(c, w.hands, slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(w.Close)
	return w
}

// until waits for a state.
func (w *world) until(match func(callback.State) bool) callback.State {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := w.Wait(ctx, match)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func idle(s callback.State) bool { return s.Waiting == 0 }

const secretToken = "MAMzLgIkEUMKzGmvoDkzGfUvQmhDmBNrQw"

// status is a receipt of that number.
func status(n int) callback.Status {
	return callback.Status{
		Token: push.NewToken(secretToken), PushType: 0, Bundle: "com.x", BiTag: "b1",
		RequestID: fmt.Sprint(n), Result: 0, At: time.UnixMilli(1697741455082),
	}
}
