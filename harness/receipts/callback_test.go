// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
	"github.com/pushproof/pushproof/harness/sim/clock"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
)

// The simulated cloud's poster was written apart, from the same pages: what the
// two agree on is what those say.
func TestTheSimulatedCloudsPostsAreTaken(t *testing.T) {
	for _, encoding := range []callback.KeyEncoding{callback.KeyBase64, callback.KeyText} {
		for _, separator := range []string{"; ", ";"} {
			t.Run(fmt.Sprintf("%s %q", encoding, separator), func(t *testing.T) {
				db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "r.db"), store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				}()
				s := newStage(t, func(o *receipts.Options) { o.Store, o.Now = db, time.Now })
				mux := http.NewServeMux()
				mux.Handle("POST "+receipts.Path, s.collector)
				mux.Handle("GET "+receipts.Path, s.reader())
				server := httptest.NewTLSServer(mux)
				defer server.Close()
				ticking := clock.New()
				defer ticking.Close()
				poster, err := callback.New(callback.Config{
					URL: server.URL + receipts.Path, User: user, Key: secret, KeyEncoding: encoding, Separator: separator, CA: caOf(server),
				}, ticking, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				defer poster.Close()
				const messages = 250 // three posts
				for i := range messages {
					kind := push.KindAlert
					if i%2 == 1 {
						kind = push.KindForm
					}
					poster.Add(callback.Status{
						Token: push.NewToken(pushToken), PushType: kind.PushType(), Bundle: "com.example.app", BiTag: fmt.Sprint("b", i/2),
						RequestID: fmt.Sprint("r", i), Result: i % 2 * 151, FormID: int64(i), At: time.Now(),
					})
				}
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				state, err := poster.Wait(ctx, func(s callback.State) bool { return s.Waiting == 0 })
				if err != nil || state.Posted != messages || state.Lost != 0 {
					t.Fatalf("%+v, %v", state, err)
				}
				page, err := newClient(t, server.URL, caOf(server)).ByTag(ctx, "b7", 0, 0)
				if err != nil || len(page.Receipts) != 2 {
					t.Fatalf("ByTag = %+v, %v", page, err)
				}
				alert, form := page.Receipts[0], page.Receipts[1]
				if alert.Result != 0 || alert.RequestID != "r14" || form.Result != 151 || form.FormID != 15 || form.PushType != 1 ||
					alert.Token != push.NewToken(pushToken).Fingerprint() {
					t.Errorf("receipts %+v and %+v", alert, form)
				}
			})
		}
	}
}
