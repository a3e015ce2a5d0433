// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

// withCard is a bench whose app has a token, and a card on the desktop; it is
// stopped.
func withCard(t *testing.T, alter ...func(*device.Options)) (*bench, int64) {
	t.Helper()
	b := newBench(t, alter...)
	b.start()
	b.kill()
	id, err := b.AddCard(bundle, "widget")
	if err != nil {
		t.Fatal(err)
	}
	return b, id
}

// refresh is a payload for the card of the demo app.
func refresh(id int64, version int, data string, more ...string) string {
	return fmt.Sprintf(`{"moduleName":"entry","abilityName":"EntryFormAbility","formName":"widget","formId":%d,"version":%d,"formData":%s%s}`,
		id, version, data, strings.Join(more, ""))
}

func (b *bench) card() device.CardState {
	b.t.Helper()
	if cards := b.app().Cards; len(cards) == 1 {
		return cards[0]
	}
	b.t.Fatalf("the app has the cards %+v, want one", b.app().Cards)
	return device.CardState{}
}

func TestFormIsRefreshedInEveryStateWithoutTheApp(t *testing.T) {
	for _, state := range []string{"stopped", "foreground", "background", "locked"} {
		t.Run(state, func(t *testing.T) {
			b, id := withCard(t)
			if state != "stopped" {
				b.start()
			}
			if state == "background" {
				b.home()
			}
			b.SetLocked(state == "locked")
			before := len(b.Calls())
			b.want(b.push(1, refresh(id, 1, `{"text_key":"Order shipped","image_key":7}`)), sim.Delivered)
			if got := b.card().Data; got["text_key"] != "Order shipped" || got["image_key"] != "7" {
				t.Errorf("the card holds %v", got)
			}
			if calls := b.Calls()[before:]; len(calls) != 0 {
				t.Errorf("code of the app ran: %+v", calls)
			}
			b.SetLocked(false)
			b.home()
			if b.layout().find("Order shipped", nil) == nil {
				t.Error("the card does not show the text")
			}
		})
	}
}

func TestRule26VersionsOfACard(t *testing.T) {
	b, id := withCard(t)
	for _, step := range []struct {
		version int
		text    string
		receipt sim.Receipt
		shows   string
	}{
		{5, "a", sim.Delivered, "a"},
		{5, "b", sim.Other, "a"},
		{4, "c", sim.Other, "a"},
		{6, "d", sim.Delivered, "d"},
		{0, "e", sim.Delivered, "e"},
		{1, "f", sim.Delivered, "f"},
	} {
		b.want(b.push(1, refresh(id, step.version, fmt.Sprintf(`{"text_key":%q}`, step.text))), step.receipt)
		if got := b.card().Data["text_key"]; got != step.shows {
			t.Errorf("after version %d the card shows %q, want %q", step.version, got, step.shows)
		}
	}
}

// The device's half: the cloud then refuses the formId for 30 days.
func TestRule27UnknownCard(t *testing.T) {
	b, id := withCard(t)
	b.want(b.push(1, refresh(id+1, 1, `{"text_key":"x"}`)), sim.NotShown)
	b.want(b.push(1, strings.Replace(refresh(id, 1, `{"text_key":"x"}`), "widget", "weather", 1)), sim.NotShown)
	b.RemoveCard(id)
	b.want(b.push(1, refresh(id, 1, `{"text_key":"x"}`)), sim.NotShown)
	b.until("onRemoveForm", func(device.State) bool { return len(b.calls(seam.OnRemoveForm)) == 1 })
}

// images serves a picture, and what is none.
func images(t *testing.T) (string, func(*device.Options)) {
	t.Helper()
	var small, large bytes.Buffer
	for size, into := range map[int]*bytes.Buffer{8: &small, 120: &large} {
		if err := png.Encode(into, image.NewGray(image.Rect(0, 0, size, size))); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/small.png":
			_, _ = w.Write(small.Bytes())
		case "/large.png":
			_, _ = w.Write(large.Bytes())
		case "/heavy.png":
			_, _ = w.Write(make([]byte, 513<<10))
		case "/text.png":
			_, _ = io.WriteString(w, "no picture")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func(o *device.Options) {
		o.Fetch = func(ctx context.Context, url string) ([]byte, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return nil, err
			}
			answer, err := server.Client().Do(req)
			if err != nil {
				return nil, err
			}
			defer func() { _ = answer.Body.Close() }()
			if answer.StatusCode != http.StatusOK {
				return nil, errors.New(answer.Status)
			}
			return io.ReadAll(answer.Body)
		}
	}
}

