// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hvigor_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// logEnv names the file in which the stand-in programs write down how they were
// called; modeEnv says what goes wrong.
const (
	logEnv  = "HVIGOR_TEST_LOG"
	modeEnv = "HVIGOR_TEST_MODE"
)

// call is one line of that file.
type call struct {
	Program string
	Args    []string
	Dir     string
	Env     map[string]string
}

// TestMain is the tests, or one of the programs that a test has put in place
// under its name: this test binary is hvigorw, ohpm and go.
func TestMain(m *testing.M) {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	if os.Getenv(logEnv) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	if err := standIn(name, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(97)
	}
}

func standIn(name string, args []string) error {
	if len(args) > 0 && args[0] == "linger" {
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	c := call{Program: name, Args: args, Dir: dir, Env: map[string]string{}}
	for _, key := range []string{"DEVECO_SDK_HOME", "JAVA_HOME", "NODE_HOME", "PATH"} {
		c.Env[key] = os.Getenv(key)
	}
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(os.Getenv(logEnv), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	fmt.Printf("%s at work\n", name)
	switch os.Getenv(modeEnv) {
	case "fails":
		fmt.Fprintln(os.Stderr, "> hvigor ERROR: something is wrong")
		os.Exit(3)
	case "says so":
		fmt.Print("> hvigor ERROR: BUILD FAI")
		fmt.Print("LED in 36 ms\n")
	case "hangs":
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "leaves one":
		self, err := os.Executable()
		if err != nil {
			return err
		}
		child := exec.Command(self, "linger")
		child.Stdin, child.Stdout = os.Stdin, os.Stdout
		return child.Start()
	}
	return nil
}
