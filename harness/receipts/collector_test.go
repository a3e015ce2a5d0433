// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/receipts"
)

func TestAPostIsKept(t *testing.T) {
	s := newStage(t, nil)
	form := `{"biTag":"b1","pushType":1,"appPackageName":"com.example.app","token":"` + pushToken + `","requestId":"r2",` +
		`"formStatus":{"formId":10086,"result":0,"timestamp":1698027152082},"newField":[1]}`
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b1", 27), form)))
	fingerprint := push.NewToken(pushToken).Fingerprint()
	want := []receipts.Receipt{
		{
			ID: 1, RequestID: "169774145508200000000001", BiTag: "b1", Token: fingerprint, Bundle: "com.example.app", PushType: 6,
			Result: 27, At: time.UnixMilli(1697741455082).UTC(), Received: noon,
		},
		{
			ID: 2, RequestID: "r2", BiTag: "b1", Token: fingerprint, Bundle: "com.example.app", PushType: 1, FormID: 10086,
			Result: 0, At: time.UnixMilli(1698027152082).UTC(), Received: noon,
		},
	}
	if diff := cmp.Diff(want, s.store.all()); diff != "" {
		t.Error(diff)
	}
	if got := s.collector.Counts(); got != (receipts.Counts{Posts: 1, Receipts: 2}) {
		t.Errorf("Counts = %+v", got)
	}
	if strings.Contains(s.log.String(), pushToken) || strings.Contains(s.log.String(), secret) {
		t.Errorf("a secret is in the log:\n%s", s.log)
	}
}

// Every form of the header that a page of the documentation has, or a proxy
// could make of it, and both kinds of keys.
func TestSignaturesThatAreTaken(t *testing.T) {
	text := []byte(secret)
	for name, header := range map[string]func(key []byte) string{
		"new key":              func(key []byte) string { return sign(key, user, newNonce(), noon, "; ") },
		"old key":              func([]byte) string { return sign(text, user, newNonce(), noon, "; ") },
		"without spaces":       func(key []byte) string { return sign(key, user, newNonce(), noon, ";") },
		"commas":               func(key []byte) string { return sign(key, user, newNonce(), noon, ", ") },
		"tabs, and a tail":     func(key []byte) string { return sign(key, user, newNonce(), noon, "\t;\t") + "; " },
		"another part":         func(key []byte) string { return "version=2; " + sign(key, user, newNonce(), noon, "; ") },
		"spaces around =":      func(key []byte) string { return spaced(sign(key, user, newNonce(), noon, "; ")) },
		"as early as it may":   func(key []byte) string { return sign(key, user, newNonce(), noon.Add(-receipts.DefaultWindow), "; ") },
		"as late as it may":    func(key []byte) string { return sign(key, user, newNonce(), noon.Add(receipts.DefaultWindow), "; ") },
		"value without its =":  func(key []byte) string { return strings.TrimRight(sign(key, user, newNonce(), noon, "; "), "=") },
		"names in upper case":  func(key []byte) string { return upper(sign(key, user, newNonce(), noon, "; ")) },
		"in another order":     func(key []byte) string { return reversed(sign(key, user, newNonce(), noon, "; ")) },
		"a nonce of one digit": func(key []byte) string { return sign(key, user, "7", noon, "; ") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, nil)
			wantSuccess(t, s.post(header(decoded(t)), bodyOf(status("b1", 0))))
			if len(s.store.all()) != 1 {
				t.Error("the receipt was not kept")
			}
		})
	}
}

func spaced(header string) string {
	for _, name := range []string{"timestamp", "nonce", "value"} {
		header = strings.Replace(header, name+"=", name+" = ", 1)
	}
	return header
}

func upper(header string) string {
	for _, name := range []string{"timestamp", "nonce", "value"} {
		header = strings.Replace(header, name, strings.ToUpper(name), 1)
	}
	return header
}

func reversed(header string) string {
	parts := strings.Split(header, "; ")
	return parts[2] + "; " + parts[1] + "; " + parts[0]
}

