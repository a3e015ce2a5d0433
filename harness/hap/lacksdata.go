// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import "github.com/pushproof/pushproof/agent/push"

var (
	formKind       = []push.Kind{push.KindForm}
	backgroundKind = []push.Kind{push.KindBackground}
)

// profileFile is the path of a file to which module.json5 refers.
func (f *filling) profileFile(name string) string {
	return f.folder + "/src/main/" + profilePrefix + name + ".json"
}

// newProfile adds a whole file, where there is none yet.
func (f *filling) newProfile(name, why string, kinds []push.Kind, lines ...string) {
	if _, there := f.m.Profiles[name]; !there {
		f.all = append(f.all, Addition{File: f.profileFile(name), New: true, Lines: lines, Why: why, Kinds: kinds})
	}
}

// cards adds what a card needs that is refreshed by pushes.
func (f *filling) cards() {
	if !f.wants(push.KindForm) {
		return
	}
	extensions := f.app.ofType(formTypeName)
	if len(extensions) == 0 {
		f.element("extensionAbilities", "a class that extends FormExtensionAbility, whose onAddForm binds proxies for the keys that pushes change", formKind,
			"{", `  "name": "EntryFormAbility",`, `  "type": "form",`, `  "srcEntry": "./ets/entryformability/EntryFormAbility.ets",`, `  "exported": false,`,
			`  "metadata": [{ "name": "`+formMetadata+`", "resource": "$profile:form_config" }],`, "},")
		f.newProfile("form_config", "the app's cards; src names the page of the card", formKind,
			"{", `  "forms": [{`, `    "name": "widget",`, `    "displayName": "$string:app_name",`, `    "description": "$string:app_name",`,
			`    "src": "./ets/widget/pages/WidgetCard.ets",`, `    "uiSyntax": "arkts",`, `    "isDefault": true,`, `    "updateEnabled": true,`,
			`    "dataProxyEnabled": true,`, `    "defaultDimension": "2*2",`, `    "supportDimensions": ["2*2"]`, "  }]", "}")
		return
	}
	proxied := false
	for _, d := range extensions {
		p, lacks := d.formConfig()
		if lacks != "" {
			continue
		}
		for _, v := range p.Value.Get("forms").Items() {
			proxied = proxied || v.Get("dataProxyEnabled").True()
		}
	}
	if proxied {
		return
	}
	for _, d := range extensions {
		p, lacks := d.formConfig()
		if lacks != "" || len(p.Value.Get("forms").Items()) == 0 {
			continue
		}
		v := p.Value.Get("forms").Items()[0]
		// A member that is there already is changed, not written twice.
		add := Addition{File: p.File, Into: "the card " + cardName(v), Line: v.Line(), Kinds: formKind,
			Why: "a push refreshes the card through the data proxy; timed refresh is off with it. It goes into every card that pushes are to refresh, in place of a value that is there"}
		add.Lines = append(add.Lines, `"dataProxyEnabled": true,`)
		if !v.Get("updateEnabled").True() {
			add.Lines = append(add.Lines, `"updateEnabled": true,`)
		}
		f.all = append(f.all, add)
		return
	}
}

// table adds what lets the system write background messages into the app's
// database.
func (f *filling) table() {
	if !f.wants(push.KindBackground) {
		return
	}
	found := false
	f.app.eachPushData(func(*Module, ProxyData) { found = true })
	if found {
		return
	}
	bundle := f.app.Bundle
	if bundle == "" {
		bundle = "BUNDLE_NAME"
	}
	f.element("proxyData", "messages sent with proxyData ENABLE become rows of the app's database while it is not in front; without it only the newest is kept", backgroundKind,
		"{", `  "uri": "`+proxyScheme+bundle+proxyPath+`",`, `  "requiredWritePermission": "`+writePermission+`",`,
		`  "metadata": { "name": "`+proxyMetadata+`", "resource": "$profile:PushMessage" },`, "},")
	f.newProfile("PushMessage", "database and table of the rows: id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT, push_type TEXT, message_action INTEGER, message TEXT, field1 to field5 TEXT, create_time INTEGER; the app makes the table",
		backgroundKind, "{", `  "path": "pushmessage/t_push_message",`, `  "type": "rdb",`, `  "scope": "application"`, "}")
}
