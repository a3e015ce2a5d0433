// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	writePermission = "ohos.permission.WRITE_PRIVACY_PUSH_DATA"
	proxyScheme     = "datashareproxy://"
	proxyPath       = "/PushMessage"
	proxyMetadata   = "dataProperties"
)

// pushes reports whether the door is meant for background messages: by its
// path, or by its permission. An app may have others.
func (p ProxyData) pushes() bool {
	return strings.HasSuffix(p.URI, proxyPath) || p.WritePermission == writePermission
}

func (app *App) eachPushData(f func(m *Module, p ProxyData)) {
	for _, m := range app.Modules {
		for _, p := range m.ProxyData {
			if p.pushes() {
				f(m, p)
			}
		}
	}
}

func proxyDataMissing(app *App, note note) {
	found := false
	app.eachPushData(func(*Module, ProxyData) { found = true })
	if !found {
		note(app.file(), 0, nil)
	}
}

func proxyDataURI(app *App, note note) {
	app.eachPushData(func(m *Module, p ProxyData) {
		bundle := app.Bundle
		if bundle == "" {
			// Any will do where the app's is not known.
			bundle, _, _ = strings.Cut(strings.TrimPrefix(p.URI, proxyScheme), "/")
		}
		if want := proxyScheme + bundle + proxyPath; p.URI != want || bundle == "" {
			note(m.File, p.Line, words{"uri": fmt.Sprintf("%q", p.URI), "want": want})
		}
	})
}

func proxyDataPermission(app *App, note note) {
	app.eachPushData(func(m *Module, p ProxyData) {
		if p.WritePermission != writePermission {
			note(m.File, p.Line, words{"uri": p.URI, "permission": orNone(p.WritePermission)})
		}
	})
}

// databaseTable is the path of a table: its database and its name.
var databaseTable = regexp.MustCompile(`^[^/\s]+/[^/\s]+$`)

func proxyDataProfile(app *App, note note) {
	app.eachPushData(func(m *Module, p ProxyData) {
		if lacks := m.pushTable(p.Metadata); lacks != "" {
			note(m.File, p.Line, words{"uri": p.URI, "lacks": lacks})
		}
	})
}

// pushTable says what is wrong with the file that describes the table.
func (m *Module) pushTable(meta Metadata) string {
	if meta.Name != proxyMetadata {
		return "has no metadata " + proxyMetadata
	}
	p, lacks := m.profile(meta.Resource)
	if lacks != "" {
		return lacks
	}
	path, kind, scope := p.Value.Get("path").Text(), p.Value.Get("type").Text(), p.Value.Get("scope").Text()
	lacks = "names " + meta.Resource + ", whose "
	switch {
	case !databaseTable.MatchString(path):
		return fmt.Sprintf("%spath is %q, and no DATABASE/TABLE", lacks, path)
	case kind != "rdb":
		return fmt.Sprintf("%stype is %q, and not rdb", lacks, kind)
	case scope != "" && scope != "application" && scope != "module":
		return fmt.Sprintf("%sscope is %q, and neither application nor module", lacks, scope)
	}
	return ""
}

func proxyDataRequested(app *App, note note) {
	for _, m := range app.Modules {
		for _, p := range m.Permissions {
			if p.Name == writePermission {
				note(m.File, p.Line, nil)
			}
		}
	}
}
