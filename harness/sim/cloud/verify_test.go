// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

const (
	verifyV1 = "/v1/" + clientID + "/images:verify"
	verifyV2 = "/v2/" + projectID + "/images:verify"
)

func imageBody(url string) []byte { return []byte(fmt.Sprintf(`{"imageUrl":%q}`, url)) }

// verified has an image checked and returns its downloadUrl.
func (w *world) verified(pushType int, url string) string {
	w.Helper()
	r := w.post(verifyV2, w.bearer, strconv.Itoa(pushType), imageBody(url))
	var fields map[string]string
	if err := json.Unmarshal([]byte(r.Body), &fields); err != nil || r.Code != "83010000" {
		w.Fatalf("%v: %s", err, r.Body)
	}
	expires, err := strconv.ParseInt(fields["expireTime"], 10, 64)
	if err != nil || !strings.HasPrefix(fields["downloadUrl"], url+"?verifyKey=") || len(fields) != 5 {
		w.Errorf("%v: %s", err, r.Body)
	}
	if life := time.Unix(expires, 0).Sub(w.clock.Now()); life < 6*24*time.Hour || life > 7*24*time.Hour {
		w.Errorf("the check is good for %v, want 7 days", life)
	}
	return fields["downloadUrl"]
}

// Each code of an image check, by both URLs and in both modes.
func TestVerifyCodes(t *testing.T) {
	for _, mode := range []cloud.Mode{cloud.StatusAll200, cloud.StatusMapped} {
		for _, path := range []string{verifyV1, verifyV2} {
			w := newWorld(t, func(o *cloud.Options) {
				withClients(o)
				o.Mode = mode
			})
			const good = "https://example.com/image.png"
			for _, c := range []struct {
				name, auth, pushType, body string
				status                     int // when mapped
				code, msg                  string
			}{
				{"good", w.bearer, "0", string(imageBody(good)), 200, "83010000", "Verify success"},
				{"form", w.bearer, "1", string(imageBody(good)), 200, "83010000", "Verify success"},
				{"extension", w.bearer, "2", string(imageBody(good + "?a=b")), 200, "83010000", "Verify success"},
				{"no authorization", "", "0", string(imageBody(good)), 401, "80200001", "Authentication Error."},
				{"push-type 6", w.bearer, "6", string(imageBody(good)), 400, "83010007", "The header does not contain valid push-type."},
				{"no push-type", w.bearer, "", string(imageBody(good)), 400, "83010007", ""},
				{"no body", w.bearer, "0", "", 400, "83010003", "Request body is empty."},
				{"no JSON", w.bearer, "0", "x", 400, "80100001", "Check Parameter Error."},
				{"null", w.bearer, "0", "null", 400, "80100001", ""},
				{"no imageUrl", w.bearer, "0", "{}", 400, "80100001", ""},
				{"imageUrl a number", w.bearer, "0", `{"imageUrl":1}`, 400, "80100001", ""},
				{"http", w.bearer, "0", string(imageBody("http://example.com/image.png")), 400, "80100003", "only https allow"},
				{"no URL", w.bearer, "0", string(imageBody("https:// x")), 400, "80100003", ""},
				{"no host", w.bearer, "0", string(imageBody("https:///image.png")), 400, "80100003", ""},
				{"a host that is none", w.bearer, "0", string(imageBody("https://example.invalid/image.png")), 400, "83010005", "Download picture failed"},
				{"cannot be fetched", w.bearer, "0", string(imageBody("https://example.com/download-failed.png")), 400, "83010005", ""},
				{"not fit", w.bearer, "0", string(imageBody("https://example.com/a/verify-failed.png")), 400, "83010001", "Verify failed."},
				{"no rules", w.bearer, "0", string(imageBody("https://example.com/not-supported.png")), 400, "83010004", "Send control is not supported."},
			} {
				r := w.post(path, c.auth, c.pushType, []byte(c.body))
				if r.Code != c.code || c.msg != "" && r.Msg != c.msg {
					t.Errorf("%s: %.300s, want %s %s", c.name, r.Body, c.code, c.msg)
				}
				want := 200
				if mode == cloud.StatusMapped {
					want = c.status
				}
				if r.Status != want {
					t.Errorf("%s: HTTP status %d, want %d", c.name, r.Status, want)
				}
				if a := w.settled(r.RequestID); a.API != fixtures.APIImages || a.Code != c.code {
					t.Errorf("%s: recorded %+v", c.name, a)
				}
				if strings.Contains(r.Body, "downloadUrl") != (c.code == "83010000") {
					t.Errorf("%s: %s", c.name, r.Body)
				}
			}
		}
	}
}

