// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Defaults of a Config.
const (
	DefaultHDCServer = "127.0.0.1:8710"
	DefaultReportDir = "pushproof-report"
)

// Config is exactly the flags of a run. A simulated world hands one out; real
// endpoints are given by flags, or by PUSHPROOF_* (see FromEnv).
type Config struct {
	// ServiceAccount is the path of the service-account file that the
	// AppGallery Connect console exports.
	ServiceAccount string `json:"serviceAccount,omitempty"`
	// Bundle is the app's bundle name.
	Bundle string `json:"bundle,omitempty"`
	// Target is a connect key as `hdc list targets` prints it, "all", or ""
	// for the only device.
	Target string `json:"target,omitempty"`
	// HDCServer is HOST:PORT of the hdc server.
	HDCServer string `json:"hdcServer,omitempty"`
	// PushEndpoint is the base URL of Push Kit's REST API, "" for Push Kit's
	// own.
	PushEndpoint string `json:"pushEndpoint,omitempty"`
	// PushCA is a PEM file of further certificate authorities for
	// PushEndpoint.
	PushCA string `json:"pushCA,omitempty"`
	// Receipts is the URL of a collector of message receipts (`hdc-runner
	// receipts serve`), "" for none.
	Receipts string `json:"receipts,omitempty"`
	// ReceiptsTokenFile is a file with the token that the collector wants.
	ReceiptsTokenFile string `json:"receiptsTokenFile,omitempty"`
	// ReceiptsCA is a PEM file of further certificate authorities for Receipts.
	ReceiptsCA string `json:"receiptsCA,omitempty"`
	// Ability is the ability to start, "" for the home ability.
	Ability string `json:"ability,omitempty"`
	// HAP is the package to install.
	HAP string `json:"hap,omitempty"`
	// Production sends real messages instead of test messages.
	Production bool `json:"production,omitempty"`
	// ReportDir is the folder for the report and the hub's journal.
	ReportDir string `json:"reportDir,omitempty"`
	// Connect bounds the time from the app's start to its agent's hello.
	Connect Duration `json:"connect,omitzero"`
	// Arrive bounds the wait for a witness that should see the message.
	Arrive Duration `json:"arrive,omitzero"`
	// Quiet is, by kind, the window after which a message that should not be
	// seen counts as not seen, where no positive marker closes it earlier.
	Quiet map[push.Kind]Duration `json:"quiet,omitempty"`
	// SessionLife is how long the agent may dial the hub.
	SessionLife Duration `json:"sessionLife,omitzero"`
}

// Duration is a time.Duration that reads and writes "300ms".
type Duration time.Duration

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// The windows for real devices. Push Kit promises no delivery time; these are
// choices, and a report names the window by which a cell passed.
var (
	defaultConnect = 30 * time.Second
	defaultArrive  = 60 * time.Second
	defaultQuiet   = map[push.Kind]Duration{
		push.KindAlert:      Duration(20 * time.Second),
		push.KindForm:       Duration(30 * time.Second),
		push.KindExtension:  Duration(30 * time.Second),
		push.KindBackground: Duration(30 * time.Second),
		push.KindLiveView:   Duration(20 * time.Second),
		push.KindVoIP:       Duration(20 * time.Second),
	}
	defaultSessionLife = 6 * time.Hour
)

// bundleName is the form of a bundle name: letters, digits, underscores and
// dots. Names reach a shell, so nothing else may pass.
var bundleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$`)

// abilityName is the form of an ability's name.
var abilityName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]*$`)

// UsageError says what is wrong with the flags; its reader is the person who
// typed them.
type UsageError struct{ Problems []string }

// Error implements error.
func (e *UsageError) Error() string { return strings.Join(e.Problems, "\n") }

// Complete returns the Config with defaults filled in, or a *UsageError that
// lists everything that is missing or wrong.
func (c Config) Complete() (Config, error) {
	var problems []string
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if c.ServiceAccount == "" {
		wrong("no service account: --service-account FILE names the key file that AppGallery Connect exports (Project settings > Server SDK)")
	}
	if c.Bundle == "" {
		wrong("no bundle name: --bundle NAME is the app's bundleName, as in AppScope/app.json5")
	} else if !bundleName.MatchString(c.Bundle) {
		wrong("%q is no bundle name: it has at least two parts of letters, digits and underscores, joined by dots", c.Bundle)
	}
	if c.Ability != "" && !abilityName.MatchString(c.Ability) {
		wrong("%q is no ability name: it has letters, digits, underscores and dots", c.Ability)
	}
	if c.HAP != "" {
		wrong("--hap %s: this version does not install packages yet; install the app by `hdc install %s`, then run without --hap", c.HAP, c.HAP)
	}
	if c.HDCServer == "" {
		c.HDCServer = DefaultHDCServer
	}
	if _, port, err := net.SplitHostPort(c.HDCServer); err != nil {
		wrong("--hdc-server %q is not HOST:PORT, for example %s", c.HDCServer, DefaultHDCServer)
	} else if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		wrong("--hdc-server %q has no port from 1 to 65535", c.HDCServer)
	}
	if c.PushEndpoint != "" && !strings.HasPrefix(c.PushEndpoint, "https://") {
		wrong("--push-endpoint %q does not begin with https://; a Push Token is never sent in the clear", c.PushEndpoint)
	}
	switch {
	case c.Receipts != "" && c.ReceiptsTokenFile == "":
		wrong("--receipts needs --receipts-token-file FILE: the token with which the collector was started")
	case c.Receipts == "" && (c.ReceiptsTokenFile != "" || c.ReceiptsCA != ""):
		wrong("the flags of receipts need a collector: --receipts https://HOST, where `hdc-runner receipts serve` runs")
	}
	if len(problems) > 0 {
		return c, &UsageError{Problems: problems}
	}
	c.fill()
	return c, nil
}

