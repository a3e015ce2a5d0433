// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// Whatever the file holds: an account with a key, or an AccountError that
// quotes no part of private_key.
func FuzzServiceAccount(f *testing.F) {
	good := accountJSON(f, testKey(), nil)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"project_id":"1","key_id":"k","sub_account":"s","private_key":"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"}`))
	f.Add([]byte(`{"project_id":"1","key_id":"k","sub_account":"s","private_key":"-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: x\n\nMIIE\n-----END RSA PRIVATE KEY-----"}`))
	f.Add([]byte(`{"agcgw":{}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		account, err := pushcloud.ParseServiceAccount(data)
		if err == nil {
			if account.PublicKey().N == nil || account.ProjectID == "" || account.KeyID == "" || account.SubAccount == "" {
				t.Errorf("an incomplete account: %v", account)
			}
			return
		}
		var bad *pushcloud.AccountError
		if !errors.As(err, &bad) || bad.Problem == "" {
			t.Fatalf("got %v, want an AccountError", err)
		}
		var file struct {
			PrivateKey string `json:"private_key"`
		}
		_ = json.Unmarshal(data, &file)
		for line := range strings.Lines(file.PrivateKey) {
			// Shorter lines occur in the error's own words.
			if line = strings.TrimSpace(line); len(line) >= 24 && !strings.Contains(line, "PRIVATE KEY") && strings.Contains(err.Error(), line) {
				t.Errorf("the error quotes the key: %v", err)
			}
		}
	})
}

// Whatever the answer: it is success only by the string code, and no token of
// the request is accepted and rejected at once, or printed.
func FuzzAnswer(f *testing.F) {
	const a, b, jwt = "MAMzLgIkEUIwAAAAfirst", "MAMzLgIkEUIwAAAAsecond", "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiIxIn0.c2ln"
	for _, body := range []string{
		success, expired, ``, `null`, `[]`, `{}`, `<html>`, `{"code":80000000}`, `{"code":"80000000","msg":7}`,
		`{"code":"80100000","msg":"{\"illegalTokens\":{\" tokenFormatError \":[\"` + a + `\"]},\"success\":1,\"failure\":1}","requestId":"1"}`,
		`{"code":"80300007","msg":"{\"failure\":2,\"illegalTokens\":{\"noRight\":[\"` + a + `\",\"` + b + `\"]}}","requestId":"1"}`,
		`{"code":"80300010","msg":"token count should within 1 and 1000. ` + a + `","requestId":"1"}`,
		`{"code":"` + a + `","msg":"` + jwt + `","requestId":"` + b + `"}`,
		`{"code":"80300007","msg":"{\"illegalTokens\":{\"` + a + `\":[\"` + b + `\"]}}","requestId":"1"}`,
		`{"code":"81000001","msg":"Inner Error.","requestId":"1"}`,
	} {
		f.Add(200, []byte(body))
		f.Add(503, []byte(body))
	}
	f.Add(200, []byte(`{"code":"83010000","msg":"Verify success","requestId":"1","downloadUrl":"https://h/`+jwt+`","expireTime":"1"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for op, success := range map[pushcloud.Operation]string{
			pushcloud.OpSend: fixtures.Success, pushcloud.OpRevoke: fixtures.Success, pushcloud.OpVerifyImage: fixtures.ImageVerified,
		} {
			r, err := pushcloud.ReadAnswerTo(op, status, body, tokens(a, b), jwt)
			if r == nil || (err == nil) != (r.Code == success) {
				t.Fatalf("%s: %+v with error %v", op, r, err)
			}
			if unknown := pushcloud.IsOutcomeUnknown(err); unknown && pushcloud.IsRetryable(err) {
				t.Errorf("%s: it may have been done, and shall be done again: %v", op, err)
			}
			if text := fmt.Sprintf("%v %+v", err, r); leaks(text, a, b, jwt) {
				t.Errorf("%s: a secret is printed: %s", op, text)
			}
		}
		r, err := pushcloud.ReadAnswer(status, body, tokens(a, b), jwt)
		if r == nil {
			t.Fatal("no response")
		}
		var answer struct {
			Code any `json:"code"`
		}
		_ = json.Unmarshal(body, &answer)
		if (err == nil) != (r.Code == fixtures.Success) {
			t.Errorf("code %q with error %v", r.Code, err)
		}
		if err == nil && answer.Code != fixtures.Success {
			t.Errorf("success without its code: %s", body)
		}
		placed := map[string]int{}
		for _, one := range r.Accepted {
			placed[one.Reveal()] |= 1
		}
		for _, one := range r.Rejected {
			placed[one.Token.Reveal()] |= 2
		}
		for _, one := range r.Unresolved {
			placed[one.Reveal()] |= 4
		}
		for _, one := range []string{a, b} {
			if p := placed[one]; p&(p-1) != 0 {
				t.Errorf("a token is in two lists (%b): %s", p, body)
			}
		}
		if text := fmt.Sprintf("%v %+v", err, r); leaks(text, a, b, jwt) {
			t.Errorf("a secret is printed: %s", text)
		}
	})
}

// Whatever the file: a MessageFileError, or a request that can be validated,
// given a nonce and validated again.
func FuzzParseMessage(f *testing.F) {
	for _, c := range fixtures.Messages() {
		if len(c.Body) > 1024 {
			continue
		}
		var body map[string]json.RawMessage
		if json.Unmarshal(c.Body, &body) != nil {
			continue
		}
		delete(body, "target")
		body["pushType"] = json.RawMessage(fmt.Sprint(c.PushType))
		data, err := json.Marshal(body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"kind":"background","payload":{"extraData":"{\"a\":1}"},"pushOptions":{"biTag":"{{nonce}}"}}`))
	f.Add([]byte(`{"kind":"alert"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := pushcloud.ParseMessage(data)
		if err != nil {
			var bad *pushcloud.MessageFileError
			if !errors.As(err, &bad) {
				t.Errorf("got %v, want a MessageFileError", err)
			}
			return
		}
		r.Tokens = tokens(testToken)
		payload, err := r.Message.Payload()
		if err != nil || !json.Valid(payload) {
			t.Fatalf("payload %s: %v", payload, err)
		}
		valid := pushcloud.Validate(r) == nil
		carried, _, err := pushcloud.Carry(r, nonce)
		var none *pushcloud.NoCarrierError
		if err != nil && !errors.As(err, &none) {
			t.Fatal(err)
		}
		payload, err = carried.Message.Payload()
		if err != nil || !json.Valid(payload) {
			t.Fatalf("payload with a nonce %s: %v", payload, err)
		}
		for _, fault := range pushcloud.Validate(carried) {
			// A replaced {{nonce}} can lengthen a field beyond its limit.
			if valid && fault.Path != "body" && !strings.Contains(string(data), "{{nonce}}") {
				t.Errorf("the nonce made it invalid: %v", fault)
			}
		}
	})
}
