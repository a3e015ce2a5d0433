// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/cloud/callback"
	"github.com/pushproof/pushproof/harness/sim/world"
)

// TestReceiptsScript runs the scripts of testdata/receipts. Beside testscript's
// own commands, and start, await, interrupt, finish and code of TestScript, they
// have:
//
//	certificate NAME              NAME.pem and NAME.key for 127.0.0.1
//	capture VAR NAME REGEXP       what the first group matched in what NAME has
//	                              printed so far
//	receipts URL TOKENFILE CA TAG the receipts of that biTag, waited for, a line
//	                              each; CA "" trusts the system's authorities
//	world URL CA KEYFILE TYPE...  a simulated world as TestScript's, whose cloud
//	                              posts receipts of user tester to that collector
//	unsigned URL CA               posts to it as the console's test may, and
//	                              prints the answer
func TestReceiptsScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "receipts"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(mark, env.WorkDir)
			env.Values[stageKey{}] = &stage{procs: map[string]*proc{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": cmdStart, "await": cmdAwait, "interrupt": cmdInterrupt, "finish": cmdFinish, "code": cmdCode, "alone": cmdAlone,
			"certificate": cmdCertificate, "capture": cmdCapture, "receipts": cmdReceipts, "unsigned": cmdUnsigned, "world": cmdPostingWorld,
		},
	})
}

func cmdCertificate(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "certificate NAME")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

func cmdCapture(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "capture VAR NAME REGEXP")
	pattern, err := regexp.Compile("(?m)" + args[2])
	ts.Check(err)
	text, _ := theProc(ts, args[1]).stdout.soFar()
	match := pattern.FindStringSubmatch(text)
	if len(match) < 2 {
		ts.Fatalf("%s has not printed %q:\n%s", args[1], args[2], text)
	}
	ts.Setenv(args[0], match[1])
}

// authority reads a CA file of a script, nothing for "".
func authority(ts *testscript.TestScript, name string) []byte {
	if name == "" {
		return nil
	}
	data, err := os.ReadFile(ts.MkAbs(name))
	ts.Check(err)
	return data
}

func cmdReceipts(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: receipts URL TOKENFILE CA TAG")
	}
	token, err := receipts.LoadSecret(ts.MkAbs(args[1]))
	ts.Check(err)
	client, err := receipts.NewClient(receipts.ClientOptions{URL: args[0], Token: token, CA: authority(ts, args[2])})
	ts.Check(err)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	page, err := client.ByTag(ctx, args[3], 0, receipts.WaitMax)
	if neg != (err != nil) {
		ts.Fatalf("ByTag = %+v, %v", page, err)
	}
	if err != nil {
		_, _ = fmt.Fprintln(ts.Stderr(), err)
		return
	}
	for _, r := range page.Receipts {
		_, _ = fmt.Fprintf(ts.Stdout(), "%s %s push-type %d result %d %s\n", r.BiTag, r.Bundle, r.PushType, r.Result, r.Token)
	}
	_, _ = fmt.Fprintf(ts.Stdout(), "%+v\n", page.Counts)
}

func cmdUnsigned(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: unsigned URL CA")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority(ts, args[1]))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, args[0]+receipts.Path, nil)
	ts.Check(err)
	res, err := client.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	ts.Check(err)
	_, _ = fmt.Fprintf(ts.Stdout(), "%d %s", res.StatusCode, body)
}

func cmdPostingWorld(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 4, "world URL CA KEYFILE TYPE...")
	key, err := receipts.LoadSecret(ts.MkAbs(args[2]))
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w, err := world.New(ctx, world.Options{Types: args[3:], Dir: ts.MkAbs("world"), Cloud: func(o *cloud.Options) {
		o.Projects[0].Callbacks = []cloud.Callback{{Config: callback.Config{
			URL: args[0] + receipts.Path, User: "tester", Key: key.Reveal(), CA: authority(ts, args[1]),
		}}}
	}})
	ts.Check(err)
	ts.Defer(func() {
		closing, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ts.Check(w.Close(closing))
	})
	c := w.Config()
	for name, value := range map[string]string{
		"ACCOUNT": c.ServiceAccount, "ENDPOINT": c.PushEndpoint, "PUSHCA": c.PushCA, "HDC": c.HDCServer, "BUNDLE": c.Bundle,
	} {
		ts.Setenv(name, value)
	}
}