func TestPostsThatAreRefused(t *testing.T) {
	key := decoded(t)
	good := func() string { return sign(key, user, newNonce(), noon, "; ") }
	one := bodyOf(status("b1", 0))
	tests := map[string]struct {
		header, body string
		code         int
		says         string
	}{
		"another key":             {sign([]byte("other"), user, newNonce(), noon, "; "), one, 401, "not by this user and key"},
		"another user":            {sign(key, "somebody", newNonce(), noon, "; "), one, 401, "not by this user and key"},
		"too old":                 {sign(key, user, newNonce(), noon.Add(-receipts.DefaultWindow-time.Millisecond), "; "), one, 401, "5m0s away"},
		"from the future":         {sign(key, user, newNonce(), noon.Add(receipts.DefaultWindow+time.Millisecond), "; "), one, 401, "5m0s away"},
		"seconds":                 {strings.Replace(good(), "000;", ";", 1), one, 401, "not by this"},
		"no value":                {"timestamp=1777636800000; nonce=1", one, 401, "no value"},
		"no timestamp":            {"nonce=1; value=1", one, 401, "no timestamp"},
		"no nonce":                {"timestamp=1777636800000; value=1", one, 401, "no nonce"},
		"nothing but separators":  {" ; ; ", one, 401, "no timestamp"},
		"a word":                  {"hello", one, 401, "without ="},
		"a part twice":            {"nonce=2; " + good(), one, 401, "twice"},
		"a timestamp with a sign": {strings.Replace(good(), "timestamp=", "timestamp=+", 1), one, 401, "no number"},
		"a huge timestamp":        {"timestamp=9999999999999999; nonce=1; value=1", one, 401, "no time"},
		"a value of 16 bytes":     {"timestamp=1777636800000; nonce=1; value=MDEyMzQ1Njc4OWFiY2RlZg==", one, 401, "32 bytes"},
		"a value of no base64":    {"timestamp=1777636800000; nonce=1; value=!", one, 401, "32 bytes"},
		"a long header":           {good() + "; more=" + strings.Repeat("x", 1100), one, 401, "longer than"},
		"a long nonce":            {sign(key, user, strings.Repeat("n", 129), noon, "; "), one, 401, "128 characters"},
		"no body":                 {good(), "", 400, "no JSON object"},
		"not JSON":                {good(), "{", 400, "no JSON object"},
		"two JSON texts":          {good(), one + one, 400, "no JSON object"},
		"an array":                {good(), "[]", 400, "no JSON object"},
		"no statuses":             {good(), `{"status":[]}`, 400, `no "statuses"`},
		"101 statuses":            {good(), bodyOf(many(101)...), 400, "101 statuses: 100 are the most"},
		"no readable status":      {good(), bodyOf(`{}`), 400, "statuses[0]: it has no token"},
		"a large body":            {good(), bodyOf(status(strings.Repeat("b", receipts.DefaultBodyMax), 0)), 413, "larger"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, nil)
			wantRefusal(t, s.post(tt.header, tt.body), tt.code, tt.says)
			if kept := s.store.all(); len(kept) > 0 {
				t.Errorf("kept %v", kept)
			}
			if got := s.collector.Counts(); got.Refused != 1 || got.Posts != 0 {
				t.Errorf("Counts = %+v", got)
			}
		})
	}
}

func many(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = status(fmt.Sprint("b", i), 0)
	}
	return list
}

func TestAHundredStatusesAreTaken(t *testing.T) {
	s := newStage(t, nil)
	wantSuccess(t, s.post(s.signature(), bodyOf(many(100)...)))
	if n := len(s.store.all()); n != 100 {
		t.Errorf("%d are kept", n)
	}
	wantSuccess(t, s.post(s.signature(), bodyOf()))
}

func TestOnlyPostsAreTaken(t *testing.T) {
	s := newStage(t, nil)
	res := httptest.NewRecorder()
	s.collector.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/", nil))
	wantRefusal(t, res, 405, "posted")
	if res.Header().Get("Allow") != "POST" {
		t.Errorf("Allow: %q", res.Header().Get("Allow"))
	}
}

// One broken status does not cost the others.
func TestAFaultyStatusIsLeftOut(t *testing.T) {
	s := newStage(t, nil)
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b1", 0), strings.Replace(status("b1", 0), `"pushType":6,`, "", 1), status("b1", 6))))
	if n := len(s.store.all()); n != 2 {
		t.Errorf("%d are kept", n)
	}
	if got := s.collector.Counts(); got.Faults != 1 || got.Receipts != 2 {
		t.Errorf("Counts = %+v", got)
	}
	if !strings.Contains(s.log.String(), "statuses[1]: it has no pushType") {
		t.Errorf("the log does not name the fault:\n%s", s.log)
	}
}

// The console's test may come without a signature; it wants the answer, and
// nothing of it is kept.
func TestThePostWithoutASignatureIsAnsweredAndNotKept(t *testing.T) {
	s := newStage(t, nil)
	for _, body := range []string{bodyOf(status("b1", 0)), "", "ping"} {
		wantSuccess(t, s.post("", body))
	}
	if kept := s.store.all(); len(kept) > 0 {
		t.Errorf("kept %v", kept)
	}
	if got := s.collector.Counts(); got != (receipts.Counts{Unsigned: 3}) {
		t.Errorf("Counts = %+v", got)
	}
	if !strings.Contains(s.log.String(), "without a signature") {
		t.Errorf("nobody is told:\n%s", s.log)
	}
}

