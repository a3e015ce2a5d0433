// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/verdict"
)

// Every documented result has its answer here: a new one has to be thought of.
func TestReceiptAnswers(t *testing.T) {
	want := map[verdict.Answer][]int{
		verdict.Saw:     {0},
		verdict.Denied:  {2, 5, 6, 27, 31, 144, 151, 155, 156, 158, 188, 191, 259, 261, 264, 265, 268, 269},
		verdict.Limited: {15, 102, 256, 262},
		// Push Cloud's own trouble, and what the device happens to be in.
		verdict.Broken: {10, 14, 22, 51},
	}
	answers := map[int]verdict.Answer{}
	for answer, results := range want {
		for _, result := range results {
			answers[result] = answer
		}
	}
	for _, row := range fixtures.Receipts() {
		result, err := strconv.Atoi(row.Code)
		if err != nil {
			t.Fatalf("result %q is no number", row.Code)
		}
		if got := harness.ReceiptAnswer(harness.ReceiptCode(result)); got != answers[result] {
			t.Errorf("result %d (%s) is %q, want %q", result, row.Meaning, got, answers[result])
		}
		delete(answers, result)
	}
	if len(answers) > 0 {
		t.Errorf("no table has the results %v", answers)
	}
	if got := harness.ReceiptAnswer(harness.ReceiptCode(999)); got != verdict.Broken {
		t.Errorf("a result that no table has is %q", got)
	}
}

func TestCheckReceipts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer good-good-good-good" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"receipts":[],"counts":{}}`))
	}))
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := "http://" + listener.Addr().String()
	_ = listener.Close()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, wrong := file("good", "good-good-good-good\n"), file("wrong", "wrong-wrong-wrong\n")
	for name, tt := range map[string]struct {
		config harness.Config
		usage  bool
		says   string
	}{
		"none is configured":  {harness.Config{}, false, ""},
		"one that answers":    {harness.Config{Receipts: server.URL, ReceiptsTokenFile: good}, false, ""},
		"another token":       {harness.Config{Receipts: server.URL, ReceiptsTokenFile: wrong}, true, "--read-token-file"},
		"no token":            {harness.Config{Receipts: server.URL}, true, "--receipts-token-file FILE"},
		"no token file":       {harness.Config{Receipts: server.URL, ReceiptsTokenFile: filepath.Join(dir, "none")}, true, "--receipts-token-file"},
		"an empty token file": {harness.Config{Receipts: server.URL, ReceiptsTokenFile: file("empty", "")}, true, "empty"},
		"no URL":              {harness.Config{Receipts: "collector", ReceiptsTokenFile: good}, true, "--receipts: "},
		"in the clear":        {harness.Config{Receipts: "http://192.0.2.1", ReceiptsTokenFile: good}, true, "in the clear"},
		"no CA file":          {harness.Config{Receipts: server.URL, ReceiptsTokenFile: good, ReceiptsCA: filepath.Join(dir, "none")}, true, "--receipts-ca"},
		"a CA of no PEM":      {harness.Config{Receipts: server.URL, ReceiptsTokenFile: good, ReceiptsCA: good}, true, "no PEM"},
		"nobody listens":      {harness.Config{Receipts: free, ReceiptsTokenFile: good}, false, "is it started"},
	} {
		err := harness.CheckReceipts(t.Context(), tt.config)
		var usage *harness.UsageError
		if (err == nil) != (tt.says == "") || errors.As(err, &usage) != tt.usage || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: CheckReceipts = %v, want %q, usage %v", name, err, tt.says, tt.usage)
		}
		if err != nil && (strings.Contains(err.Error(), "good-good") || strings.Contains(err.Error(), "wrong-wrong")) {
			t.Errorf("%s: the error holds the token: %v", name, err)
		}
	}
}
