// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"

	"github.com/pushproof/pushproof/harness/hdc"
)

// Bounds of what is read of a package, in bytes.
const (
	zipTail   = 66 << 10 // a zip's end record with its longest comment
	maxModule = 4 << 20
)

// checkHAPSignature checks claim hdc.hap-signature: the 32 bytes in front of the
// zip's directory.
func checkHAPSignature(_ context.Context, e *env) (finding, error) {
	if e.hap == "" {
		return lacking("it is about a signed package: name one by --hap"), nil
	}
	file, err := os.Open(e.hap)
	if err != nil {
		return lacking("the package cannot be read: %v", err), nil
	}
	defer func() { _ = file.Close() }()
	at, err := directory(file)
	if err != nil {
		return lacking("the package is no zip: %v", err), nil
	}
	head := make([]byte, 32)
	if at < int64(len(head)) {
		return broken("there is nothing in front of the package's directory"), nil
	}
	if _, err := file.ReadAt(head, at-int64(len(head))); err != nil {
		return finding{}, err
	}
	saw := fmt.Sprintf("in front of the directory: %q", head)
	if !bytes.Contains(head, []byte("<hap sign block>")) {
		return broken("no <hap sign block> stands in front of the directory: is the package signed?", saw), nil
	}
	return held(saw), nil
}

// directory returns where a zip's central directory begins.
func directory(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	tail := make([]byte, min(info.Size(), zipTail))
	if _, err := file.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return 0, err
	}
	end := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if end < 0 || len(tail)-end < 22 {
		return 0, zip.ErrFormat
	}
	offset := tail[end+16 : end+20]
	return int64(offset[0]) | int64(offset[1])<<8 | int64(offset[2])<<16 | int64(offset[3])<<24, nil
}

// checkHAPAPI checks claim hdc.hap-api.
func checkHAPAPI(_ context.Context, e *env) (finding, error) {
	if e.hap == "" {
		return lacking("it is about a package that DevEco Studio has built: name one by --hap"), nil
	}
	module, f, err := readModule(e.hap)
	if err != nil || f.outcome != "" {
		return f, err
	}
	number, ok := module.App.MinAPIVersion.(json.Number)
	if !ok {
		return broken("app.minAPIVersion of module.json is no number"), nil
	}
	saw := "app.minAPIVersion is " + number.String()
	level, err := number.Int64()
	switch {
	case err != nil, level <= 0:
		return broken("app.minAPIVersion is no API level", saw), nil
	case level < 1000, level >= 10_000_000 && level%1000 > 0 && level%1000 < 200:
		return held(saw), nil
	}
	return broken("app.minAPIVersion is neither an API level nor one with the distribution's number in front", saw), nil
}

// moduleFile is what is read of a package's module.json.
type moduleFile struct {
	App struct {
		BundleName    string `json:"bundleName"`
		MinAPIVersion any    `json:"minAPIVersion"`
	} `json:"app"`
}

// readModule reads module.json of a package. A package without a sound one is a
// finding.
func readModule(path string) (m moduleFile, f finding, err error) {
	pkg, err := zip.OpenReader(path)
	if err != nil {
		return m, lacking("the package cannot be read: %v", err), nil
	}
	defer func() { _ = pkg.Close() }()
	file, err := pkg.Open("module.json")
	if err != nil {
		return m, broken("the package has no module.json"), nil
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxModule))
	if err != nil {
		return m, lacking("module.json cannot be read: %v", err), nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&m); err != nil {
		return m, broken("module.json is no JSON object of the documented form"), nil
	}
	return m, finding{}, nil
}

// checkInstallTime checks claim device.bm.times. It installs nothing but a
// package of the app that the user named.
func checkInstallTime(ctx context.Context, e *env) (finding, error) {
	module, f, err := readModule(e.hap)
	switch {
	case err != nil:
		return f, err
	case f.outcome != "":
		return lacking("%s", f.reason), nil
	case module.App.BundleName != e.bundle:
		return lacking("the package is of %q, and --bundle names %q: nothing was installed", module.App.BundleName, e.bundle), nil
	}
	before, saw, err := e.updateTime(ctx)
	if err != nil {
		return finding{}, err
	}
	if before == 0 {
		return broken("bm dump -n has no versionCode or no updateTime", saw...), nil
	}
	var refused *hdc.InstallError
	err = e.client.Install(ctx, e.key, e.hap, hdc.InstallOptions{})
	if errors.As(err, &refused) {
		return lacking("the device refuses the package with %d: %s", refused.Code, refused.Meaning), nil
	}
	if err != nil {
		return finding{}, err
	}
	after, again, err := e.updateTime(ctx)
	if err != nil {
		return finding{}, err
	}
	saw = append(saw, again...)
	if after <= before {
		return broken("the installation left updateTime as it was", saw...), nil
	}
	return held(saw...), nil
}

var (
	updateTime  = regexp.MustCompile(`"updateTime": *(\d+)`)
	versionCode = regexp.MustCompile(`"versionCode": *\d+`)
)

// updateTime returns the newest updateTime of the app, 0 where bm dump gives
// none or no versionCode.
func (e *env) updateTime(ctx context.Context) (newest int64, saw []string, err error) {
	got, err := e.shell(ctx, "bm dump -n "+e.bundle)
	if err != nil {
		return 0, nil, err
	}
	version := versionCode.FindString(got.text)
	if version == "" {
		return 0, []string{shape(got)}, nil
	}
	for _, m := range updateTime.FindAllStringSubmatch(got.text, -1) {
		if at, err := strconv.ParseInt(m[1], 10, 64); err == nil {
			newest = max(newest, at)
		}
	}
	return newest, []string{fmt.Sprintf("%s, \"updateTime\": %d", version, newest)}, nil
}
