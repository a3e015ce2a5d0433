// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import "github.com/pushproof/pushproof/fixtures"

// InstallCode is a code with which bm refuses to install or uninstall.
type InstallCode int

// The codes that a simulated device gives by itself. Source: HarmonyOS guide,
// bm tool; fixtures.InstallCodes has them all. Options.InstallError gives any
// other.
const (
	CodeNoSignature   InstallCode = 9568320
	CodeProfile       InstallCode = 9568344
	CodeSignerDiffers InstallCode = 9568332
	CodeABI           InstallCode = 9568347
	CodeOldDevice     InstallCode = 9568297
	CodeDeviceType    InstallCode = 9568413
	CodeDowngrade     InstallCode = 9568263
	CodeDeveloperMode InstallCode = 9568401
	CodeNotInstalled  InstallCode = 9568386
)

// installTexts is what bm says with a code. That of 9568320 was recorded with
// hdc; the wording of the others is a claim: hdc.install-texts.
var installTexts = map[InstallCode]string{
	CodeNoSignature:   "no signature file.",
	CodeProfile:       "install parse profile prop check error.",
	CodeSignerDiffers: "install sign info inconsistent.",
	CodeABI:           "install parse native so failed.",
	CodeOldDevice:     "install failed due to older sdk version in the device.",
	CodeDeviceType:    "the device type is not supported.",
	CodeDowngrade:     "install version downgrade.",
	CodeDeveloperMode: "debug bundle can only be installed in developer mode.",
	CodeNotInstalled:  "uninstall missing installed bundle.",
}

// text is the line behind the code.
func (c InstallCode) text() string {
	if t, ok := installTexts[c]; ok {
		return t
	}
	if row, ok := fixtures.InstallCodeOf(int(c)); ok {
		return row.Meaning + "."
	}
	return "install failed."
}
