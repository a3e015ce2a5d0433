// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording_test

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
	"github.com/pushproof/pushproof/harness/recording"
	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/cloud"
)

var recordings = flag.String("recordings", filepath.Join("..", "..", "fixtures", "recordings"), "folder with recordings to replay")

const bundle = "com.example.shop"

// stand is a simulated cloud with a client that records.
type stand struct {
	*cloud.Cloud
	client   *pushcloud.Client
	recorder *recording.Recorder
	dir      string
	issued   int
}

func newStand(t *testing.T, alter func(*cloud.Options)) *stand {
	t.Helper()
	account, err := cloud.NewServiceAccount(project)
	if err != nil {
		t.Fatal(err)
	}
	options := cloud.Options{QueueLimit: 1 << 20, Projects: []cloud.Project{{
		ID: project, Keys: []cloud.Key{account.Key}, Apps: []sim.App{{Bundle: bundle, Rights: everyRight()}},
	}}}
	if alter != nil {
		alter(&options)
	}
	s := &stand{dir: t.TempDir()}
	if s.Cloud, err = cloud.New(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Start(""); err != nil {
		t.Fatal(err)
	}
	if s.recorder, err = recording.New(recording.Options{Dir: s.dir, Simulator: cloud.Issuer}); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CAPEM())
	key, err := pushcloud.ParseServiceAccount(account.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if s.client, err = pushcloud.New(pushcloud.Options{Account: key, BaseURL: s.URL(), RootCAs: roots, Attempts: 1, Wrap: s.recorder.Transport}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	return s
}

func everyRight() []string {
	rights := []string{"kind:extension", "kind:voip", "category:IM"}
	for _, event := range fixtures.ValuesOf("liveview.event") {
		rights = append(rights, "kind:liveview:"+event)
	}
	return rights
}

// token issues a token for a device of its own.
func (s *stand) token() (string, error) {
	s.issued++
	return s.IssueToken(context.Background(), sim.App{Bundle: bundle}, sink(fmt.Sprint("device ", s.issued)))
}

type sink string

func (s sink) ID() string                                     { return string(s) }
func (sink) Online() bool                                     { return true }
func (sink) Deliver(context.Context, sim.Message) sim.Receipt { return sim.Delivered }

// send sends a body and returns what was recorded of it.
func (s *stand) send(ctx context.Context, pushType int, body []byte) (*recording.Recording, error) {
	before := len(s.recorder.Files())
	_, err := s.client.SendBody(ctx, pushType, body)
	var refused *pushcloud.Error
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	files := s.recorder.Files()
	if err := s.recorder.Err(); err != nil || len(files) != before+1 {
		return nil, fmt.Errorf("%d files after %d, %w", len(files), before, err)
	}
	return recording.Read(files[before])
}

// replay asks the simulator what a recording asked. Tokens that were refused are
// refused here, for the same reason.
func (s *stand) replay(ctx context.Context, r *recording.Recording) ([]recording.Difference, error) {
	tokens := map[string]string{}
	body, err := r.Fill(func(fingerprint, reason string) (string, error) {
		if t, ok := tokens[fingerprint]; ok {
			return t, nil
		}
		t, err := s.token()
		if err == nil && reason != "" {
			err = s.RefuseToken(t, reason)
		}
		tokens[fingerprint] = t
		return t, err
	})
	if err != nil {
		return nil, err
	}
	again, err := s.send(ctx, r.PushType(), body)
	if err != nil {
		return nil, err
	}
	return recording.Compare(r, again), nil
}

// Every recording of the real Push Cloud is replayed against the simulator, in
// both modes of HTTP status: what differs is a claim to correct, and the
// simulator with it. There are none so far; whoever has an account can make
// some:
//
//	hdc-runner push send --record fixtures/recordings ...
func TestRecordings(t *testing.T) {
	files, err := recording.ReadDir(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	schema := compile(t)
	if len(files) == 0 {
		t.Log("no exchange with the real Push Cloud was recorded so far")
	}
	all200, mapped := newStand(t, nil), newStand(t, func(o *cloud.Options) { o.Mode = cloud.StatusMapped })
	for _, f := range files {
		t.Run(filepath.Base(f.Path), func(t *testing.T) {
			checkFile(t, schema, f.Path)
			if f.Simulated {
				t.Error("it was recorded of a simulator and says nothing about Push Cloud")
			}
			if why := f.Replayable(); why != "" {
				t.Skipf("not replayed: %s", why)
			}
			differences, err := all200.replay(t.Context(), f.Recording)
			if err != nil {
				t.Fatal(err)
			}
			if other, err := mapped.replay(t.Context(), f.Recording); err != nil {
				t.Fatal(err)
			} else if len(other) < len(differences) {
				t.Log("the HTTP status is that of cloud.StatusMapped")
				differences = other
			}
			for _, d := range differences {
				t.Error(d)
			}
		})
	}
}

// The way there and back: what is recorded of one simulator is answered alike
// by another, for messages of each kind and code, in both modes.
func TestReplayOfTheSimulator(t *testing.T) {
	schema := compile(t)
	for mode, most := range map[cloud.Mode]int{cloud.StatusAll200: 15, cloud.StatusMapped: 3} {
		of, by := newStand(t, func(o *cloud.Options) { o.Mode = mode }), newStand(t, func(o *cloud.Options) { o.Mode = mode })
		replayed := map[string]int{}
		for _, c := range fixtures.Messages() {
			like := c.Kind.String() + " " + c.Code
			if c.Tokens > 100 || replayed[like] == most {
				continue // the same as others, and slow
			}
			tokens := make([]string, c.Tokens)
			for i := range tokens {
				var err error
				if tokens[i], err = of.token(); err != nil {
					t.Fatal(err)
				}
			}
			r, err := of.send(t.Context(), c.PushType, c.Fill(tokens...))
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			if !r.Simulated || r.Issuer != cloud.Issuer {
				t.Fatalf("%s: the recording does not say that it is simulated: %+v", c.Name, r)
			}
			if why := r.Replayable(); why != "" {
				t.Errorf("%s is not replayed: %s", c.Name, why)
				continue
			}
			differences, err := by.replay(t.Context(), r)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			for _, d := range differences {
				t.Errorf("%s: %s", c.Name, d)
			}
			replayed[like]++
		}
		if len(replayed) < 20 {
			t.Errorf("only these were replayed: %v", replayed)
		}
		checkFile(t, schema, of.recorder.Files()[0])
	}
}

// Each way in which the real Push Cloud may turn out to differ is found, and
// named with its claim.
func TestReplayFindsDifferences(t *testing.T) {
	const tips = `{"payload":{"notification":{"category":"IM","title":"t","body":"b","clickAction":{"actionType":0},"notifyId":-5}},"target":{"token":["TOKEN"]}}`
	background := `{"payload":{"extraData":"x"},"target":{"token":["TOKEN"]}}`
	answers := func(status int, body string) func(*http.Request) *cloud.Answer {
		return func(*http.Request) *cloud.Answer { return &cloud.Answer{HTTPStatus: status, Raw: []byte(body)} }
	}
	for _, c := range []struct {
		name, body string
		// real is what the recorded cloud answers.
		real func(*cloud.Options)
		want []string
	}{
		{"another status", background, func(o *cloud.Options) {
			o.Intercept = func(*http.Request) *cloud.Answer {
				return &cloud.Answer{HTTPStatus: 202, Code: "80000000", Msg: "Success"}
			}
		}, []string{`status: recorded "202", the simulator has "200" (claim cloud.http-status)`}},
		{"another code", background, func(o *cloud.Options) {
			o.Intercept = func(*http.Request) *cloud.Answer {
				return &cloud.Answer{Code: "80100001", Msg: "Check Parameter Error."}
			}
		}, []string{`code: recorded "80100001", the simulator has "80000000"`}},
		{"another tip", tips, func(o *cloud.Options) {
			o.Intercept = func(*http.Request) *cloud.Answer {
				return &cloud.Answer{Code: "80100003", Msg: "Illegal payload, notifyId is bad"}
			}
		}, []string{`msg: recorded "Illegal payload, notifyId is bad", the simulator has "Illegal payload, payload.notification.notifyId value ranges from -1 to 2147483647" (claim cloud.error-tips)`}},
		{"keys with spaces", strings.Replace(background, `"TOKEN"`, `"TOKEN","no token at all"`, 1), func(o *cloud.Options) { o.PaddedReasons = true }, []string{
			`msg: recorded "failure 1, illegalTokens \" tokenFormatError \" 1, success 1", the simulator has "failure 1, illegalTokens \"tokenFormatError\" 1, success 1"`,
		}},
		{"a code that is a number, and another id", background, func(o *cloud.Options) {
			o.Intercept = answers(200, `{"code":80000000,"msg":"Success","requestId":"RASS_0227","more":{}}`)
		}, []string{`not replayed: its answer has no code that is known`}},
		{"more members, and another id", background, func(o *cloud.Options) {
			o.Intercept = answers(200, `{"code":"80000000","msg":"Success","requestId":"RASS_0227","more":{}}`)
		}, []string{
			`shape: recorded "code text, more object, msg text, requestId text", the simulator has "code text, msg text, requestId text"`,
			`requestId: recorded "9 characters", the simulator has "24 digits" (claim cloud.request-id)`,
			`content-type: recorded "text/plain", the simulator has "application/json"`,
		}},
		{"flow control", background, func(o *cloud.Options) { o.Intercept = answers(503, "busy") }, []string{`not replayed: its answer has no code that is known`}},
		{"no quota left", background, func(o *cloud.Options) {
			o.Intercept = func(*http.Request) *cloud.Answer {
				return &cloud.Answer{Code: "80300029", Msg: "When send test message, the api request exceed limit."}
			}
		}, []string{`not replayed: its code is of class quota: it tells of account, project or load, not of the message`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			of, by := newStand(t, c.real), newStand(t, nil)
			token, err := of.token()
			if err != nil {
				t.Fatal(err)
			}
			r, err := of.send(t.Context(), pushTypeOf(c.body), []byte(strings.Replace(c.body, "TOKEN", token, 1)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			if why := r.Replayable(); why != "" {
				got = []string{"not replayed: " + why}
			} else {
				differences, err := by.replay(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range differences {
					got = append(got, d.String())
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func pushTypeOf(body string) int {
	if strings.Contains(body, "notification") {
		return push.KindAlert.PushType()
	}
	return push.KindBackground.PushType()
}
