// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func TestSend(t *testing.T) {
	s := serve(t, answers(200, success))
	c := s.client(t)
	r, err := c.Send(t.Context(), pushcloud.Request{
		Message: pushcloud.Alert{Title: "Order <7>", Body: "is ready"},
		Tokens:  tokens("one", `t"wo`),
		Options: pushcloud.PushOptions{BiTag: "b1", CollapseKey: new(0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != fixtures.Success || r.RequestID != "172005877136444524037001" || r.HTTPStatus != 200 || r.Attempts != 1 || len(r.Accepted) != 2 {
		t.Errorf("response %+v", r)
	}
	if r.Issuer != s.Certificate().Issuer.CommonName {
		t.Errorf("issuer %q", r.Issuer)
	}
	got := s.seen()[0]
	if got.method != "POST" || got.path != "/v3/"+testProject+"/messages:send" || got.pushType != "0" || !strings.HasPrefix(got.contentType, "application/json") {
		t.Errorf("sent %s %s, push-type %q, content type %q", got.method, got.path, got.pushType, got.contentType)
	}
	want := `{"payload":{"notification":{"category":"MARKETING","title":"Order <7>","body":"is ready","clickAction":{"actionType":0}}},` +
		`"target":{"token":["one","t\"wo"]},"pushOptions":{"testMessage":true,"biTag":"b1","collapseKey":0}}`
	if string(got.body) != want {
		t.Errorf("sent\n%s, want\n%s", got.body, want)
	}
}

func TestPushTypeOfEachKind(t *testing.T) {
	for pushType, m := range map[string]pushcloud.Message{
		"0":  pushcloud.Alert{Title: "t", Body: "b"},
		"1":  pushcloud.FormUpdate{ModuleName: "entry", AbilityName: "FormAbility", FormName: "widget", FormID: 1, FormData: map[string]any{"text": "new"}},
		"2":  pushcloud.Extension{ExtraData: "x", Notification: pushcloud.Alert{Title: "t", Body: "b"}},
		"6":  pushcloud.Background{ExtraData: "x"},
		"7":  zeroView(),
		"10": pushcloud.VoIP{ExtraData: "x"},
	} {
		s := serve(t, answers(200, success))
		if _, err := s.client(t).Send(t.Context(), pushcloud.Request{Message: m, Tokens: tokens(testToken)}); err != nil {
			t.Error(err)
		}
		if got := s.seen()[0].pushType; got != pushType {
			t.Errorf("%v: push-type %q, want %q", m.Kind(), got, pushType)
		}
	}
}

// The body's string code decides, whatever the status.
func TestAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		status    int
		body      string
		code      string
		class     fixtures.Class
		retryable bool
		unknown   bool
		says      string
	}{
		"200 with an error":      {200, `{"code":"80300002","msg":"No permission to send message to these tmIDs","requestId":"1"}`, "80300002", fixtures.ClassRights, false, false, "project_id"},
		"400 with the same":      {400, `{"code":"80300002","msg":"No permission to send message to these tmIDs","requestId":"1"}`, "80300002", fixtures.ClassRights, false, false, "project_id"},
		"wrong project":          {401, `{"code":"80200001","msg":"Authentication Error.","requestId":"1"}`, "80200001", fixtures.ClassCredentials, false, false, "another project"},
		"test quota":             {200, `{"code":"80300029","msg":"When send test message, the api request exceed limit.","requestId":"1"}`, "80300029", fixtures.ClassQuota, false, false, "tomorrow"},
		"503 with a known code":  {503, `{"code":"80300029","msg":"exceed limit","requestId":"1"}`, "80300029", fixtures.ClassQuota, false, false, "tomorrow"},
		"penalty":                {200, `{"code":"80300037","msg":"Disable send huawei msg because of penalty.","requestId":"1"}`, "80300037", fixtures.ClassPenalty, false, false, "suspended"},
		"inner error":            {500, `{"code":"81000001","msg":"Inner Error.","requestId":"1"}`, "81000001", fixtures.ClassService, false, true, "may have been taken"},
		"unknown code":           {200, `{"code":"80999999","msg":"New.","requestId":"1"}`, "80999999", fixtures.ClassUnknown, false, true, "80999999 New."},
		"code is a number":       {200, `{"code":80000000,"msg":"Success","requestId":"1"}`, "", fixtures.ClassService, false, true, "code is not a string"},
		"no code":                {200, `{"msg":"Success"}`, "", fixtures.ClassService, false, true, "has no code"},
		"empty code":             {200, `{"code":"","msg":"Success"}`, "", fixtures.ClassService, false, true, "code is not a string"},
		"200 without a body":     {200, ``, "", fixtures.ClassService, false, true, "empty"},
		"200 with HTML":          {200, `<html>`, "", fixtures.ClassService, false, true, "not what Push Cloud answers"},
		"200 with an array":      {200, `[]`, "", fixtures.ClassService, false, true, "not what Push Cloud answers"},
		"502 with HTML":          {502, `<html>bad gateway</html>`, "", fixtures.ClassService, false, true, "gateway"},
		"500 without a body":     {500, ``, "", fixtures.ClassService, false, true, "failed inside"},
		"504 without a body":     {504, ``, "", fixtures.ClassService, false, true, "proxy"},
		"404 with HTML":          {404, `<html>`, "", fixtures.ClassMessage, false, false, "push endpoint"},
		"401 without a body":     {401, ``, "", fixtures.ClassCredentials, false, false, "service-account"},
		"302 is not followed":    {302, ``, "", fixtures.ClassMessage, false, false, "push endpoint"},
		"illegal payload's text": {400, `{"code":"80100003","msg":"Illegal payload, badge addNum value ranges from 1 to 99.","requestId":"1"}`, "80100003", fixtures.ClassMessage, false, false, "badge addNum value"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answers(test.status, test.body))
			r, err := s.client(t).Send(t.Context(), request())
			var refused *pushcloud.Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want an Error", err)
			}
			if refused.Code != test.code || refused.Class != test.class || refused.Retryable != test.retryable || refused.OutcomeUnknown != test.unknown || refused.HTTPStatus != test.status {
				t.Errorf("got %+v", refused)
			}
			if pushcloud.IsRetryable(err) != test.retryable || pushcloud.IsOutcomeUnknown(err) != test.unknown {
				t.Error("the predicates say otherwise")
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
			if r == nil || r.Code != test.code || len(r.Accepted) != 0 {
				t.Errorf("response %+v", r)
			}
			if n := len(s.seen()); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
	t.Run("500 with success", func(t *testing.T) {
		r, err := serve(t, answers(500, success)).client(t).Send(t.Context(), request())
		if err != nil || len(r.Accepted) != 1 {
			t.Errorf("got %+v, %v", r, err)
		}
	})
}

func TestPartialSuccess(t *testing.T) {
	const good, bad, gone = "MAAAgoodtoken", "MAAAbadtoken", "MAAAgonetoken"
	msg := func(text string) string {
		return fmt.Sprintf(`{"code":"80100000","msg":%q,"requestId":"7"}`, text)
	}
	list := func(rejections []pushcloud.Rejection) string {
		texts := make([]string, len(rejections))
		for i, r := range rejections {
			texts[i] = r.Reason + " " + r.Token.Reveal()
		}
		return strings.Join(texts, ", ")
	}
	reveal := func(ts []push.Token) string {
		texts := make([]string, len(ts))
		for i, one := range ts {
			texts[i] = one.Reveal()
		}
		return strings.Join(texts, ", ")
	}
	for name, test := range map[string]struct {
		body                           string
		accepted, rejected, unresolved string
		class                          fixtures.Class
	}{
		"two reasons": {msg(`{"illegalTokens":{"tokenFormatError":["` + bad + `"],"noRight":["` + gone + `"]},"success":1,"failure":2}`),
			good, "noRight " + gone + ", tokenFormatError " + bad, "", fixtures.ClassPartial},
		"key with spaces": {msg(`{"illegalTokens":{" tokenFormatError ":["` + bad + `"]},"success":2,"failure":1}`),
			good + ", " + gone, "tokenFormatError " + bad, "", fixtures.ClassPartial},
		"list is incomplete": {msg(`{"illegalTokens":{"noRight":["` + bad + `"]},"success":1,"failure":2}`),
			"", "noRight " + bad, good + ", " + gone, fixtures.ClassPartial},
		"only a text": {msg("Check Parameter Partial Success."),
			"", "", good + ", " + bad + ", " + gone, fixtures.ClassPartial},
		"all refused": {`{"code":"80300007","msg":"{\"failure\":3,\"illegalTokens\":{\"noRight\":[\"` + good + `\",\"` + bad + `\",\"` + gone + `\"]}}","requestId":"7"}`,
			"", "noRight " + good + ", noRight " + bad + ", noRight " + gone, "", fixtures.ClassTokens},
		"all refused, only a text": {`{"code":"80300007","msg":"All the tokens are invalid.","requestId":"7"}`,
			"", " " + good + ",  " + bad + ",  " + gone, "", fixtures.ClassTokens},
	} {
		t.Run(name, func(t *testing.T) {
			r := request()
			r.Tokens = tokens(good, bad, gone)
			s := serve(t, answers(200, test.body))
			got, err := s.client(t).Send(t.Context(), r)
			var refused *pushcloud.Error
			if !errors.As(err, &refused) || refused.Class != test.class {
				t.Fatalf("got %v", err)
			}
			if a := reveal(got.Accepted); a != test.accepted {
				t.Errorf("accepted %s, want %s", a, test.accepted)
			}
			if l := list(got.Rejected); l != test.rejected {
				t.Errorf("rejected %s, want %s", l, test.rejected)
			}
			if u := reveal(got.Unresolved); u != test.unresolved {
				t.Errorf("unresolved %s, want %s", u, test.unresolved)
			}
			if all := fmt.Sprintf("%v %+v %#v %+v", err, err, refused, got); leaks(all, good, bad, gone) {
				t.Errorf("a token is printed: %s", all)
			}
			if n := len(s.seen()); n != 1 {
				t.Errorf("%d calls: tokens that were accepted may have been sent to again", n)
			}
		})
	}
}

func TestTokensReachNoError(t *testing.T) {
	s := serve(t, answers(400, `{"code":"80100001","msg":"Check Parameter Error: `+testToken+`","requestId":"1"}`))
	r, err := s.client(t).Send(t.Context(), request())
	if text := fmt.Sprintf("%v %+v", err, r); leaks(text, testToken) || !strings.Contains(text, push.NewToken(testToken).Fingerprint()) {
		t.Errorf("printed %s", text)
	}
}

func TestRejectionDead(t *testing.T) {
	for reason, want := range map[string]bool{"tokenFormatError": true, "noRight": false, "noPushTypeRight": false, "new": false, "": false} {
		if got := (pushcloud.Rejection{Reason: reason}).Dead(); got != want {
			t.Errorf("%q: %v", reason, got)
		}
	}
}
