// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package acceptance_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pushproof/pushproof/harness/acceptance"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/world"
	"github.com/pushproof/pushproof/harness/verdict"
)

// A suite that cannot fail proves nothing: each of these apps and devices has
// one fault, and the cell must find it.
func TestTheSuiteFindsFaultsOfTheApp(t *testing.T) {
	unregistered := func(types ...string) func(*device.InstalledApp) {
		return func(a *device.InstalledApp) { a.Behavior.Unregistered = types }
	}
	tests := map[string]struct {
		alter func(*device.InstalledApp)
		cell  string
		says  string
	}{
		"no callback for BACKGROUND": {
			unregistered("BACKGROUND"), "background/phone/foreground/delivered",
			"receiveMessage('BACKGROUND')",
		},
		"no callback for BACKGROUND when the kept message comes": {
			unregistered("BACKGROUND"), "background/phone/stopped/delivered[kept]",
			"arrival:BACKGROUND was silent",
		},
		"no callback for DEFAULT": {
			unregistered("DEFAULT"), "alert/phone/foreground/delivered[foregroundShow=false]",
			"receiveMessage('DEFAULT')",
		},
		"no callback for IM": {
			unregistered("IM"), "extension/phone/foreground/delivered",
			"receiveMessage('IM')",
		},
		"no extension ability": {
			func(a *device.InstalledApp) { a.Extension = "" }, "extension/phone/stopped/shown",
			"arrival:extension was silent",
		},
		"no table for proxyData": {
			func(a *device.InstalledApp) { a.ProxyTable = "" }, "background/phone/stopped/delivered[proxyData]",
			"arrival:row was silent",
		},
		"uris in the home skill": {
			func(a *device.InstalledApp) {
				a.Abilities[0].Skills[0].URIs = []device.URI{{Scheme: "https", Host: "www.example.com"}}
			}, "alert/phone/stopped/shown",
			"home skill in module.json5",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{}, tt.alter)
			want(t, s.run(tt.cell), verdict.Fail, tt.says)
		})
	}
}

func TestTheSuiteFindsAMissingRight(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Cloud: func(o *cloud.Options) {
		o.Projects[0].Apps = []sim.App{{Bundle: world.Bundle}}
	}}, nil)
	want(t, s.run("extension/phone/foreground/delivered"), verdict.Fail, "noPushTypeRight")
}

// The extension answers after 11 s; the system gives it 10 and shows the
// original. The world's clock is moved, nobody waits.
func TestTheSuiteFindsAnAnswerThatCameTooLate(t *testing.T) {
	t.Parallel()
	late := acceptance.Answer()
	late.DelayMillis = 11_000
	s := newStageAnswering(t, world.Options{}, nil, late)
	want(t, s.run("extension/phone/stopped/shown"), verdict.Fail, "the original is shown")
}

func TestTroubleIsNotTheAppsFailure(t *testing.T) {
	t.Run("a limit of the vendor", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, world.Options{Cloud: func(o *cloud.Options) {
			o.Intercept = func(*http.Request) *cloud.Answer {
				return &cloud.Answer{HTTPStatus: http.StatusOK, Code: "80300029", Msg: "When send test message, the api request exceed limit."}
			}
		}}, nil)
		want(t, s.run("background/phone/foreground/delivered"), verdict.Quota, "80300029")
	})
	t.Run("the cloud failed", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, world.Options{Cloud: func(o *cloud.Options) {
			o.Intercept = func(*http.Request) *cloud.Answer {
				return &cloud.Answer{HTTPStatus: http.StatusOK, Code: "81000001", Msg: "Inner Error."}
			}
		}}, nil)
		want(t, s.run("background/phone/foreground/delivered"), verdict.Infra, "81000001")
	})
	t.Run("the dialog hides its buttons", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, world.Options{Device: func(o *device.Options) { o.OpaqueDialog = true }}, nil)
		want(t, s.run("alert/phone/foreground/shown"), verdict.Inconclusive, "by hand")
	})
	t.Run("the device vanishes", func(t *testing.T) {
		t.Parallel()
		var s *stage
		var once atomic.Bool
		s = newStage(t, world.Options{Cloud: func(o *cloud.Options) {
			o.Delivering = func(context.Context, sim.Message) {
				if once.CompareAndSwap(false, true) {
					s.world.HDC.Detach(s.world.Keys()[0])
				}
			}
		}}, nil)
		got := s.run("alert/phone/stopped/shown")
		want(t, got, verdict.Infra, "hdc-runner devices")
		s.world.HDC.Attach(s.world.Device(s.world.Keys()[0]))
	})
}

// Somebody brings the app forward while a cell for a background app runs: what
// then happens is true of another state.
func TestASpoiledStateIsNeverAPass(t *testing.T) {
	t.Parallel()
	var s *stage
	var spoil atomic.Bool
	s = newStage(t, world.Options{Cloud: func(o *cloud.Options) {
		o.Delivering = func(context.Context, sim.Message) {
			if spoil.Load() {
				var out strings.Builder
				s.world.Device(s.world.Keys()[0]).Shell(context.Background(), "aa start -a EntryAbility -b "+world.Bundle, strings.NewReader(""), &out)
			}
		}
	}}, nil)
	spoil.Store(true)
	want(t, s.run("background/phone/stopped/delivered[kept]"), verdict.Infra, "cell spoiled")
}
