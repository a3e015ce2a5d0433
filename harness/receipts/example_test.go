// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package receipts_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
)

// A team's own server takes receipts at a path of its own, and reads them there.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "receipts-*")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, filepath.Join(dir, "receipts.db"), store.Options{})
	if err != nil {
		panic(err)
	}
	defer db.Close()
	collector, err := receipts.New(receipts.Options{Store: db, User: "tester", Key: receipts.NewSecret("the callback key")})
	if err != nil {
		panic(err)
	}
	defer collector.Close()
	mux := http.NewServeMux()
	mux.Handle("POST /push/receipts", collector)

	// What Push Cloud sends; here it is signed as Push Cloud would.
	body := `{"statuses":[{"biTag":"order-7","pushType":0,"appPackageName":"com.example.app","token":"MA…","requestId":"1697…",` +
		`"deliveryStatus":{"result":6,"timestamp":1697741455082}}]}`
	post := httptest.NewRequest(http.MethodPost, "/push/receipts", strings.NewReader(body))
	post.Header.Set(receipts.Header, sign([]byte("the callback key"), "tester", "a07bfa17-6d82-4b53-a9a2-000000000001", time.Now(), "; "))
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, post)
	fmt.Print(answer.Body)

	list, err := db.ByTag(ctx, "order-7", 0, 10)
	if err != nil {
		panic(err)
	}
	for _, r := range list {
		fmt.Println(r.BiTag, r.Bundle, r.Result, r.Token)
	}
	// Output:
	// {"code":"0","message":"success"}
	// order-7 com.example.app 6 token:1106e688
}
