// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package hilog

import (
	"sync"

	"github.com/ebitengine/purego"
)

// library has OH_LOG_Print on HarmonyOS. Source: HiLog guide, NDK.
const library = "libhilog_ndk.z.so"

// logApp is LOG_APP of LogType.
const logApp = 0

// find returns the log's own printer, or nil where there is none. That an app's
// library may open it by name is a claim (native.hilog).
var find = sync.OnceValue(func() func(Level, string) { return open(library) })

func open(name string) func(Level, string) {
	handle, err := purego.Dlopen(name, purego.RTLD_NOW)
	if err != nil {
		return nil
	}
	address, err := purego.Dlsym(handle, "OH_LOG_Print")
	if err != nil {
		return nil
	}
	// int OH_LOG_Print(LogType, LogLevel, unsigned int domain, const char *tag,
	// const char *fmt, ...). Integers and pointers go the same way with and
	// without the dots on both of HarmonyOS's machines.
	var printf func(kind, level, domain uint32, tag, format, line string) int32
	purego.RegisterFunc(&printf, address)
	return func(level Level, line string) {
		printf(logApp, uint32(level), Domain, Tag, "%{public}s", line)
	}
}
