// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// variable is an environment variable that stands for a flag.
type variable struct {
	name  string
	flag  string
	field func(*Config) *string
}

// env lists the variables that FromEnv reads, each with its flag and field.
var env = []variable{
	{"PUSHPROOF_SERVICE_ACCOUNT", "--service-account", func(c *Config) *string { return &c.ServiceAccount }},
	{"PUSHPROOF_BUNDLE", "--bundle", func(c *Config) *string { return &c.Bundle }},
	{"PUSHPROOF_TOKEN_FILE", "--token-file", func(c *Config) *string { return &c.TokenFile }},
	{"PUSHPROOF_TARGET", "--target", func(c *Config) *string { return &c.Target }},
	{envServer, "--hdc-server", func(c *Config) *string { return &c.HDCServer }},
	{"PUSHPROOF_HUB_ADVERTISE", hubFlag, func(c *Config) *string { return &c.HubAdvertise }},
	{"PUSHPROOF_PUSH_ENDPOINT", "--push-endpoint", func(c *Config) *string { return &c.PushEndpoint }},
	{"PUSHPROOF_PUSH_CA", "--push-ca", func(c *Config) *string { return &c.PushCA }},
	{"PUSHPROOF_RECEIPTS", "--receipts", func(c *Config) *string { return &c.Receipts }},
	{"PUSHPROOF_RECEIPTS_TOKEN_FILE", "--receipts-token-file", func(c *Config) *string { return &c.ReceiptsTokenFile }},
	{"PUSHPROOF_RECEIPTS_CA", "--receipts-ca", func(c *Config) *string { return &c.ReceiptsCA }},
	{"PUSHPROOF_HAP", "--hap", func(c *Config) *string { return &c.HAP }},
	{"PUSHPROOF_ABILITY", "--ability", func(c *Config) *string { return &c.Ability }},
	{"PUSHPROOF_REPORT_DIR", "--report-dir", func(c *Config) *string { return &c.ReportDir }},
}

// The variables by which the hdc server is named: ours, and hdc's own for the
// port.
const (
	envServer  = "PUSHPROOF_HDC_SERVER"
	envHDCPort = "OHOS_HDC_SERVER_PORT"
)

// Variables returns the names of the environment variables that Env reads,
// each with the flag of hdc-runner that it stands for.
func Variables() [][2]string {
	list := make([][2]string, len(env))
	for i, v := range env {
		list[i] = [2]string{v.name, v.flag}
	}
	return list
}

// Origin says where the value of a flag comes from: the name of the variable
// that stands for the flag if the variable has that value, else the flag's.
func Origin(flag, value string) string {
	for _, v := range env {
		if v.flag == flag && value != "" && os.Getenv(v.name) == value {
			return v.name
		}
	}
	return flag
}

// Named lists where what names an endpoint in c comes from: flags, or the
// variables that stand for them.
func (c Config) Named() []string {
	var names []string
	for _, v := range env {
		value := *v.field(&c)
		if value == "" || v.flag == "--report-dir" {
			continue
		}
		names = append(names, Origin(v.flag, value))
	}
	return names
}

// ErrNotConfigured is returned by FromEnv when no variable names an endpoint.
var ErrNotConfigured = errors.New("no PUSHPROOF_* variable names a device or a cloud: set PUSHPROOF_SERVICE_ACCOUNT and PUSHPROOF_BUNDLE, or take the Config of a simulated world")

// FromEnv reads a Config from PUSHPROOF_SERVICE_ACCOUNT, PUSHPROOF_BUNDLE,
// PUSHPROOF_TARGET, PUSHPROOF_HDC_SERVER, PUSHPROOF_HUB_ADVERTISE,
// PUSHPROOF_PUSH_ENDPOINT, PUSHPROOF_PUSH_CA, PUSHPROOF_RECEIPTS,
// PUSHPROOF_RECEIPTS_TOKEN_FILE, PUSHPROOF_RECEIPTS_CA, PUSHPROOF_HAP,
// PUSHPROOF_ABILITY and PUSHPROOF_REPORT_DIR. hdc's own
// OHOS_HDC_SERVER_PORT gives the server's port where PUSHPROOF_HDC_SERVER does
// not. It returns ErrNotConfigured if none of ours names an endpoint.
func FromEnv() (Config, error) {
	c := Env()
	if !c.Real() {
		return c, ErrNotConfigured
	}
	if c.HDCServer == "" {
		var err error
		if c.HDCServer, err = Server(""); err != nil {
			return c, err
		}
	}
	return c.Complete()
}

// Env reads the same variables and checks nothing.
func Env() Config {
	var c Config
	for _, v := range env {
		*v.field(&c) = os.Getenv(v.name)
	}
	return c
}

// Merge returns a with its empty text fields taken from b.
func Merge(a, b Config) Config {
	for _, v := range env {
		if *v.field(&a) == "" {
			*v.field(&a) = *v.field(&b)
		}
	}
	return a
}

// Server returns the hdc server's address, HOST:PORT: addr, or, if it is empty,
// the value of PUSHPROOF_HDC_SERVER, or the port OHOS_HDC_SERVER_PORT on
// loopback, or DefaultHDCServer. The error is a *UsageError that names the flag
// --hdc-server or the variable.
func Server(addr string) (string, error) {
	from := Origin("--hdc-server", addr)
	if addr == "" {
		addr, from = os.Getenv(envServer), envServer
	}
	if addr == "" {
		port := os.Getenv(envHDCPort)
		if port == "" {
			return DefaultHDCServer, nil
		}
		if !isPort(port) {
			return "", usage("%s=%q is no port: it is a number from 1 to 65535, 8710 if hdc was started without one", envHDCPort, port)
		}
		return net.JoinHostPort("127.0.0.1", port), nil
	}
	host, port, err := net.SplitHostPort(addr)
	switch {
	case strings.Contains(addr, "://"):
		return "", usage("%s %q is not HOST:PORT but a URL: the hdc server does not speak HTTP; write for example %s", from, addr, DefaultHDCServer)
	case err != nil:
		return "", usage("%s %q is not HOST:PORT, for example %s", from, addr, DefaultHDCServer)
	case !isPort(port):
		return "", usage("%s %q has no port from 1 to 65535", from, addr)
	case host == "":
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 65535
}

func usage(format string, args ...any) error {
	return &UsageError{Problems: []string{fmt.Sprintf(format, args...)}}
}
