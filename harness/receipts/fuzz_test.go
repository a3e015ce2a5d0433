// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/receipts"
)

func FuzzCallbackID(f *testing.F) {
	for _, separator := range []string{"; ", ";", ", "} {
		f.Add(sign([]byte("key"), user, "a07bfa17-6d82-4b53-a9a2-000000000001", noon, separator))
	}
	f.Add("timestamp=1777636800000; nonce=1; value=MDEyMzQ1Njc4OWFiY2RlZg==; nonce=2")
	f.Add("value==;timestamp=-1;nonce=\x00")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := receipts.ParseCallbackID(text)
		if err != nil {
			// A refusal goes to whoever asked, and into the log.
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("the error is not printable: %q", err)
			}
			return
		}
		if len(id.Value) != 32 || id.Nonce == "" || len(id.Nonce) > 128 || id.Timestamp == "" || strings.Trim(id.Timestamp, "0123456789") != "" {
			t.Errorf("%q gives %+v", text, id)
		}
	})
}

func FuzzParse(f *testing.F) {
	samples, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(samples) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, name := range samples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(bodyOf(status("b1", 0), "{}", "null", "7")))
	f.Add([]byte(`{"statuses":null}`))
	f.Add([]byte(`{"statuses":[{"token":"t","requestId":"r","appPackageName":"a","pushType":1,"formStatus":{"formId":9223372036854775807,"result":-1,"timestamp":253402300799999}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, faults, err := receipts.Parse(data)
		if err != nil && len(list) > 0 || len(list)+len(faults) > 100 {
			t.Fatalf("%d receipts, %d faults, %v", len(list), len(faults), err)
		}
		for _, r := range list {
			if !strings.HasPrefix(r.Token, "token:") || len(r.Token) != len("token:00000000") || r.RequestID == "" || r.Bundle == "" || r.At.IsZero() {
				t.Errorf("a receipt that is none: %+v", r)
			}
		}
		// What is kept can be read again.
		text, err := json.Marshal(receipts.Page{Receipts: list})
		if err != nil {
			t.Fatal(err)
		}
		var page receipts.Page
		if err := json.Unmarshal(text, &page); err != nil || len(page.Receipts) != len(list) {
			t.Fatalf("a page cannot be read: %v\n%s", err, bytes.TrimSpace(text))
		}
		for i := range list {
			if page.Receipts[i] != list[i] {
				t.Errorf("read as %+v, kept as %+v", page.Receipts[i], list[i])
			}
		}
	})
}

func TestTheDocumentedSamplesAreRead(t *testing.T) {
	for name, want := range map[string]struct {
		pushType, result int
		form             int64
		tag              string
	}{
		"reference.json": {0, 0, 0, "131415"},
		"delivery.json":  {0, 0, 0, "bi**62"},
		"form.json":      {1, 0, 10086, "bi**62"},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		list, faults, err := receipts.Parse(data)
		if err != nil || len(faults) > 0 || len(list) != 1 {
			t.Errorf("%s: %v, %v, %v", name, list, faults, err)
			continue
		}
		if r := list[0]; r.PushType != want.pushType || r.Result != want.result || r.FormID != want.form || r.BiTag != want.tag {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A status is left out for one reason, which names no value.
func TestFaults(t *testing.T) {
	for name, tt := range map[string]struct{ status, says string }{
		"a number":          {`7`, "no object"},
		"a text for a code": {strings.Replace(status("b1", 0), `"result":0`, `"result":"0"`, 1), "not of its type"},
		"half a code":       {strings.Replace(status("b1", 0), `"result":0`, `"result":0.5`, 1), "not of its type"},
		"no token":          {strings.Replace(status("b1", 0), `"token"`, `"tokens"`, 1), "no token"},
		"no request":        {strings.Replace(status("b1", 0), `"requestId"`, `"id"`, 1), "no requestId"},
		"no app":            {strings.Replace(status("b1", 0), `"appPackageName"`, `"app"`, 1), "no appPackageName"},
		"no push-type":      {strings.Replace(status("b1", 0), `"pushType"`, `"type"`, 1), "no pushType"},
		"version 1":         {strings.Replace(status("b1", 0), `"deliveryStatus"`, `"status"`, 1), "receipts of version 2"},
		"no code":           {strings.Replace(status("b1", 0), `"result"`, `"code"`, 1), "result or timestamp"},
		"no time":           {strings.Replace(status("b1", 0), `"timestamp"`, `"at"`, 1), "result or timestamp"},
		"before 1970":       {strings.Replace(status("b1", 0), `:1697741455082`, `:-1`, 1), "no time in milliseconds"},
		"after 9999":        {strings.Replace(status("b1", 0), `:1697741455082`, `:253402300800000`, 1), "no time in milliseconds"},
		"a long biTag":      {status(strings.Repeat("b", 257), 0), "longer than 256"},
		"no form":           {`{"token":"t","requestId":"r","appPackageName":"a","pushType":1,"formStatus":{"result":0,"timestamp":1}}`, "no formId"},
	} {
		list, faults, err := receipts.Parse([]byte(bodyOf(status("good", 0), tt.status)))
		if err != nil || len(list) != 1 || len(faults) != 1 || faults[0].Index != 1 || !strings.Contains(faults[0].Error(), tt.says) || strings.Contains(faults[0].Error(), pushToken) {
			t.Errorf("%s: %v, %v, %v; want a fault that says %q", name, list, faults, err, tt.says)
		}
	}
}
