// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// SimulatorCA is the common name of the authority that issues the simulated
// cloud's certificate, by which a run knows it.
const SimulatorCA = "Pushproof Simulator CA"

// askLimit bounds the question to the push endpoint.
const askLimit = 10 * time.Second

// Simulated asks the endpoints what they are: "device" is in the answer if one
// of the devices has the model of a simulated one, "cloud" if the push
// endpoint's certificate comes from SimulatorCA. It goes by that alone, so it
// also holds for a simulator that flags point at.
func Simulated(ctx context.Context, c Config, client *hdc.Client, keys []string) ([]string, error) {
	simulated := []string{}
	for _, key := range keys {
		// A device that cannot be read is reported by whoever runs on it.
		if d, err := device.Open(ctx, client, key, device.App{}); err == nil && d.Profile().Simulated {
			simulated = append(simulated, "device")
			break
		}
	}
	if c.PushEndpoint == "" {
		// Push Kit's own endpoint need not be asked.
		return simulated, nil
	}
	issuer, err := CloudIssuer(ctx, c)
	if err != nil {
		return nil, err
	}
	if issuer == SimulatorCA {
		simulated = append(simulated, "cloud")
	}
	return simulated, nil
}

// CloudIssuer connects to the push endpoint and returns the common name of who
// issued its certificate. It sends no request.
func CloudIssuer(ctx context.Context, c Config) (string, error) {
	if c.PushEndpoint == "" {
		c.PushEndpoint = pushcloud.DefaultBaseURL
	}
	u, err := url.Parse(c.PushEndpoint)
	if err != nil {
		return "", &UsageError{Problems: []string{fmt.Sprintf("--push-endpoint %q is no URL: %v", c.PushEndpoint, err)}}
	}
	addr := u.Host
	if u.Port() == "" {
		addr = net.JoinHostPort(u.Hostname(), "443")
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if c.PushCA != "" {
		pem, err := os.ReadFile(c.PushCA)
		if err != nil {
			return "", &UsageError{Problems: []string{fmt.Sprintf("--push-ca: %v", err)}}
		}
		if !roots.AppendCertsFromPEM(pem) {
			return "", &UsageError{Problems: []string{fmt.Sprintf("--push-ca %s holds no PEM certificate", c.PushCA)}}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("reach the push endpoint %s: %w; check network, proxy and --push-ca", c.PushEndpoint, err)
	}
	defer func() { _ = conn.Close() }()
	state := conn.(*tls.Conn).ConnectionState()
	return state.PeerCertificates[0].Issuer.CommonName, nil
}