func TestRule28PicturesOfACard(t *testing.T) {
	url, fetching := images(t)
	for _, tt := range []struct {
		name, picture string
		require       int
		receipt       sim.Receipt
		text, image   bool
	}{
		{"there", url + "/small.png", 1, sim.Delivered, true, true},
		{"missing, required", url + "/none.png", 1, sim.Other, false, false},
		{"missing, not required", url + "/none.png", 0, sim.Delivered, true, false},
		{"too many pixels", url + "/large.png", 1, sim.Other, false, false},
		{"too many bytes", url + "/heavy.png", 1, sim.Other, false, false},
		{"no picture", url + "/text.png", 0, sim.Delivered, true, false},
		{"not https", "http://127.0.0.1/small.png", 1, sim.Other, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, id := withCard(t, fetching)
			more := fmt.Sprintf(`,"images":[{"keyName":"image_key","url":%q,"require":%d}]`, tt.picture, tt.require)
			b.want(b.push(1, refresh(id, 1, `{"text_key":"Order shipped"}`, more)), tt.receipt)
			data := b.card().Data
			if (data["text_key"] != "") != tt.text || strings.HasPrefix(data["image_key"], "image_key-") != tt.image {
				t.Errorf("the card holds %v", data)
			}
		})
	}
	t.Run("without a way into the Internet", func(t *testing.T) {
		b, id := withCard(t)
		b.want(b.push(1, refresh(id, 1, `{}`, `,"images":[{"keyName":"image_key","url":"https://www.example.com/a.png"}]`)), sim.Other)
		if out := b.sh("hilog -x -T PushService"); !strings.Contains(out, "no way into the Internet") {
			t.Errorf("the log says %q", out)
		}
	})
}

// The device's half; how many refreshes a day the cloud lets through is tested
// there.
func TestRule29LimitOfTheDevice(t *testing.T) {
	b, id := withCard(t, func(o *device.Options) { o.CardLimit = 2 })
	for i, want := range []sim.Receipt{sim.Delivered, sim.Delivered, sim.FormRefreshLimit} {
		b.want(b.push(1, refresh(id, i+1, `{"text_key":"x"}`)), want)
	}
	b.clock.Advance(24 * time.Hour)
	b.want(b.push(1, refresh(id, 9, `{"text_key":"x"}`)), sim.Delivered)
}

func TestRule30KeysWithoutProxyStay(t *testing.T) {
	b, id := withCard(t, apps(plain(func(a *device.InstalledApp) { a.Behavior.NoProxy = []string{"image_key"} })))
	b.want(b.push(1, refresh(id, 1, `{"text_key":"t","image_key":"i","other":"o"}`)), sim.Delivered)
	if got := b.card().Data; got["text_key"] != "t" || got["image_key"] != "" || got["other"] != "" {
		t.Errorf("the card holds %v", got)
	}
}

func TestCardsWithoutDataProxyAreNotRefreshed(t *testing.T) {
	b, id := withCard(t, apps(plain(func(a *device.InstalledApp) { a.Forms[0].DataProxy = false })))
	b.want(b.push(1, refresh(id, 1, `{"text_key":"x"}`)), sim.Other)
	if got := b.card().Data["text_key"]; got != "" {
		t.Errorf("the card shows %q", got)
	}
}

func TestFormsByDeviceAndEmulator(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(*device.Options)
		want  sim.Receipt
	}{
		{"a watch before 6.1.0(23)", func(o *device.Options) { onProfile("wearable")(o); o.Profile.API = 22 }, sim.Other},
		{"a watch", func(o *device.Options) { onProfile("wearable")(o); o.Profile.API = 23 }, sim.Delivered},
		{"a TV", func(o *device.Options) { onProfile("tv")(o); o.Profile.API = 23 }, sim.Delivered},
		{"an emulator", built("const.product.model=emulator"), sim.Delivered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, id := withCard(t, tt.alter)
			b.want(b.push(1, refresh(id, 1, `{"text_key":"x"}`)), tt.want)
		})
	}
}

// The app may write as well, any key, and the version stays.
func TestUpdateFormByTheApp(t *testing.T) {
	b, id := withCard(t)
	b.start()
	for form, code := range map[string]string{fmt.Sprint(id): "", fmt.Sprint(id + 1): "16501001", "x": "16501001"} {
		_, err := b.AskForTest(t.Context(), bundle, seam.UpdateForm, map[string]any{"formId": form, "data": map[string]any{"other": "own"}})
		if code == "" && err != nil || code != "" && (err == nil || !strings.Contains(err.Error(), code)) {
			t.Errorf("updateForm(%s): %v", form, err)
		}
	}
	if got := b.card(); got.Data["other"] != "own" || got.Version != 0 {
		t.Errorf("the card is %+v", got)
	}
}

func TestTheFormsProcessEndsAfterTenSeconds(t *testing.T) {
	b, id := withCard(t)
	if got := b.app().Extensions; len(got) != 1 {
		t.Fatalf("processes %v", got)
	}
	if out := b.sh("ps -ef"); !strings.Contains(out, bundle+":form") {
		t.Errorf("ps says %q", out)
	}
	b.clock.Advance(10 * time.Second)
	b.until("no process", func(s device.State) bool { a, _ := s.App(bundle); return len(a.Extensions) == 0 })
	b.want(b.push(1, refresh(id, 1, `{"text_key":"x"}`)), sim.Delivered)
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.boot()
	if got := b.card(); got.ID != id || got.Data["text_key"] != "x" || got.Version != 1 {
		t.Errorf("after a restart: %+v", got)
	}
}
