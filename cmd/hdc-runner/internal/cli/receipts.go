// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushproof/pushproof/harness"
	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
)

func newReceipts() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "receipts",
		Short: "collect what Push Cloud says of the delivery of messages",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReceiptsServe())
	return cmd
}

// receiptsFlags are the flags of receipts serve.
type receiptsFlags struct {
	listen        string
	cert, key     string
	proxied       bool
	db            string
	user, keyFile string
	encoding      string
	tokenFile     string
}

// The time-outs of the server. A reader that waits gets more to be answered.
const (
	receiptsTimeout = 30 * time.Second
	receiptsIdle    = 2 * time.Minute
	receiptsGrace   = 10 * time.Second
)

func newReceiptsServe() *cobra.Command {
	var f receiptsFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "be the address to which Push Cloud posts receipts",
		Long: "serve is for a server that Push Cloud can reach: it takes the message receipts (V2) that Push Cloud posts to an\n" +
			"HTTPS address, checks their signature, keeps them for 15 days, and hands them out to runs that have a token.\n\n" +
			"Push Cloud wants a certificate of a public authority. Either give it here, or have a proxy end TLS and pass\n" +
			receipts.Path + " on. In AppGallery Connect, Push Kit, Configuration, message receipts: the address\n" +
			"https://HOST" + receipts.Path + ", version V2, and the user name and key that are given here.",
		Example: "  hdc-runner receipts serve --listen :443 --tls-cert cert.pem --tls-key key.pem --db receipts.db --user NAME --key-file callback.key --read-token-file read.token\n" +
			"  hdc-runner receipts serve --behind-proxy --db receipts.db --user NAME --key-file callback.key --read-token-file read.token\n" +
			"  hdc-runner run --receipts https://HOST --receipts-token-file read.token ...",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.serve(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8480", "`ADDR` to listen on; :443 is port 443 of every address")
	flags.StringVar(&f.cert, "tls-cert", "", "PEM `FILE` of the certificate and its chain; read again when it changes")
	flags.StringVar(&f.key, "tls-key", "", "PEM `FILE` of the certificate's key")
	flags.BoolVar(&f.proxied, "behind-proxy", false, "serve plain HTTP: a proxy ends TLS")
	flags.StringVar(&f.db, "db", "", "SQLite `FILE` to keep receipts in; made if it is not there")
	flags.StringVar(&f.user, "user", "", "callback user `NAME`, as in AppGallery Connect")
	flags.StringVar(&f.keyFile, "key-file", "", "`FILE` with the callback key, as in AppGallery Connect")
	flags.StringVar(&f.encoding, "key-encoding", "", "what the key is: `base64|text` (default: either; older configurations: text)")
	flags.StringVar(&f.tokenFile, "read-token-file", "", "`FILE` with the token that readers must bring, made up by you")
	return cmd
}

// check says everything that is missing or wrong, and reads the secrets.
func (f *receiptsFlags) check() (key, token receipts.Secret, err error) {
	var problems []string
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if _, _, err := net.SplitHostPort(f.listen); err != nil {
		wrong("--listen %q is not HOST:PORT, for example 127.0.0.1:8480 or :443", f.listen)
	}
	switch {
	case f.proxied && (f.cert != "" || f.key != ""):
		wrong("--behind-proxy serves plain HTTP: leave --tls-cert and --tls-key to the proxy, or leave it out")
	case !f.proxied && (f.cert == "" || f.key == ""):
		wrong("Push Cloud posts over HTTPS only: give --tls-cert FILE and --tls-key FILE, or --behind-proxy if a proxy ends TLS")
	}
	if f.db == "" {
		wrong("no database: --db FILE is where receipts are kept")
	}
	if f.user == "" {
		wrong("no user name: --user NAME is the callback user name of the receipt configuration in AppGallery Connect")
	}
	read := func(name, path, advice string) receipts.Secret {
		if path == "" {
			wrong("no %s: %s", name, advice)
			return receipts.Secret{}
		}
		secret, err := receipts.LoadSecret(path)
		if err != nil {
			wrong("%v; %s", err, advice)
		}
		return secret
	}
	key = read("key", f.keyFile, "--key-file FILE holds the callback key of the receipt configuration in AppGallery Connect")
	token = read("token for readers", f.tokenFile, "--read-token-file FILE holds a token that you make up, for example by `openssl rand -hex 32 > FILE`")
	if len(problems) > 0 {
		return key, token, &harness.UsageError{Problems: problems}
	}
	return key, token, nil
}

func (f *receiptsFlags) serve(ctx context.Context, out, stderr io.Writer) (err error) {
	key, token, err := f.check()
	if err != nil {
		return err
	}
	identity, err := f.identity()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	db, err := store.Open(ctx, f.db, store.Options{Logger: log})
	if foreign := (*store.ForeignError)(nil); errors.As(err, &foreign) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return usagef("--db: %v", err)
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	collector, err := receipts.New(receipts.Options{
		Store: db, User: f.user, Key: key, KeyEncoding: receipts.KeyEncoding(f.encoding), Logger: log,
	})
	if err != nil {
		return usagef("%v", err)
	}
	defer collector.Close()
	reader, err := collector.Reader(token)
	if err != nil {
		return usagef("--read-token-file: %v", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen for receipts on %s: %w; choose another --listen, or end the program that holds the port", f.listen, err)
	}
	f.describe(listener.Addr().String(), out, stderr)
	if err := serveReceipts(ctx, listener, identity, collector, reader, log); err != nil {
		return err
	}
	n := collector.Counts()
	fmt.Fprintf(out, "collector of receipts ended: %d kept in %d posts, %d posts refused, %d without a signature\n", n.Receipts, n.Posts, n.Refused, n.Unsigned)
	return nil
}

// identity is how the server proves who it is, nil behind a proxy.
func (f *receiptsFlags) identity() (*tls.Config, error) {
	if f.proxied {
		return nil, nil
	}
	c := &certificate{certFile: f.cert, keyFile: f.key}
	if _, err := c.get(nil); err != nil {
		return nil, usagef("--tls-cert and --tls-key: %v", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}, nil
}

// serveReceipts serves until ctx ends, or the listener does.
func serveReceipts(ctx context.Context, listener net.Listener, identity *tls.Config, collector *receipts.Collector, reader http.Handler, log *slog.Logger) error {
	mux := http.NewServeMux()
	mux.Handle("POST "+receipts.Path, collector)
	mux.Handle("GET "+receipts.Path, reader)
	server := &http.Server{
		Handler: mux, TLSConfig: identity,
		ReadHeaderTimeout: receiptsTimeout, ReadTimeout: receiptsTimeout, WriteTimeout: receiptsTimeout, IdleTimeout: receiptsIdle,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() {
		if identity != nil {
			served <- server.ServeTLS(listener, "", "")
			return
		}
		served <- server.Serve(listener)
	}()
	select {
	case err := <-served:
		return fmt.Errorf("serve receipts: %w", err)
	case <-ctx.Done():
	}
	// Readers that wait would hold the server open.
	collector.Close()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiptsGrace)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		return fmt.Errorf("end the collector of receipts: %w", errors.Join(err, server.Close()))
	}
	<-served
	return nil
}

// describe prints where receipts are taken, and how to read them.
func (f *receiptsFlags) describe(addr string, out, stderr io.Writer) {
	scheme := "https"
	if f.proxied {
		scheme = "http"
		if ip, err := netip.ParseAddrPort(addr); err != nil || !ip.Addr().Unmap().IsLoopback() {
			fmt.Fprintf(stderr, "hdc-runner: %s is not a loopback address: what the proxy sends there, tokens included, is in the clear\n", addr)
		}
	}
	fmt.Fprintf(out, `collector of receipts on %[1]s://%[2]s%[3]s; Ctrl-C ends it
  kept in %[4]s for %[5]d days, taken from user %[6]q
  read:  curl -H "Authorization: Bearer $(cat %[7]s)" '%[1]s://%[2]s%[3]s?biTag=TAG&wait=10s'
  use:   hdc-runner run --receipts %[1]s://%[2]s --receipts-token-file %[7]s ...
`, scheme, addr, receipts.Path, f.db, int(store.DefaultKeep.Hours())/24, f.user, f.tokenFile)
}