func TestAStoreThatFailsIsNoSuccess(t *testing.T) {
	s := newStage(t, nil)
	s.store.fail = errors.New("the disk is gone")
	header := s.signature()
	res := s.post(header, bodyOf(status("b1", 0)))
	wantRefusal(t, res, 503, "post them again")
	if res.Header().Get("Retry-After") == "" || strings.Contains(res.Body.String(), "disk") {
		t.Errorf("answered %v %s", res.Header(), res.Body)
	}
	s.store.fail = nil
	wantSuccess(t, s.post(header, bodyOf(status("b1", 0))))
	if n := len(s.store.all()); n != 1 {
		t.Errorf("%d are kept", n)
	}
}

func TestTooManyPostsAtOnce(t *testing.T) {
	s := newStage(t, func(o *receipts.Options) { o.PostLimit = 1 })
	body, feed := io.Pipe()
	req := httptest.NewRequest(http.MethodPost, "/", body)
	req.Header.Set(receipts.Header, s.signature())
	first := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.collector.ServeHTTP(first, req)
	}()
	// Once it reads the body it has its place.
	text := bodyOf(status("b1", 0))
	if _, err := feed.Write([]byte(text[:10])); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.post(s.signature(), bodyOf(status("b2", 0))), 503, "at once")
	if _, err := feed.Write([]byte(text[10:])); err != nil {
		t.Fatal(err)
	}
	_ = feed.Close()
	<-done
	wantSuccess(t, first)
	wantSuccess(t, s.post(s.signature(), bodyOf(status("b2", 0))))
}

func TestOptionsThatCannotBe(t *testing.T) {
	good := receipts.Options{Store: &memory{}, User: user, Key: receipts.NewSecret(secret)}
	for name, tt := range map[string]struct {
		alter func(*receipts.Options)
		says  string
	}{
		"no store": {func(o *receipts.Options) { o.Store = nil }, "no store"},
		"no user":  {func(o *receipts.Options) { o.User = "" }, "both must be given"},
		"no key":   {func(o *receipts.Options) { o.Key = receipts.Secret{} }, "both must be given"},
		"no base64": {func(o *receipts.Options) {
			o.Key, o.KeyEncoding = receipts.NewSecret("not base64!"), receipts.KeyBase64
		}, "not base64"},
		"unknown encoding": {func(o *receipts.Options) { o.KeyEncoding = "hex" }, `"hex"`},
	} {
		o := good
		tt.alter(&o)
		if _, err := receipts.New(o); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "not base64!") {
			t.Errorf("%s: New = %v, want an error that says %q", name, err, tt.says)
		}
	}
	c, err := receipts.New(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Reader(receipts.NewSecret("short")); err == nil {
		t.Error("a short token is taken")
	}
}

// With a chosen encoding the other one's signatures are refused.
func TestAChosenEncodingIsTheOnlyOne(t *testing.T) {
	for encoding, keys := range map[receipts.KeyEncoding][2][]byte{
		receipts.KeyBase64: {decoded(t), []byte(secret)},
		receipts.KeyText:   {[]byte(secret), decoded(t)},
	} {
		s := newStage(t, func(o *receipts.Options) { o.KeyEncoding = encoding })
		wantSuccess(t, s.post(sign(keys[0], user, newNonce(), noon, ";"), bodyOf(status("b1", 0))))
		wantRefusal(t, s.post(sign(keys[1], user, newNonce(), noon, ";"), bodyOf(status("b1", 0))), 401, "signature")
	}
	// A key that is no base64 has its own bytes only.
	s := newStage(t, func(o *receipts.Options) { o.Key = receipts.NewSecret("not base64!") })
	wantSuccess(t, s.post(sign([]byte("not base64!"), user, newNonce(), noon, ";"), bodyOf(status("b1", 0))))
}

func TestSecretsDoNotPrint(t *testing.T) {
	client, err := receipts.NewClient(receipts.ClientOptions{URL: "https://example.com", Token: receipts.NewSecret(readToken)})
	if err != nil {
		t.Fatal(err)
	}
	key := receipts.NewSecret(secret)
	for _, v := range []any{key, struct{ Key, key receipts.Secret }{key, key}, client, *client, newStage(t, nil).collector} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, secret[:8]) || strings.Contains(text, readToken[:8]) || strings.Contains(text, "30313233") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}
