// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// recordFolder holds a small file for each app that was installed from here.
const recordFolder = "/data/local/tmp/pushproof"

// installRecord is what was installed.
type installRecord struct {
	Bundle  string `json:"bundle"`
	Hash    string `json:"sha256"`
	Code    int64  `json:"versionCode"`
	Updated int64  `json:"updateTime"`
}

// recordFile is the file of an app, whose name has been checked.
func recordFile(bundle string) string { return recordFolder + "/" + bundle + ".installed.json" }

// recallInstalled reads the record. One that is missing or that is none is not
// found: the app is then installed again, which does no harm.
func (d *Device) recallInstalled(ctx context.Context, bundle string) (installRecord, bool, error) {
	text, exit, err := d.doStatus(ctx, "file.cat", map[string]string{"file": recordFile(bundle)})
	if err != nil {
		return installRecord{}, false, fmt.Errorf("read what was installed: %w", err)
	}
	if exit != 0 {
		return installRecord{}, false, nil
	}
	record, err := parseRecord(text)
	return record, err == nil && record.Bundle == bundle, nil
}

// parseRecord reads a record and refuses what cannot have been written here.
func parseRecord(text string) (installRecord, error) {
	var record installRecord
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		return installRecord{}, err
	}
	if sum, err := hex.DecodeString(record.Hash); err != nil || len(sum) != 32 || record.Code < 0 || record.Updated < 0 {
		return installRecord{}, errors.New("it is no record of an installation")
	}
	return record, nil
}

// forgetInstalled removes the record, if there is one.
func (d *Device) forgetInstalled(ctx context.Context, bundle string) error {
	if _, err := d.do(ctx, "file.remove", map[string]string{"file": recordFile(bundle)}); err != nil {
		return fmt.Errorf("remove the note of what was installed: %w", err)
	}
	return nil
}

// rememberInstalled writes the record as a file that is sent: a command line
// that redirects would have to be quoted by hand.
func (d *Device) rememberInstalled(ctx context.Context, to Installer, record installRecord) error {
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	said, exit, err := d.doStatus(ctx, "file.make-folder", map[string]string{"folder": recordFolder})
	if err == nil && exit != 0 {
		err = newOutputError("make "+recordFolder, "mkdir", said, nil)
	}
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "pushproof-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // a small file that stays is no harm
	local := filepath.Join(folder, strings.TrimPrefix(recordFile(record.Bundle), recordFolder+"/"))
	if err := os.WriteFile(local, text, 0o600); err != nil {
		return err
	}
	_, err = to.Send(ctx, d.key, local, recordFile(record.Bundle), hdc.FileOptions{})
	return err
}
