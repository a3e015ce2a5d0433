// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/pushproof/pushproof/harness/receipts"
	"github.com/pushproof/pushproof/harness/receipts/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// receipt is the nth of a biTag.
func receipt(tag string, n int) receipts.Receipt {
	return receipts.Receipt{
		RequestID: fmt.Sprintf("1777%020d", n), BiTag: tag, Token: fmt.Sprintf("token:%08x", n), Bundle: "com.example.app",
		PushType: 6, Result: 27, At: noon.Add(time.Duration(n) * time.Millisecond), Received: noon,
	}
}

func open(t testing.TB, path string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// at is a clock that stands.
func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func add(t testing.TB, s *store.Store, list ...receipts.Receipt) {
	t.Helper()
	if err := s.Add(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, s *store.Store, tag string, after int64) []receipts.Receipt {
	t.Helper()
	list, err := s.ByTag(t.Context(), tag, after, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var butID = cmpopts.IgnoreFields(receipts.Receipt{}, "ID")

func TestReceiptsComeBackAsTheyWere(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "r.db"), store.Options{Now: at(noon)})
	form := receipt("b1", 2)
	form.PushType, form.FormID, form.Result = 1, 1<<40, 0
	other := receipt("b2", 3)
	none := receipt("", 4)
	add(t, s, receipt("b1", 1), other)
	add(t, s, form, none)
	if diff := cmp.Diff([]receipts.Receipt{receipt("b1", 1), form}, find(t, s, "b1", 0), butID); diff != "" {
		t.Error(diff)
	}
	first := find(t, s, "b1", 0)[0].ID
	if diff := cmp.Diff([]receipts.Receipt{form}, find(t, s, "b1", first), butID); diff != "" {
		t.Errorf("after %d: %s", first, diff)
	}
	if list, err := s.ByTag(t.Context(), "b1", 0, 1); err != nil || len(list) != 1 || list[0].ID != first {
		t.Errorf("with a limit of 1: %v, %v", list, err)
	}
	if list := find(t, s, "b", 0); len(list) != 0 {
		t.Errorf("a part of the biTag finds %v", list)
	}
}

func TestTheSameReceiptIsKeptOnce(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "r.db"), store.Options{Now: at(noon)})
	again := receipt("b1", 1)
	again.Received = noon.Add(time.Minute)
	later := receipt("b1", 1)
	later.Result = 0
	add(t, s, receipt("b1", 1), receipt("b1", 1))
	add(t, s, again, later)
	if diff := cmp.Diff([]receipts.Receipt{receipt("b1", 1), later}, find(t, s, "b1", 0), butID); diff != "" {
		t.Error(diff)
	}
}

