// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hosttest_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/nativebridge/internal/hosttest"
)

func TestMain(m *testing.M) { os.Exit(hosttest.Main(m)) }

// hostlib builds the library that the programs open.
func hostlib(t *testing.T, m *hosttest.Machine) string {
	t.Helper()
	return m.Library(t, "nativebridge/testdata/hostlib", "hostlib", true)
}

// says fails unless the program has said each of the texts.
func says(t *testing.T, said string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(said, w) {
			t.Errorf("the program says no %q:\n%s", w, said)
		}
	}
}

// copyOf returns the path of a copy.
func copyOf(t *testing.T, path, to string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestHosts(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) {
		lib := hostlib(t, m)
		// Another file with the same content is another library.
		another := copyOf(t, lib, filepath.Join(t.TempDir(), "libanother.so"))
		started := fmt.Sprintf(`args=["app"] mark=here page=%d`, os.Getpagesize())
		for _, tc := range []struct {
			name string
			args []string
			want []string
		}{
			{"threads", []string{lib}, []string{started}},
			{"signals", []string{lib}, []string{"signals"}},
			{"two", []string{lib, another}, nil},
			{"fork", []string{lib}, []string{strings.Repeat(started+"\n", 4)}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				said := m.Run(t, hosttest.Program{
					Path: m.C(t, tc.name, []string{tc.name + ".c"}), Args: tc.args, Env: []string{"HOST_MARK=here"},
				})
				says(t, said, append(tc.want, "done")...)
			})
		}
	})
}

func TestNet(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "this is %s", r.URL.Path)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	authorities := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authorities, text, 0o600); err != nil {
		t.Fatal(err)
	}
	hosttest.Each(t, func(t *testing.T, m *hosttest.Machine) {
		said := m.Run(t, hosttest.Program{
			Path: m.C(t, "net", []string{"net.c"}),
			Args: []string{hostlib(t, m), server.URL + "/page", authorities, "localhost"},
			// The C library, not Go, is to resolve.
			Env: []string{"GODEBUG=netdns=cgo+2"},
		})
		says(t, said, "HTTP/2.0 200 OK: this is /page", "127.0.0.1", "hostLookupOrder(localhost) = cgo", "done")
	})
}