func TestNoImageCheck(t *testing.T) {
	w := newWorld(t, func(o *cloud.Options) { o.Projects[0].NoImageCheck = true })
	if r := w.post(verifyV2, w.bearer, "0", imageBody("https://example.com/i.png")); r.Code != "83010004" {
		t.Errorf("%s", r.Body)
	}
	if r := w.post("/v2/1/images:verify", w.bearer, "0", imageBody("https://example.com/i.png")); r.Code != "80200001" {
		t.Errorf("another project: %s", r.Body)
	}
}

// The 61st check in a minute gets 83010002; another app has a count of its own.
func TestVerifyPace(t *testing.T) {
	w := newWorld(t, withClients)
	body := imageBody("https://example.com/i.png")
	for range 60 {
		if r := w.post(verifyV1, w.bearer, "0", body); r.Code != "83010000" {
			t.Fatalf("%s", r.Body)
		}
	}
	if r := w.post(verifyV1, w.bearer, "0", body); r.Code != "83010002" || r.Msg != "The number of sent messages exceeds the limit." {
		t.Errorf("the 61st: %s", r.Body)
	}
	if r := w.post("/v1/"+otherClientID+"/images:verify", w.bearer, "0", body); r.Code != "83010000" {
		t.Errorf("another app: %s", r.Body)
	}
	w.clock.Advance(time.Minute)
	if r := w.post(verifyV1, w.bearer, "0", body); r.Code != "83010000" {
		t.Errorf("a minute later: %s", r.Body)
	}
}

// A project that must have its images verified gets 80100022 for one that was
// not; one that was verified for another push-type makes the tokens illegal.
func TestVerifiedImages(t *testing.T) {
	for _, strict := range []bool{false, true} {
		w := newWorld(t, func(o *cloud.Options) { o.Projects[0].VerifyImages = strict })
		token := w.token(bundle, &device{id: "phone"})
		const image = "https://example.com/i.png"
		alertWith := func(url string) string {
			return edit(t, alert("IM", "", token), fmt.Sprintf("payload.notification.image=%q", url))
		}
		formWith := func(url string) string {
			return form(t, token, fmt.Sprintf(`payload.images=[{"keyName":"i","url":%q}]`, url))
		}
		expect := func(name string, r reply, code, says string) {
			t.Helper()
			if r.Code != code || !strings.Contains(r.Msg, says) {
				t.Errorf("strict %v, %s: %s, want %s %s", strict, name, r.Body, code, says)
			}
		}
		unverified, says := "80000000", "Success"
		if strict {
			unverified, says = "80100022", "Anti-Spam: image not verify."
		}
		expect("never verified", w.send(0, alertWith(image)), unverified, says)
		url := w.verified(0, image)
		expect("verified", w.send(0, alertWith(url)), "80000000", "Success")
		expect("not its downloadUrl", w.send(0, alertWith(image)), unverified, says)
		expect("for another push-type", w.send(1, formWith(url)), "80300007", "differentImgVerifyPolicy")
		expect("verified for a form", w.send(1, formWith(w.verified(1, image))), "80000000", "Success")
		expect("without image", w.send(0, alert("IM", "", token)), "80000000", "Success")
		w.clock.Advance(7 * 24 * time.Hour)
		expect("seven days later", w.send(0, alertWith(url)), unverified, says)
	}
}
