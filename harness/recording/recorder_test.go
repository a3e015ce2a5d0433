// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package recording_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/recording"
)

const (
	project = "388421841221199137"
	// plainToken has every character that writers of JSON like to escape.
	plainToken = "MAMzLg/IkEU=MKz+GmvoDkzGfUv_QmhDmB-Nrw.Qk"
	otherToken = "MAAALg1234567890abcdefghijklmnopqrstuvwxyz"
	jwt        = "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl-_x"
)

// name is how a token is called in a file.
func name(token string) string { return push.NewToken(token).Fingerprint() }

// backend answers over TLS; its certificate's authority has no common name
// that is known.
func backend(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(answer)
	t.Cleanup(s.Close)
	return s
}

func recorder(t *testing.T, dir string) *recording.Recorder {
	t.Helper()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))
	r, err := recording.New(recording.Options{Dir: dir, Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// post sends a body through a recorder and returns what the caller gets.
func post(t *testing.T, s *httptest.Server, r *recording.Recorder, body string) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v3/"+project+"/messages:send", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+jwt)
	request.Header.Set("push-type", "6")
	response, err := r.Transport(s.Client().Transport).RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return string(got), err
}

// only reads the one recording of a folder.
func only(t *testing.T, dir string) *recording.Recording {
	t.Helper()
	files, err := recording.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	return files[0].Recording
}

// leaks fails the test if a secret is in any file of the folder, however many
// times its escapes are read.
func leaks(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for range 6 {
			for _, secret := range []string{plainToken, otherToken, jwt, project, "ZGVtbw=="} {
				if strings.Contains(text, secret) || strings.Contains(filepath.Base(path), secret) {
					t.Errorf("%s holds %s:\n%s", path, secret, raw)
				}
			}
			text = strings.NewReplacer(`\\`, `\`, `\/`, `/`, `\"`, `"`, `\u003d`, `=`, `\u003D`, `=`, `\u002b`, `+`, `\u002f`, `/`, `\u002F`, `/`, `\u004d`, `M`).Replace(text)
		}
	}
}

func TestRecorder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	body := `{"payload":{"extraData":"for ` + otherToken + `"},"target":{"token":["` + plainToken + `","` + otherToken + `","short"]}}`
	answer := `{"code":"80100000","msg":"{\"illegalTokens\":{\" noRight \":[\"` + otherToken + `\"]},\"success\":1}","requestId":"177236640000000000000001","project":"` + project + `"}`
	s := backend(t, func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if string(got) != body || err != nil || r.Header.Get("Authorization") != "Bearer "+jwt {
			t.Errorf("the server got %s, %v", got, err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "id=ZGVtbw==")
		w.Header().Set("X-Echo", "of "+plainToken)
		w.Header().Set("Date", "Sun, 01 Mar 2026 04:00:00 GMT")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, answer)
	})
	r := recorder(t, dir)
	if got, err := post(t, s, r, body); got != answer || err != nil {
		t.Errorf("the caller got %s, %v", got, err)
	}
	if r.Err() != nil || len(r.Files()) != 1 || filepath.Base(r.Files()[0]) != "20260301T040000.000Z-80100000.json" {
		t.Errorf("files %v, %v", r.Files(), r.Err())
	}
	leaks(t, dir)
	want := &recording.Recording{
		Schema: 1, Recorded: time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC), Endpoint: s.URL,
		Request: recording.Request{
			Method: "POST", Path: "/v3/PROJECT/messages:send", Header: http.Header{"Push-Type": {"6"}},
			Body: recording.Body{
				Text:  `{"payload":{"extraData":"for ` + name(otherToken) + `"},"target":{"token":["` + name(plainToken) + `","` + name(otherToken) + `","short"]}}`,
				Bytes: len(body),
			},
		},
		Response: &recording.Response{
			Status: 400, Proto: "HTTP/1.1",
			Header: http.Header{
				"Content-Type": {"application/json"}, "X-Echo": {"of " + name(plainToken)}, "Date": {"Sun, 01 Mar 2026 04:00:00 GMT"},
				"Content-Length": {strconv.Itoa(len(answer))},
			},
			Body: recording.Body{
				Text:  `{"code":"80100000","msg":"{\"illegalTokens\":{\" noRight \":[\"` + name(otherToken) + `\"]},\"success\":1}","requestId":"177236640000000000000001","project":"PROJECT"}`,
				Bytes: len(answer),
			},
		},
	}
	if diff := cmp.Diff(want, only(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// Whatever an answer does to the characters of a token, none gets into a file.
func TestNoTokenIsLeft(t *testing.T) {
	escaped := strings.NewReplacer("/", `\/`, "=", `\u003d`, "+", `\u002b`).Replace(plainToken)
	twice := strings.ReplaceAll(strings.NewReplacer("/", `\/`, "=", `\u003D`).Replace(plainToken), `\`, `\\`)
	letters := strings.Replace(plainToken, "M", `\u004d`, 1)
	for _, c := range []struct{ name, answer, text, withheld string }{
		{"as it is", `{"msg":"` + plainToken + `"}`, `{"msg":"` + name(plainToken) + `"}`, ""},
		{"in no JSON", `refused ` + plainToken + "\n", `refused ` + name(plainToken) + "\n", ""},
		{"escaped", `{"msg":"` + escaped + `!"}`, `{"msg":"` + name(plainToken) + `!"}`, ""},
		{"a JSON text in a JSON text", `{"msg":"{\"t\":\"` + twice + `\"}"}`, `{"msg":"{\"t\":\"` + name(plainToken) + `\"}"}`, ""},
		{"a letter as an escape", `{"msg":"` + letters + `"}`, `{"msg":"` + name(plainToken) + `"}`, ""},
		{"the JWT", `{"msg":"Bearer ` + jwt + `"}`, `{"msg":"Bearer (the JWT)"}`, ""},
		{"no UTF-8", "\xff" + plainToken, "", "it is no UTF-8"},
		{"another body", `{"msg":"\u5b57 \/ \\"}`, `{"msg":"\u5b57 \/ \\"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := backend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.answer) })
			got, err := post(t, s, recorder(t, dir), `{"target":{"token":["`+plainToken+`"]}}`)
			if got != c.answer || err != nil {
				t.Errorf("the caller got %s, %v", got, err)
			}
			leaks(t, dir)
			want := recording.Body{Text: c.text, Bytes: len(c.answer), Withheld: c.withheld}
			if diff := cmp.Diff(want, only(t, dir).Response.Body); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An answer that breaks off, and none at all: the caller gets what it would
// have got, and the file says so.
func TestTroubleIsRecorded(t *testing.T) {
	t.Run("the answer breaks off", func(t *testing.T) {
		dir := t.TempDir()
		s := backend(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"code":"800`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		got, err := post(t, s, recorder(t, dir), `{}`)
		if got != `{"code":"800` || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the caller got %q, %v", got, err)
		}
		if r := only(t, dir); r.Response == nil || r.Response.Text != got || !strings.Contains(r.Error, "unexpected EOF") {
			t.Errorf("recorded %+v", r)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		dir := t.TempDir()
		s := backend(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		_, err := post(t, s, recorder(t, dir), `{}`)
		r := only(t, dir)
		if err == nil || r.Response != nil || r.Error != err.Error() {
			t.Errorf("%v, recorded %+v", err, r)
		}
		if files, _ := os.ReadDir(dir); !strings.HasSuffix(files[0].Name(), "Z-no-answer.json") {
			t.Errorf("it is called %s", files[0].Name())
		}
	})
	t.Run("more than is kept", func(t *testing.T) {
		dir := t.TempDir()
		long := strings.Repeat("x", 3<<20)
		s := backend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) })
		got, err := post(t, s, recorder(t, dir), `{}`)
		if got != long || err != nil {
			t.Errorf("the caller got %d bytes, %v", len(got), err)
		}
		if b := only(t, dir).Response.Body; b.Text != "" || b.Withheld != "it is too long" || b.Bytes <= 1<<20 {
			t.Errorf("recorded %.100v", b)
		}
	})
}

// Two exchanges of the same time have two files; a folder that takes none
// spoils no exchange.
func TestFilesOfARecorder(t *testing.T) {
	dir := t.TempDir()
	s := backend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"code":"80000000"}`) })
	r := recorder(t, dir)
	for range 3 {
		if _, err := post(t, s, r, `{}`); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, f := range r.Files() {
		names = append(names, filepath.Base(f))
	}
	if diff := cmp.Diff([]string{"20260301T040000.000Z-80000000.json", "20260301T040000.000Z-80000000-2.json", "20260301T040000.000Z-80000000-3.json"}, names); diff != "" {
		t.Error(diff)
	}
	gone := filepath.Join(dir, "gone")
	r = recorder(t, gone)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if got, err := post(t, s, r, `{}`); got == "" || err != nil {
		t.Errorf("the caller got %q, %v", got, err)
	}
	if err := r.Err(); !errors.Is(err, os.ErrNotExist) || len(r.Files()) > 0 {
		t.Errorf("the recorder says %v and has %v", err, r.Files())
	}
	if _, err := recording.New(recording.Options{Dir: filepath.Join(dir, names[0], "x")}); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func FuzzRedaction(f *testing.F) {
	f.Add([]byte(`{"target":{"token":["`+plainToken+`"]}}`), []byte(`{"msg":"`+plainToken+`"}`))
	f.Add([]byte(`{"token":["`+otherToken+`"]}`), []byte(`{"msg":"{\"a\":\"`+otherToken+`\"}"}`))
	f.Add([]byte(`{"token":"12345678"}`), []byte(`1\u0032345678`))
	f.Add([]byte(`{"token":["\u0061bcdefgh"]}`), []byte(`\\\u0061bcdefgh`))
	f.Fuzz(func(t *testing.T, asked, answered []byte) {
		dir := t.TempDir()
		r, err := recording.New(recording.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodPost, "https://push.example/v3/"+project+"/messages:send", bytes.NewReader(asked))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(asked)), nil }
		response, err := r.Transport(reply(answered)).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(response.Body); !bytes.Equal(got, answered) || err != nil {
			t.Fatalf("the caller got %q, %v", got, err)
		}
		kept := only(t, dir)
		var secrets struct {
			Token  []string `json:"token"`
			Target struct {
				Token []string `json:"token"`
			} `json:"target"`
		}
		if json.Unmarshal(asked, &secrets) != nil {
			return
		}
		for _, token := range append(secrets.Token, secrets.Target.Token...) {
			for _, text := range []string{kept.Request.Text, kept.Response.Text} {
				if len(token) >= 8 && !strings.Contains(name(token), token) && strings.Contains(text, token) {
					t.Fatalf("%q is left in %q", token, text)
				}
			}
		}
	})
}

// reply is a transport that answers at once.
type reply []byte

func (r reply) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(r))}, nil
}
