// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/pushproof/pushproof/agent/push"
)

// Defaults of a Config.
const (
	DefaultHDCServer = "127.0.0.1:8710"
	DefaultReportDir = "pushproof-report"
	// DefaultFormKey is the key of the vendor's example of a card.
	DefaultFormKey = "text_key"
)

// Config is exactly the flags of a run. A simulated world hands one out; real
// endpoints are given by flags, or by PUSHPROOF_* (see FromEnv).
type Config struct {
	// ServiceAccount is the path of the service-account file that the
	// AppGallery Connect console exports.
	ServiceAccount string `json:"serviceAccount,omitempty"`
	// Bundle is the app's bundle name.
	Bundle string `json:"bundle,omitempty"`
	// TokenFile names a file with the Push Token of an app that has no agent to
	// report it. It belongs to one device.
	TokenFile string `json:"tokenFile,omitempty"`
	// Target is a connect key as `hdc list targets` prints it, "all", or ""
	// for the only device.
	Target string `json:"target,omitempty"`
	// HDCServer is HOST:PORT of the hdc server.
	HDCServer string `json:"hdcServer,omitempty"`
	// HubAdvertise is 127.0.0.1:PORT as the hdc server's machine sees the hub,
	// for a server that is not on this machine; "" for one that is. The hub
	// listens on the same port here (see ForDevice), and what joins the two, such
	// as `ssh -R`, is up to whoever sets this.
	HubAdvertise string `json:"hubAdvertise,omitempty"`
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
	// HAP names the package to install, if another build is on a device or none
	// (device.InstallIfChanged); several packages of one app are divided by
	// commas. They also give the Bundle, where that is empty.
	HAP string `json:"hap,omitempty"`
	// FormKey is the key of the app's card that the suite writes its text to: one
	// that formBindingData.proxies names and the card's page shows.
	FormKey string `json:"formKey,omitempty"`
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
	bundle, bad := c.checkPackages()
	problems = append(problems, bad...)
	if c.Bundle == "" {
		c.Bundle = bundle
	}
	if c.Bundle == "" && len(bad) == 0 {
		wrong("no bundle name: --bundle NAME is the app's bundleName, as in AppScope/app.json5")
	} else if c.Bundle != "" && !bundleName.MatchString(c.Bundle) {
		wrong("%q is no bundle name: it has at least two parts of letters, digits and underscores, joined by dots", c.Bundle)
	}
	if c.Ability != "" && !abilityName.MatchString(c.Ability) {
		wrong("%q is no ability name: it has letters, digits, underscores and dots", c.Ability)
	}
	if c.TokenFile != "" && c.Target == "all" {
		wrong("--token-file goes with one device, since a Push Token does: name it with --target SERIAL")
	}
	if c.HDCServer == "" {
		c.HDCServer = DefaultHDCServer
	}
	server, err := Server(c.HDCServer)
	if err != nil {
		wrong("%v", err)
	}
	c.HDCServer = server
	if err == nil {
		if c.HubAdvertise, err = c.WayHome(); err != nil {
			wrong("%v", err)
		}
	}
	if c.PushEndpoint != "" && !strings.HasPrefix(c.PushEndpoint, "https://") {
		wrong("%s %q does not begin with https://; a Push Token is never sent in the clear", Origin("--push-endpoint", c.PushEndpoint), c.PushEndpoint)
	}
	switch {
	case c.Receipts != "" && c.ReceiptsTokenFile == "":
		wrong(noReceiptsToken)
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
	c.FormKey = cmp.Or(c.FormKey, DefaultFormKey)
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
	return c.ServiceAccount != "" || c.Bundle != "" || c.TokenFile != "" || c.Target != "" || c.HDCServer != "" ||
		c.HubAdvertise != "" || c.PushEndpoint != "" || c.PushCA != "" || c.Ability != "" || c.HAP != "" ||
		c.Receipts != "" || c.ReceiptsTokenFile != "" || c.ReceiptsCA != ""
}
