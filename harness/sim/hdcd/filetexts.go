// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

// Texts about files that no recording holds. Source: OpenHarmony,
// developtools_hdc, file.cpp and transfer.cpp, and the guide of hdc; those of
// -b are claim hdc.file-sandbox.
const (
	textUnknownOption = "[Fail]Unknown file option: %s\r\n"
	textNoBundle      = "[Fail][E005003] The parameter is missing, correct your input by referring below:\nUsage: hdc file %s\r\n"
	usageSendBundle   = "send [-b bundlename] local remote"
	usageRecvBundle   = "recv [-b bundlename] remote local"
	textNoSandbox     = "[Fail][E005101] Invalid bundle name: %s\r\n"
	textOutsideBundle = "[Fail][E005102] Remote path: %s is invalid, no such file/directory or it's out of the application directory.\r\n"
	textMakeFolder    = "[Fail]%sError create directory: %s, path:%s\r\n"
	textNoFolder      = "[Fail]Not a directory, path:%s\r\n"
)

// noFolderCode stands before the text of a folder that cannot be made: codes
// came with the sandbox.
func (d dialect) noFolderCode() string {
	if d.sandbox {
		return "[E005005] "
	}
	return ""
}