func (c *Config) fill() {
	if c.ReportDir == "" {
		c.ReportDir = DefaultReportDir
	}
	c.ReportDir = filepath.Clean(c.ReportDir)
	def := func(d *Duration, v time.Duration) {
		if *d <= 0 {
			*d = Duration(v)
		}
	}
	def(&c.Connect, defaultConnect)
	def(&c.Arrive, defaultArrive)
	def(&c.SessionLife, defaultSessionLife)
	quiet := map[push.Kind]Duration{}
	for kind, window := range defaultQuiet {
		quiet[kind] = window
		if own := c.Quiet[kind]; own > 0 {
			quiet[kind] = own
		}
	}
	c.Quiet = quiet
}

// Real reports whether the Config names a real endpoint. One that does is
// enough: then no part of the run is simulated.
func (c Config) Real() bool {
	return c.ServiceAccount != "" || c.Bundle != "" || c.Target != "" || c.HDCServer != "" ||
		c.PushEndpoint != "" || c.PushCA != "" || c.Ability != "" || c.HAP != "" ||
		c.Receipts != "" || c.ReceiptsTokenFile != "" || c.ReceiptsCA != ""
}

// env lists the variables that FromEnv reads, each with its field.
var env = []struct {
	name  string
	field func(*Config) *string
}{
	{"PUSHPROOF_SERVICE_ACCOUNT", func(c *Config) *string { return &c.ServiceAccount }},
	{"PUSHPROOF_BUNDLE", func(c *Config) *string { return &c.Bundle }},
	{"PUSHPROOF_TARGET", func(c *Config) *string { return &c.Target }},
	{"PUSHPROOF_HDC_SERVER", func(c *Config) *string { return &c.HDCServer }},
	{"PUSHPROOF_PUSH_ENDPOINT", func(c *Config) *string { return &c.PushEndpoint }},
	{"PUSHPROOF_PUSH_CA", func(c *Config) *string { return &c.PushCA }},
	{"PUSHPROOF_RECEIPTS", func(c *Config) *string { return &c.Receipts }},
	{"PUSHPROOF_RECEIPTS_TOKEN_FILE", func(c *Config) *string { return &c.ReceiptsTokenFile }},
	{"PUSHPROOF_RECEIPTS_CA", func(c *Config) *string { return &c.ReceiptsCA }},
	{"PUSHPROOF_ABILITY", func(c *Config) *string { return &c.Ability }},
	{"PUSHPROOF_REPORT_DIR", func(c *Config) *string { return &c.ReportDir }},
}

// ErrNotConfigured is returned by FromEnv when no variable names an endpoint.
var ErrNotConfigured = errors.New("no PUSHPROOF_* variable names a device or a cloud: set PUSHPROOF_SERVICE_ACCOUNT and PUSHPROOF_BUNDLE, or take the Config of a simulated world")

// FromEnv reads a Config from PUSHPROOF_SERVICE_ACCOUNT, PUSHPROOF_BUNDLE,
// PUSHPROOF_TARGET, PUSHPROOF_HDC_SERVER, PUSHPROOF_PUSH_ENDPOINT,
// PUSHPROOF_PUSH_CA, PUSHPROOF_RECEIPTS, PUSHPROOF_RECEIPTS_TOKEN_FILE,
// PUSHPROOF_RECEIPTS_CA, PUSHPROOF_ABILITY and PUSHPROOF_REPORT_DIR. hdc's own
// OHOS_HDC_SERVER_PORT gives the server's port where PUSHPROOF_HDC_SERVER does
// not. It returns ErrNotConfigured if none of ours names an endpoint.
func FromEnv() (Config, error) {
	c := Env()
	if !c.Real() {
		return c, ErrNotConfigured
	}
	c.HDCServer = ServerAddress(c.HDCServer)
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

// ServerAddress returns addr, or, if it is empty, the hdc server's address by
// OHOS_HDC_SERVER_PORT or the default.
func ServerAddress(addr string) string {
	if addr != "" {
		return addr
	}
	if port := os.Getenv("OHOS_HDC_SERVER_PORT"); port != "" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return DefaultHDCServer
}
