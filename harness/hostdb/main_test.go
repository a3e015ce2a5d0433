// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hostdb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/hostdb"
	"github.com/pushproof/pushproof/harness/process"
	"github.com/pushproof/pushproof/harness/quota"
)

// patience bounds each wait of these tests; other tests may need the CPU, too.
const patience = time.Minute

// envDir names the folder of the database to a process that this test starts.
const envDir = "HOSTDB_TEST_DIR"

// TestMain is also the main function of those processes.
func TestMain(m *testing.M) {
	switch os.Getenv(process.EnvRole) {
	case "rush":
		os.Exit(work(rush))
	case "hold":
		os.Exit(work(hold))
	}
	goleak.VerifyTestMain(m)
}

// work opens the ledger in the folder and runs f, when the parent says so.
func work(f func(context.Context, *quota.Ledger) error) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return 1
	}
	db, err := hostdb.Open(ctx, os.Getenv(envDir))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := f(ctx, quota.New(quota.Options{Store: db.Quota(), Rules: rules(), Wait: -1})); err != nil {
		fmt.Println(err)
		return 1
	}
	_, _ = in.ReadString('\n')
	return 0
}

// most is what the limits of these tests allow.
const most = 40

// rules are the usual ones with another number.
func rules() []quota.Rule {
	all, err := quota.Rules(quota.App{})
	if err != nil {
		panic(err)
	}
	for i := range all {
		all[i].Most = most
	}
	return all
}

var message = quota.Send{Project: "1", Device: "A", Kind: push.KindBackground, Test: true}

// rush reserves as much as there is by several goroutines at once, gives some
// of it back, takes that again, and prints how much it has at the end.
func rush(ctx context.Context, l *quota.Ledger) error {
	var group sync.WaitGroup
	got := make(chan int, 4)
	failed := make(chan error, 4)
	for range cap(got) {
		group.Go(func() {
			n := 0
			for i := range most {
				tickets, err := l.Reserve(ctx, message)
				var over *quota.OverError
				switch {
				case errors.As(err, &over):
					continue
				case err != nil:
					failed <- err
					return
				case i%3 == 0:
					err = tickets[0].Cancel(ctx)
				default:
					n++
					err = tickets[0].Commit(ctx)
				}
				if err != nil {
					failed <- err
					return
				}
			}
			got <- n
		})
	}
	group.Wait()
	if len(failed) > 0 {
		return <-failed
	}
	sum := 0
	for range cap(got) {
		sum += <-got
	}
	fmt.Println("got", sum)
	return nil
}

// hold reserves all there is, and never says what became of it.
func hold(ctx context.Context, l *quota.Ledger) error {
	var all []quota.Send
	for range most {
		all = append(all, message)
	}
	if _, err := l.Reserve(ctx, all...); err != nil {
		return err
	}
	fmt.Println("held")
	return nil
}

// child is a process that this test started.
type child struct {
	*process.Process
	lines *bufio.Reader
}

func start(t *testing.T, role, dir string) *child {
	t.Helper()
	o, err := process.Self(role, envDir+"="+dir)
	if err != nil {
		t.Fatal(err)
	}
	o.Stderr = os.Stderr
	p, err := process.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		closing, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := p.Close(closing); err != nil && !strings.Contains(err.Error(), "killed") {
			t.Error(err)
		}
	})
	return &child{p, bufio.NewReader(p.Stdout())}
}

// say writes a line to the process; line reads one of it.
func (c *child) say(t *testing.T) {
	t.Helper()
	if _, err := c.Stdin().Write([]byte("go\n")); err != nil {
		t.Fatal(err)
	}
}

func (c *child) line(t *testing.T) string {
	t.Helper()
	line, err := c.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the process ended after %q: %v", line, err)
	}
	return strings.TrimSpace(line)
}
