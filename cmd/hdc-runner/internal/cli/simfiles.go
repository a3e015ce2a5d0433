// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pushproof/pushproof/harness/sim/cloud/demo"
)

// simCloudFiles says where the files of sim cloud go; what is empty goes into
// dir.
type simCloudFiles struct{ dir, ca, account, tokens, control, env string }

// writtenFiles are the files that sim cloud has written.
type writtenFiles struct {
	simCloudFiles
	// sample is a message to send.
	sample string
	// secret is what stands in control.
	secret string
	// temporary is the folder to remove, "" for none.
	temporary string
}

// write writes all files. Each appears whole or not at all.
func (f simCloudFiles) write(d *demo.Demo) (w *writtenFiles, err error) {
	w = &writtenFiles{simCloudFiles: f, secret: rand.Text()}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write the files of the simulated cloud: %w", err), w.remove())
		}
	}()
	if w.dir == "" {
		if w.temporary, err = os.MkdirTemp("", "pushproof-cloud-*"); err != nil {
			return w, err
		}
		w.dir = w.temporary
	}
	if w.dir, err = filepath.Abs(w.dir); err != nil {
		return w, err
	}
	for path, name := range map[*string]string{
		&w.ca: "push-ca.pem", &w.account: "service-account.json", &w.tokens: "tokens", &w.control: "control-token.txt",
		&w.env: "cloud.env",
	} {
		if *path == "" {
			*path = filepath.Join(w.dir, name)
		}
	}
	w.sample = filepath.Join(w.dir, "alert.json")
	if err := errors.Join(os.MkdirAll(w.dir, 0o700), os.MkdirAll(w.tokens, 0o700)); err != nil {
		return w, err
	}
	// What a former cloud left says that this one is ready.
	if err := os.Remove(w.env); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return w, err
	}
	return w, errors.Join(
		writeWhole(w.ca, d.CAPEM(), 0o644),
		writeWhole(w.account, d.ServiceAccountJSON(), 0o600),
		writeWhole(w.control, []byte(w.secret+"\n"), 0o600),
		writeWhole(w.sample, []byte(sampleAlert), 0o644),
		writeTokens(w.tokens, d.Tokens()),
	)
}

// shellVariables are the names in the file for a shell.
func shellVariables() []string {
	return []string{
		"PUSHPROOF_PUSH_ENDPOINT", "PUSHPROOF_PUSH_CA", "PUSHPROOF_SERVICE_ACCOUNT",
		"PUSHPROOF_TOKENS", "PUSHPROOF_CONTROL", "PUSHPROOF_CONTROL_TOKEN_FILE",
	}
}

// ready writes where everything is, for a shell: when the file is there, the
// cloud can be used. hdc-runner knows the first three names as well.
func (w *writtenFiles) ready(d *demo.Demo, controlURL string) error {
	values := []string{d.URL(), w.ca, w.account, w.tokens, controlURL, w.control}
	var b strings.Builder
	for i, name := range shellVariables() {
		fmt.Fprintf(&b, "export %s=%s\n", name, word(values[i]))
	}
	if err := writeWhole(w.env, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write the files of the simulated cloud: %w", err)
	}
	return nil
}

// remove removes the temporary folder.
func (w *writtenFiles) remove() error {
	if w.temporary == "" {
		return nil
	}
	return os.RemoveAll(w.temporary)
}

// writeTokens writes NAME.txt for each token, and a list of them all for
// whoever reads JSON.
func writeTokens(dir string, tokens []demo.Token) error {
	type row struct {
		Name   string `json:"name"`
		Bundle string `json:"bundle"`
		Fate   string `json:"fate"`
		Token  string `json:"token"`
	}
	rows := make([]row, len(tokens))
	for i, t := range tokens {
		if err := writeWhole(filepath.Join(dir, t.Name+".txt"), []byte(t.Token.Reveal()+"\n"), 0o600); err != nil {
			return err
		}
		rows[i] = row{t.Name, t.Bundle, t.Fate, t.Token.Reveal()}
	}
	list, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(dir, "tokens.json"), append(list, '\n'), 0o600)
}

// writeWhole writes a file beside its place and then moves it there.
func writeWhole(path string, content []byte, mode os.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".pushproof-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Chmod(file.Name(), mode); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
