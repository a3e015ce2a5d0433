// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package outbox

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/pushproof/pushproof/agent/wire"
)

// ledger keeps losses while there is no room for their records: a file whose
// blocks were taken when the disk had room, overwritten in place. What it says
// holds only until the journal has a record behind After, because the first one
// that fits is written together with the pending losses.
//
// It is a second chance, not a guarantee: without it (the disk was full from
// the start, or the file system writes elsewhere) losses are kept in memory.
type ledger struct{ file *os.File }

const (
	ledgerName = "losses"
	ledgerSize = 4096
)

type ledgerEntry struct {
	After  uint64      `json:"after"`
	Losses []wire.Loss `json:"losses"`
}

func openLedger(dir string) *ledger {
	f, err := os.OpenFile(filepath.Join(dir, ledgerName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return &ledger{}
	}
	if info, err := f.Stat(); err == nil && info.Size() < ledgerSize {
		// A failure here shows itself as a failure of save, which is allowed.
		_, _ = f.WriteAt(make([]byte, ledgerSize), 0)
	}
	return &ledger{file: f}
}

// save writes the losses that are pending behind the record after.
func (l *ledger) save(after uint64, losses []wire.Loss) {
	if l.file == nil {
		return
	}
	b, err := json.Marshal(ledgerEntry{After: after, Losses: losses})
	if err != nil || len(b)+8 > ledgerSize {
		return
	}
	buf := make([]byte, 8, ledgerSize)
	binary.LittleEndian.PutUint32(buf, crc32.ChecksumIEEE(b))
	binary.LittleEndian.PutUint32(buf[4:], uint32(len(b)))
	_, _ = l.file.WriteAt(append(buf, b...), 0)
}

// load returns the losses that are still pending if last is the newest record.
func (l *ledger) load(last uint64) []wire.Loss {
	if l.file == nil {
		return nil
	}
	buf := make([]byte, ledgerSize)
	if _, err := l.file.ReadAt(buf, 0); err != nil {
		return nil
	}
	n := binary.LittleEndian.Uint32(buf[4:])
	if n == 0 || n > ledgerSize-8 {
		return nil
	}
	b := buf[8 : 8+n]
	var e ledgerEntry
	if crc32.ChecksumIEEE(b) != binary.LittleEndian.Uint32(buf) || json.Unmarshal(b, &e) != nil || e.After != last {
		return nil
	}
	return e.Losses
}

func (l *ledger) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