func TestReceiptsSurviveTheProcess(t *testing.T) {
	// SQLite gives ? # and % a meaning in names.
	path := filepath.Join(t.TempDir(), "50% ä#b", "r.db")
	if runtime.GOOS != "windows" {
		path = filepath.Join(t.TempDir(), "what?mode=ro&50% ä#b", "r.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), path, store.Options{Now: at(noon)})
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, receipt("b1", 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(t.Context(), []receipts.Receipt{receipt("b1", 2)}); err == nil {
		t.Error("a closed store takes receipts")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("others may read the file: %v", mode)
	}
	if list := find(t, open(t, path, store.Options{Now: at(noon)}), "b1", 0); len(list) != 1 {
		t.Errorf("after a restart: %v", list)
	}
}

func TestOldReceiptsGo(t *testing.T) {
	var now atomic.Int64
	now.Store(noon.UnixMilli())
	path := filepath.Join(t.TempDir(), "r.db")
	s := open(t, path, store.Options{Now: func() time.Time { return time.UnixMilli(now.Load()) }})
	old, young := receipt("b1", 1), receipt("b1", 2)
	young.Received = noon.Add(time.Hour)
	add(t, s, old, young)
	now.Store(noon.Add(store.DefaultKeep + time.Minute).UnixMilli())
	if n, err := s.Prune(t.Context()); err != nil || n != 1 {
		t.Fatalf("Prune = %d, %v; want 1", n, err)
	}
	if diff := cmp.Diff([]receipts.Receipt{young}, find(t, s, "b1", 0), butID); diff != "" {
		t.Error(diff)
	}
	// What is opened later begins with it, and gives no id a second time.
	now.Store(noon.Add(2 * store.DefaultKeep).UnixMilli())
	last := find(t, s, "b1", 0)[0].ID
	again := open(t, path, store.Options{Now: func() time.Time { return time.UnixMilli(now.Load()) }})
	if list := find(t, again, "b1", 0); len(list) != 0 {
		t.Errorf("old receipts are there after a restart: %v", list)
	}
	newest := receipt("b1", 3)
	newest.Received = time.UnixMilli(now.Load())
	add(t, again, newest)
	if list := find(t, again, "b1", last); len(list) != 1 {
		t.Errorf("the id of a removed receipt was given again: %v", find(t, again, "b1", 0))
	}
}

func TestOldReceiptsGoByThemselves(t *testing.T) {
	var now atomic.Int64
	now.Store(noon.UnixMilli())
	asked := make(chan struct{}, 1)
	s := open(t, filepath.Join(t.TempDir(), "r.db"), store.Options{
		Prune: time.Millisecond,
		Now: func() time.Time {
			select {
			case asked <- struct{}{}:
			default:
			}
			return time.UnixMilli(now.Load())
		},
	})
	add(t, s, receipt("b1", 1))
	now.Store(noon.Add(store.DefaultKeep + time.Minute).UnixMilli())
	for len(find(t, s, "b1", 0)) > 0 {
		select {
		case <-asked:
		case <-t.Context().Done():
			t.Fatal("the receipt stays")
		}
	}
}

func TestAFullDatabaseSaysSo(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "r.db"), store.Options{Now: at(noon), BytesMax: 128 << 10})
	var full *store.FullError
	taken := 0
	for ; taken < 10_000; taken += 100 {
		list := make([]receipts.Receipt, 100)
		for i := range list {
			list[i] = receipt("b1", taken+i)
		}
		if err := s.Add(t.Context(), list); errors.As(err, &full) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if full == nil {
		t.Fatal("the file has no bound")
	}
	if size, err := s.Size(); err != nil || size > 128<<10 {
		t.Errorf("the file has %d bytes, %v", size, err)
	}
	if list, err := s.ByTag(t.Context(), "b1", 0, 1); err != nil || len(list) != 1 {
		t.Errorf("a full database cannot be read: %v, %v", list, err)
	}
	if list := find(t, s, "b1", 0); taken < 1000 && len(list) != taken {
		t.Errorf("%d receipts are there, %d were taken: a refused list is there in part", len(list), taken)
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	other, newer := filepath.Join(dir, "other.db"), filepath.Join(dir, "newer.db")
	statements := map[string]string{
		other: "CREATE TABLE mine (x)",
		newer: "PRAGMA application_id = 0x50507263; PRAGMA user_version = 2; CREATE TABLE receipts (x)",
	}
	for path, statement := range statements {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for path, says := range map[string]string{text: "no SQLite database", other: "other tables", newer: "form is 2"} {
		_, err := store.Open(t.Context(), path, store.Options{})
		var foreign *store.ForeignError
		if !errors.As(err, &foreign) || !strings.Contains(err.Error(), says) {
			t.Errorf("Open(%s) = %v, want a *store.ForeignError that says %q", filepath.Base(path), err, says)
		}
	}
	if _, err := store.Open(t.Context(), filepath.Join(dir, "missing", "r.db"), store.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestManyAddAtOnce(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "r.db"), store.Options{Now: at(noon)})
	const posts, each = 40, 25
	var group sync.WaitGroup
	for p := range posts {
		group.Go(func() {
			list := make([]receipts.Receipt, each)
			for i := range list {
				list[i] = receipt("b1", p*each+i)
			}
			if err := s.Add(t.Context(), list); err != nil {
				t.Error(err)
			}
			if _, err := s.ByTag(t.Context(), "b1", 0, 10); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if list, err := s.ByTag(t.Context(), "b1", 0, posts*each+1); err != nil || len(list) != posts*each {
		t.Errorf("%d receipts, %v; want %d", len(list), err, posts*each)
	}
}

func TestAnAddThatNobodyWaitsForEnds(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "r.db"), store.Options{Now: at(noon)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Add(ctx, []receipts.Receipt{receipt("b1", 1)}); err == nil {
		// It may have been quicker than the look at ctx.
		if len(find(t, s, "b1", 0)) != 1 {
			t.Error("Add reports success for what is not there")
		}
	} else if !errors.Is(err, context.Canceled) {
		t.Errorf("Add = %v", err)
	}
	if err := s.Add(t.Context(), nil); err != nil {
		t.Errorf("nothing to keep: %v", err)
	}
}
