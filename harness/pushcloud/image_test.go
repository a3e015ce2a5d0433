// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

const passed = `{"code":"83010000","msg":"Verify success","requestId":"1","downloadUrl":"https://cdn/i.png","expireTime":"1769840000"}`

func TestVerifyImage(t *testing.T) {
	for kind, pushType := range map[push.Kind]string{push.KindAlert: "0", push.KindForm: "1", push.KindExtension: "2"} {
		s := serve(t, answers(200, passed))
		image, err := s.client(t).VerifyImage(t.Context(), kind, `https://h/"i".png`)
		if err != nil {
			t.Fatal(err)
		}
		if image.DownloadURL != "https://cdn/i.png" || !image.Expires.Equal(time.Unix(1769840000, 0)) || image.Response.Code != fixtures.ImageVerified {
			t.Errorf("got %+v", image)
		}
		got := s.seen()[0]
		if got.path != "/v2/"+testProject+"/images:verify" || got.pushType != pushType || string(got.body) != `{"imageUrl":"https://h/\"i\".png"}` {
			t.Errorf("sent %s, push-type %s: %s", got.path, got.pushType, got.body)
		}
	}
}

// An endpoint may echo the JWT anywhere.
func TestVerifyImageKeepsTheJWT(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		jwt := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		answers(200, `{"code":"83010000","msg":"`+jwt+`","requestId":"`+jwt+`","downloadUrl":"https://cdn/`+jwt+`"}`)(w, r)
	})
	image, err := s.client(t).VerifyImage(t.Context(), push.KindAlert, "https://h/i.png")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v %+v", image, image.Response); leaks(text, "eyJ") {
		t.Errorf("the JWT is printed: %s", text)
	}
}

// What the answer says of the expiry is taken as it can be read.
func TestVerifyImageExpiry(t *testing.T) {
	for value, want := range map[string]time.Time{
		`"1769840000"`: time.Unix(1769840000, 0), `1769840000`: time.Unix(1769840000, 0),
		`""`: {}, `"soon"`: {}, `null`: {}, `-1`: {},
	} {
		s := serve(t, answers(200, `{"code":"83010000","msg":"Verify success","requestId":"1","downloadUrl":"https://cdn/i.png","expireTime":`+value+`}`))
		image, err := s.client(t).VerifyImage(t.Context(), push.KindAlert, "https://h/i.png")
		if err != nil || !image.Expires.Equal(want) {
			t.Errorf("%s: got %+v, %v", value, image, err)
		}
	}
}

func TestVerifyImageAnswers(t *testing.T) {
	for code, test := range map[string]struct {
		is   func(error) bool
		says string
	}{
		"83010001": {pushcloud.IsMessage, "another image"},
		"83010002": {pushcloud.IsQuota, "60 checks a minute"},
		"83010003": {pushcloud.IsMessage, "no body"},
		"83010004": {pushcloud.IsRights, "AppGallery Connect"},
		"83010005": {pushcloud.IsMessage, "fetch the image"},
		"83010007": {pushcloud.IsMessage, "push-type"},
		"80100003": {pushcloud.IsMessage, "https"},
		"80200001": {pushcloud.IsCredentials, "service-account"},
		"81000001": {pushcloud.IsService, "again later"},
	} {
		s := serve(t, answers(200, `{"code":"`+code+`","msg":"text","requestId":"1"}`))
		image, err := s.client(t).VerifyImage(t.Context(), push.KindAlert, "https://h/i.png")
		var refused *pushcloud.Error
		if image != nil || !errors.As(err, &refused) || refused.Op != pushcloud.OpVerifyImage || !test.is(err) || pushcloud.IsOutcomeUnknown(err) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", code, err)
		}
	}
	// The success of messages:send is none here.
	s := serve(t, answers(200, success))
	if image, err := s.client(t).VerifyImage(t.Context(), push.KindAlert, "https://h/i.png"); image != nil || err == nil {
		t.Errorf("got %+v, %v", image, err)
	}
}

func TestVerifyImageChecksFirst(t *testing.T) {
	s := serve(t, answers(200, passed))
	c := s.client(t)
	for _, test := range []struct {
		kind push.Kind
		url  string
	}{{push.KindAlert, "http://h/i.png"}, {push.KindVoIP, "https://h/i.png"}, {0, ""}} {
		_, err := c.VerifyImage(t.Context(), test.kind, test.url)
		var invalid *pushcloud.InvalidError
		if !errors.As(err, &invalid) || len(s.seen()) != 0 {
			t.Errorf("%v %q: %v", test.kind, test.url, err)
		}
	}
}

// A check changes nothing, so that it is repeated when nobody answers.
func TestVerifyImageIsRepeated(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"hung up": ends, "flow control": answers(503, ""), "bad gateway": answers(502, "<html>"),
		"failed inside": answers(200, `{"code":"81000001","msg":"Inner Error.","requestId":"1"}`),
	} {
		s := serve(t, first, answers(200, passed))
		if _, err := s.client(t).VerifyImage(t.Context(), push.KindAlert, "https://h/i.png"); err != nil || len(s.seen()) != 2 {
			t.Errorf("%s: %v after %d calls", name, err, len(s.seen()))
		}
	}
	s := serve(t, ends)
	_, err := s.client(t).VerifyImage(t.Context(), push.KindAlert, "https://h/i.png")
	var transport *pushcloud.TransportError
	if !errors.As(err, &transport) || transport.Attempts != 4 || pushcloud.IsOutcomeUnknown(err) || strings.Contains(err.Error(), "message") {
		t.Errorf("got %v", err)
	}
}
