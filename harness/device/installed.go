// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Version tells one installation of an app from another one.
type Version struct {
	// Found is unset where the app is not installed.
	Found bool `json:"found"`
	// Code is the app's versionCode.
	Code int64 `json:"code"`
	// Updated is when it was installed or last replaced, in ms since 1970 by
	// the device's clock; 0 where the device does not say. (Claim
	// device.bm.times.)
	Updated int64 `json:"updated"`
}

// Installed reads which version of an app is installed. Errors beside those of
// the shell: *hdc.ArgumentError for a name that is none, and *OutputError.
func (d *Device) Installed(ctx context.Context, bundle string) (Version, error) {
	if err := hdc.CheckBundle(bundle); err != nil {
		return Version{}, err
	}
	doing := "look for " + bundle
	text, err := d.do(ctx, "bm.dump", map[string]string{"bundle": bundle})
	if err != nil {
		return Version{}, fmt.Errorf("%s: %w", doing, err)
	}
	if strings.Contains(text, "error: failed to get information") {
		return Version{}, nil
	}
	v, err := parseVersion(text)
	if err != nil {
		return Version{}, newOutputError(doing, "bm dump", text, err)
	}
	return v, nil
}

// parseVersion reads the version behind bm dump's header line. updateTime
// stands at the top level or for each user.
func parseVersion(text string) (Version, error) {
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return Version{}, errNoObject
	}
	var dump struct {
		VersionCode looseInt          `json:"versionCode"`
		UpdateTime  looseInt          `json:"updateTime"`
		UserInfo    []json.RawMessage `json:"userInfo"`
	}
	if err := json.NewDecoder(strings.NewReader(text[start:])).Decode(&dump); err != nil {
		return Version{}, err
	}
	v := Version{Found: true, Code: int64(dump.VersionCode), Updated: int64(dump.UpdateTime)}
	for _, raw := range dump.UserInfo {
		var user struct {
			UpdateTime looseInt `json:"updateTime"`
		}
		if json.Unmarshal(raw, &user) == nil {
			v.Updated = max(v.Updated, int64(user.UpdateTime))
		}
	}
	return v, nil
}

// looseInt reads a JSON number, or one in a string; anything else is 0: the dump
// has hundreds of fields, and versions differ.
type looseInt int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *looseInt) UnmarshalJSON(text []byte) error {
	var v int64
	if json.Unmarshal(bytes.Trim(text, `"`), &v) == nil && v > 0 {
		*n = looseInt(v)
	}
	return nil
}
