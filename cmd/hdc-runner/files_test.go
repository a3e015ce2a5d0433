// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

func cmdRepeat(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "repeat FILE N TEXT")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	old, err := os.ReadFile(ts.MkAbs(args[0]))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(old, strings.Repeat(args[2], n)...), 0o644))
}

func cmdReplace(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "replace FILE REGEXP TEXT")
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	if !pattern.MatchString(text) {
		ts.Fatalf("nothing in %s matches %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(pattern.ReplaceAllString(text, args[2])), 0o600))
}

func cmdECAccount(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "ecaccount FILE")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	raw, err := json.Marshal(map[string]string{
		"project_id": "1", "key_id": "k", "sub_account": "s",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), raw, 0o600))
}

func cmdSecrets(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "secrets DIR TOKENFILE ACCOUNT")
	var account struct {
		Project string `json:"project_id"`
		Key     string `json:"private_key"`
		ID      string `json:"key_id"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &account))
	secrets := []string{strings.TrimSpace(ts.ReadFile(args[1])), account.Project, account.ID, account.Key, "Bearer "}
	files, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("no file in %s", args[0])
	}
	for _, f := range files {
		text := ts.ReadFile(args[0] + "/" + f.Name())
		for _, s := range secrets {
			if s == "" || strings.Contains(text, s) {
				ts.Fatalf("%s holds %q", f.Name(), s)
			}
		}
	}
}

func cmdNoTemp(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 0, "notemp")
	left, err := os.ReadDir(ts.Getenv("TMPDIR"))
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("files are left in the folder for temporary files: %v", left)
	}
}
