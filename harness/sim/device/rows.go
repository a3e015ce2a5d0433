// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/pushproof/pushproof/harness/sim"
	"github.com/pushproof/pushproof/harness/sim/device/seam"
)

var errNoTable = errors.New("the app has no table for background messages")

// The table is a file of JSON lines in the app's storage. The app reads and
// deletes rows through the system only, as it would through its database.

func (a *app) tablePath() string {
	return filepath.Join(a.filesDir(), "rdb", a.spec.ProxyTable+".jsonl")
}

// addRow appends a row; d.mu is held. The values of push_type and message are
// a claim: pushservice.proxydata.row.
func (d *Device) addRow(a *app, m sim.Message, extraData string) error {
	if a.spec.ProxyTable == "" {
		return errNoTable
	}
	rows, err := a.readRows()
	if err != nil {
		return err
	}
	if len(rows) >= maxRows {
		return fmt.Errorf("the table %s is full: the app must move rows out", a.spec.ProxyTable)
	}
	message, err := json.Marshal(map[string]string{"data": extraData})
	if err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	a.kept.LastRow++
	d.save(a)
	rows = append(rows, seam.Row{ID: a.kept.LastRow, MessageID: m.RequestID, PushType: "BACKGROUND",
		Message: string(message), CreateTime: d.now().UnixMilli()})
	defer d.notify()
	return a.writeRows(rows)
}

func (a *app) readRows() ([]seam.Row, error) {
	b, err := os.ReadFile(a.tablePath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the table %s: %w", a.spec.ProxyTable, err)
	}
	var rows []seam.Row
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, seam.MaxLine)
	for lines.Scan() {
		var r seam.Row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("read the table %s: %w", a.spec.ProxyTable, err)
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

// writeRows replaces the table as a whole.
func (a *app) writeRows(rows []seam.Row) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("write the table %s: %w", a.spec.ProxyTable, err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(a.tablePath()), 0o700); err != nil {
		return fmt.Errorf("write the table %s: %w", a.spec.ProxyTable, err)
	}
	tmp := a.tablePath() + ".new"
	if err := os.WriteFile(tmp, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write the table %s: %w", a.spec.ProxyTable, err)
	}
	if err := os.Rename(tmp, a.tablePath()); err != nil {
		return fmt.Errorf("write the table %s: %w", a.spec.ProxyTable, err)
	}
	a.rows = len(rows)
	return nil
}

func (d *Device) queryRows(a *app, table string) ([]seam.Row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if table != a.spec.ProxyTable || table == "" {
		return nil, seam.Fail(jsonrpc2.CodeInvalidParams, "no such table: "+table)
	}
	rows, err := a.readRows()
	if rows == nil {
		rows = []seam.Row{}
	}
	return rows, err
}

func (d *Device) deleteRows(a *app, del seam.Deletion) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if del.Table != a.spec.ProxyTable || del.Table == "" {
		return seam.Fail(jsonrpc2.CodeInvalidParams, "no such table: "+del.Table)
	}
	rows, err := a.readRows()
	if err != nil {
		return err
	}
	defer d.notify()
	return a.writeRows(slices.DeleteFunc(rows, func(r seam.Row) bool { return slices.Contains(del.IDs, r.ID) }))
}
