// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
)

// view is one way to see notifications.
type view struct {
	name string
	// shows reports whether the notification of the test is seen.
	shows func(b *bench) bool
}

// im is a message of a category with every reminder, under the id 77.
const im = `{"notification":{"category":"IM","title":"Order shipped","body":"B","notifyId":77,"clickAction":{"actionType":0}}}`

func (b *bench) pushIM() {
	b.t.Helper()
	b.want(b.pushTo(b.app().Token.Reveal(), 0, "IM", im), sim.Delivered)
}

func contains(command, text string) func(*bench) bool {
	return func(b *bench) bool { return strings.Contains(b.sh("%s", command), text) }
}

// views lists them; those of the shade leave the screen as it was.
func views(empty []byte) []view {
	return []view{
		{"getActiveNotifications", func(b *bench) bool { return len(b.ActiveForTest(bundle)) == 1 && b.ActiveForTest(bundle)[0].ID == 77 }},
		{"the state", func(b *bench) bool { return len(b.State().Notifications) == 1 }},
		{"the UI tree of the shade", func(b *bench) bool {
			b.openShade()
			defer b.sh("uitest uiInput keyEvent Back")
			return b.layout().find("Order shipped", nil) != nil
		}},
		{"a picture of the shade", func(b *bench) bool {
			b.openShade()
			defer b.sh("uitest uiInput keyEvent Back")
			return !bytes.Equal(b.screenCap(), empty)
		}},
		{"the lock screen", func(b *bench) bool {
			b.SetLocked(true)
			defer b.SetLocked(false)
			return b.layout().find("Order shipped", nil) != nil
		}},
		{"the service's dump", contains("hidumper -s DistributedNotificationService -a -a", "Id: 77\n")},
		{"anm", contains("anm dump -A -b "+bundle, "Id: 77\n")},
		{"anm's total", contains("anm dump -A", "Total:1\n")},
	}
}

// screenCap takes a picture and returns the file.
func (b *bench) screenCap() []byte {
	b.t.Helper()
	const name = "/data/local/tmp/c.png"
	if out := b.sh("uitest screenCap -p %s", name); out != "ScreenCap saved to "+name+"\n" {
		b.t.Fatalf("uitest screenCap said %q", out)
	}
	picture := []byte(b.sh("cat %s", name))
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		b.t.Fatal(err)
	}
	return picture
}

// small makes the display so small that a picture of it costs little.
func small(o *device.Options) { o.Profile.Width, o.Profile.Height = 240, 480 }

// showingOn is a bench whose app may show notifications and is in the
// background, on a build with those parameters.
func showingOn(t *testing.T, params ...string) *bench {
	t.Helper()
	return showingWith(t, built(params...))
}

func showingWith(t *testing.T, alter ...func(*device.Options)) *bench {
	t.Helper()
	b := newBench(t, append(alter, apps(plain(asking)))...)
	b.start()
	b.allow()
	b.home()
	return b
}

