// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

const testClientID = "110123456"

// withApp gives a client the app's client id.
func withApp(o *pushcloud.Options) { o.ClientID = testClientID }

func revocation(values ...string) pushcloud.Revocation {
	return pushcloud.Revocation{Kind: push.KindAlert, NotifyID: 12345, Tokens: tokens(values...)}
}

func TestRevoke(t *testing.T) {
	s := serve(t, answers(200, success))
	r, err := s.client(t, withApp).Revoke(t.Context(), revocation("one", `t"wo`))
	if err != nil || r.Code != "80000000" || len(r.Accepted) != 2 || r.RequestID == "" {
		t.Fatalf("got %+v, %v", r, err)
	}
	got := s.seen()[0]
	if got.method != "POST" || got.path != "/v1/"+testClientID+"/messages:revoke" || got.pushType != "0" || !strings.HasPrefix(got.authorization, "Bearer ") {
		t.Errorf("sent %s %s, push-type %q", got.method, got.path, got.pushType)
	}
	if want := `{"notifyId":12345,"token":["one","t\"wo"]}`; string(got.body) != want {
		t.Errorf("sent %s, want %s", got.body, want)
	}
	zero := revocation("one")
	zero.Kind, zero.NotifyID = push.KindExtension, 0
	if _, err := s.client(t, withApp).Revoke(t.Context(), zero); err != nil {
		t.Fatal(err)
	}
	if got := s.seen()[1]; got.pushType != "2" || string(got.body) != `{"notifyId":0,"token":["one"]}` {
		t.Errorf("sent push-type %s: %s", got.pushType, got.body)
	}
}

func TestRevokeChecksFirst(t *testing.T) {
	s := serve(t, answers(200, success))
	many := revocation()
	many.Tokens = numbered(1001)
	for name, test := range map[string]struct {
		client func(*pushcloud.Options)
		revoke pushcloud.Revocation
		says   string
	}{
		"no client id":   {func(*pushcloud.Options) {}, revocation("a"), "APP ID"},
		"background":     {withApp, pushcloud.Revocation{Kind: push.KindBackground, Tokens: tokens("a")}, "only alert and extension"},
		"no kind":        {withApp, pushcloud.Revocation{Tokens: tokens("a")}, "only alert and extension"},
		"system's id":    {withApp, pushcloud.Revocation{Kind: push.KindAlert, NotifyID: -1, Tokens: tokens("a")}, "notifyId: it is -1"},
		"no token":       {withApp, revocation(), "token: there are 0"},
		"too many":       {withApp, many, "token: there are 1001"},
		"empty token":    {withApp, revocation("a", " "), "token[1]: it is empty"},
		"several faults": {func(*pushcloud.Options) {}, pushcloud.Revocation{Kind: push.KindVoIP}, "there are 0 tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := s.client(t, test.client).Revoke(t.Context(), test.revoke)
			var invalid *pushcloud.InvalidError
			if r != nil || !errors.As(err, &invalid) || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "Unchecked") {
				t.Errorf("got %v", err)
			}
		})
	}
	if len(s.seen()) != 0 {
		t.Error("something was sent")
	}
}

func TestRevokeAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		status  int
		body    string
		is      func(error) bool
		unknown bool
		says    string
	}{
		"project's client id": {200, `{"code":"80300002","msg":"No permission to send message to these tmIDs","requestId":"1"}`, pushcloud.IsRights, false, "APP ID"},
		"no right":            {200, `{"code":"80300032","msg":"No permission to revoke messages.","requestId":"1"}`, pushcloud.IsRights, false, "both token and notifyId"},
		"two apps":            {200, `{"code":"80300017","msg":"Token app count should not exceed 1.","requestId":"1"}`, pushcloud.IsMessage, false, "one app"},
		"another app":         {200, `{"code":"80300028","msg":"Token app mismatch with specify app.","requestId":"1"}`, pushcloud.IsMessage, false, "client id"},
		"OAuth":               {401, `{"code":"80200003","msg":"Access token expired.","requestId":"1"}`, pushcloud.IsCredentials, false, "service account"},
		"all refused":         {200, `{"code":"80300007","msg":"All the tokens are invalid.","requestId":"1"}`, pushcloud.IsTokens, false, "reason"},
		"failed inside":       {200, `{"code":"80000001","msg":"CommonService Error.","requestId":"1"}`, pushcloud.IsService, true, "may have been revoked, so it was not sent again: look whether the notification is gone; revoking again harms nothing"},
		"inner error":         {200, `{"code":"81000001","msg":"Inner Error.","requestId":"1"}`, pushcloud.IsService, true, "look whether the notification is gone"},
		"gateway":             {502, "", pushcloud.IsService, true, "look whether the notification is gone"},
		"image's success":     {200, `{"code":"83010000","msg":"Verify success","requestId":"1"}`, pushcloud.IsOutcomeUnknown, true, "does not know here"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answers(test.status, test.body))
			r, err := s.client(t, withApp).Revoke(t.Context(), revocation(testToken))
			var refused *pushcloud.Error
			if r == nil || !errors.As(err, &refused) || refused.Op != pushcloud.OpRevoke || !test.is(err) || refused.OutcomeUnknown != test.unknown {
				t.Fatalf("got %+v", err)
			}
			if !strings.Contains(err.Error(), test.says) || len(s.seen()) != 1 {
				t.Errorf("%q does not say %q, or was asked %d times", err, test.says, len(s.seen()))
			}
		})
	}
	t.Run("partial", func(t *testing.T) {
		s := serve(t, answers(200, `{"code":"80100020","msg":"{\"illegalTokens\":{\"tokenFormatError\":[\"bad-token-of-a-test\"]},\"success\":1,\"failure\":1}","requestId":"1"}`))
		r, err := s.client(t, withApp).Revoke(t.Context(), revocation(testToken, "bad-token-of-a-test"))
		if !pushcloud.IsPartial(err) || len(r.Accepted) != 1 || len(r.Rejected) != 1 || r.Rejected[0].Reason != "tokenFormatError" {
			t.Errorf("got %+v, %v", r, err)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		s := serve(t, ends)
		_, err := s.client(t, withApp).Revoke(t.Context(), revocation(testToken))
		if !pushcloud.IsOutcomeUnknown(err) || len(s.seen()) != 1 || !strings.Contains(err.Error(), "notifyId") || leaks(fmt.Sprintf("%v %+v", err, err), testToken, "eyJ") {
			t.Errorf("got %v after %d calls", err, len(s.seen()))
		}
	})
	t.Run("flow control", func(t *testing.T) {
		s := serve(t, answers(503, ""), answers(200, success))
		paced := 0
		c := s.client(t, withApp, func(o *pushcloud.Options) {
			o.Pace = func(context.Context, int) error { paced++; return nil }
		})
		if r, err := c.Revoke(t.Context(), revocation(testToken)); err != nil || r.Attempts != 2 || paced != 0 {
			t.Errorf("got %+v, %v; paced %d times: nothing is sent", r, err, paced)
		}
	})
}