// One store feeds every view: what one shows, all show, and what leaves, leaves
// all of them.
func TestEveryViewShowsTheSame(t *testing.T) {
	for _, tt := range []struct {
		name   string
		remove func(b *bench)
		reason int
	}{
		{"revoked", func(b *bench) {
			b.Revoke(b.t.Context(), sim.Revocation{Token: b.app().Token.Reveal(), PushType: 0, NotifyID: 77})
		}, 8},
		{"clicked", func(b *bench) {
			b.openShade()
			b.tap("Order shipped")
			b.home()
		}, 1},
		{"not allowed any more", func(b *bench) { b.sh("anm setting -e %s:%d:0", bundle, 20020000) }, 13},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// An engineering build has every view.
			b := showingWith(t, built(engineering), small)
			b.openShade()
			empty := b.screenCap()
			b.sh("uitest uiInput keyEvent Back")
			check := func(want bool) {
				t.Helper()
				for _, v := range views(empty) {
					if got := v.shows(b); got != want {
						t.Errorf("%s: shown %t, want %t", v.name, got, want)
					}
				}
			}
			check(false)
			b.pushIM()
			if got := b.State().Notifications[0]; !got.Banner {
				t.Error("no banner covers the screen")
			}
			for _, command := range []string{"hidumper -s WindowManagerService -a -a", "uitest dumpLayout -p /data/local/tmp/b; cat /data/local/tmp/b"} {
				if out := b.sh("%s", command); !strings.Contains(out, "SCBBannerNotificatio") {
					t.Errorf("%s shows no banner: %s", command, out)
				}
			}
			key := "__100_20020000_" + bundle + "__77"
			for _, line := range []string{"prepareNotificationInfo bundleName=" + bundle + ",uid=20020000", "SetFlags-init,Key=" + key + " flags=63",
				"SetFlags- HandleFlag Key=" + key + " flags = 63 class = SOCIAL_COMMUNICATION silent = 0", "CheckNeedSilent isNeedSilent:0"} {
				if out := b.sh("hilog -x -T Ans"); strings.Count(out, " I C01203/foundation/Ans: "+line) != 1 {
					t.Errorf("the log does not say once %q:\n%s", line, out)
				}
			}
			check(true)
			tt.remove(b)
			check(false)
			if out := b.sh("hilog -x -T Ans -e CancelNotification"); !strings.Contains(out, "CancelNotification key="+key+"\n") {
				t.Errorf("the log tells of no end: %q", out)
			}
			recent := b.sh("hidumper -s DistributedNotificationService -a -r")
			if want := fmt.Sprintf("\tDeleteReason: %d\n\tNotification:\n\t\tId: 77\n", tt.reason); !strings.Contains(recent, want) {
				t.Errorf("the recent list says %s", recent)
			}
		})
	}
}

func TestBannerLeaves(t *testing.T) {
	for _, tt := range []struct {
		name  string
		leave func(b *bench)
	}{
		{"by itself", func(b *bench) { b.clock.Advance(device.BannerLifeForTest) }},
		{"with the shade", func(b *bench) { b.openShade() }},
		{"with the lock", func(b *bench) { b.SetLocked(true) }},
		{"for the next of its id", func(b *bench) { b.want(b.push(0, alert(`"notifyId":77`)), sim.Delivered) }},
		{"by a tap", func(b *bench) { b.tap("Order shipped") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := showingOn(t)
			b.pushIM()
			tt.leave(b)
			if out := b.sh("hidumper -s WindowManagerService -a -a"); strings.Contains(out, "SCBBanner") {
				t.Errorf("the banner stayed: %s", out)
			}
		})
	}
}

func TestBannerStartsTheApp(t *testing.T) {
	b := showingOn(t)
	b.pushIM()
	b.tap("Order shipped")
	if s := b.State(); s.Front != bundle || len(s.Notifications) != 0 {
		t.Errorf("a tap on the banner left %+v", s)
	}
}

func TestRemindersOfCategories(t *testing.T) {
	for category, want := range map[string]string{"IM": "63", "MISS_CALL": "59", "SUBSCRIPTION": "59", "PLAY_VOICE": "58", "MARKETING": "0", "": "0"} {
		b := showingOn(t, engineering, api("23"))
		b.want(b.pushTo(b.app().Token.Reveal(), 0, category, alert("")), sim.Delivered)
		if out := b.sh("anm dump -A"); !strings.Contains(out, "\t\tReminderFlags : "+want+"\n") {
			t.Errorf("%s: want the flags %s in %s", category, want, out)
		}
		if got, want := b.State().Notifications[0].Banner, category == "IM"; got != want {
			t.Errorf("%s: a banner %t, want %t", category, got, want)
		}
	}
}

// A device that is off the net gets nothing, from whoever asks.
func TestDeliveryNeedsTheNetwork(t *testing.T) {
	b := showingOn(t)
	b.SetOnline(false)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	b.Revoke(ctx, sim.Revocation{Token: b.app().Token.Reveal()})
	b.want(b.push(0, alert("")), sim.Other)
}
