// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/hap"
)

const module = "entry/src/main/module.json5"

// change is what a case makes of the complete project: in a file, a text in
// place of another.
type change struct{ file, from, to string }

func in(from, to string) change { return change{module, from, to} }

func (c change) apply(t *testing.T, files map[string]string) {
	t.Helper()
	if strings.Count(files[c.file], c.from) == 0 {
		t.Fatalf("%s does not hold %q", c.file, c.from)
	}
	files[c.file] = strings.Replace(files[c.file], c.from, c.to, 1)
}

// mistakes has, by rule, a project that breaks it, and where and what is found.
// Nothing else is found unless besides says so.
var mistakes = []struct {
	rule    string
	change  change
	place   string
	what    string
	besides []string
}{
	{"home.missing", in(`"entities": ["entity.system.home"], "actions": ["ohos.want.action.home"]`, `"actions": ["a"]`), module + ":8", "ohos.want.action.home", nil},
	{"home.missing", in(`, "actions": ["ohos.want.action.home"]`, ``), module + ":13", "EntryAbility has the entity without the action", nil},
	{"home.missing", in(`"entities": ["entity.system.home"], `, ``), module + ":13", "EntryAbility has the action without the entity", nil},
	{"home.uris", in(`["ohos.want.action.home"]`, `["ohos.want.action.home"], "uris": [{"scheme": "shop"}]`), module + ":13", "the home skill of EntryAbility has uris", nil},
	{"home.uris", in(`["ohos.want.action.home"]`, `["action.system.home"], uris: [{}]`), module + ":13", "the home skill of EntryAbility has uris", nil},
	{"home.launchtype", in(`"exported": true`, `"exported": true, "launchType": "multiton"`), module + ":9", "EntryAbility, the home ability, has launchType multiton", nil},
	{"home.exported", in(`"exported": true`, `"exported": false`), module + ":9", "EntryAbility, the home ability, is not exported", nil},
	{"skill.mixed", in(`"actions": [""]`, `"actions": ["com.example.link"]`), module + ":14", "both the action com.example.link and uris", nil},
	{"listener.missing", in(`{ "actions": ["action.ohos.push.listener"], "uris": [] },`, ``), module, "no ability has", nil},
	{"listener.several", in(`"actions": [""], "uris": [{ "scheme": "https", "host": "www.example.com" }]`, `"actions": ["action.ohos.push.listener"]`), module + ":17", "2 abilities have the action action.ohos.push.listener: EntryAbility, PushMessageAbility", nil},
	{"listener.shared", in(`["action.ohos.push.listener"]`, `["action.ohos.push.listener", "com.example.a"], "entities": ["b"]`), module + ":23", "also has com.example.a, b", nil},
	{"listener.uris", in(`"uris": []`, `"uris": [{"scheme": "a"}]`), module + ":23", "PushMessageAbility with action.ohos.push.listener has uris", nil},
	{"listener.launchtype", in(`"singleton"`, `"specified"`), module + ":17", "has launchType specified", nil},
	{"listener.exported", in(`"exported": false`, `"exported": true`), module + ":17", "PushMessageAbility, which", nil},
	{"listener.extension", in(`"metadata": [{ "name": "ohos`, `"skills": [{"actions": ["action.ohos.push.listener"]}], "metadata": [{ "name": "ohos`), module + ":38", "EntryFormAbility, an extensionAbility of type form", nil},
	{"extension.missing", in(`"remoteNotification",`, `"service",`), module, "no extensionAbility", []string{"extension.type"}},
	{"extension.several", in(`"extensionAbilities": [`, `"extensionAbilities": [ {name: "Other", type: "remoteNotification", skills: [{actions: ["action.hms.push.extension.remotenotification"]}]},`), module + ":28", "2 extensionAbilities have the action action.hms.push.extension.remotenotification: Other, RemoteNotificationExtAbility", nil},
	{"extension.action", in(`action.hms.push.extension.remotenotification`, `action.hms.push.extension.remoteNotification`), module + ":28", "RemoteNotificationExtAbility, of type", nil},
	{"extension.uris", in(`["action.hms.push.extension.remotenotification"]`, `["action.hms.push.extension.remotenotification"], uris: [{}]`), module + ":32", "RemoteNotificationExtAbility", nil},
	{"extension.type", in(`["com.example.open"]`, `["action.hms.push.extension.remotenotification"]`), module + ":17", "PushMessageAbility has the action action.hms.push.extension.remotenotification and is a UIAbility", nil},
	{"extension.exported", in("\"remoteNotification\",\n        \"exported\": false", "\"remoteNotification\",\n        \"exported\": true"), module + ":28", "is exported", nil},
	{"extension.reserved", in(`"extensionAbilities": [`, `"extensionAbilities": [ {name: "Calls", type: "voip"},`), module + ":27", "Calls is an extensionAbility of type voip", nil},
	{"form.missing", in(`"type": "form"`, `"type": "service"`), module, "no extensionAbility has the type form", nil},
	{"form.profile", in(`"$profile:form_config"`, `"$profile:forms"`), module + ":34", "names $profile:forms, and there is no resources/base/profile/forms.json", nil},
	{"form.profile", in(`"$profile:form_config"`, `"form_config.json"`), module + ":34", `names "form_config.json", which does not begin with $profile:`, nil},
	{"form.profile", in(`, "resource": "$profile:form_config"`, ``), module + ":34", "names no resource", nil},
	{"form.profile", in(`"ohos.extension.form"`, `"ohos.extension.forms"`), module + ":34", "has no metadata ohos.extension.form", nil},
	{"form.profile", change{profiles + "form_config.json", formConfig, `{"cards": []}`}, module + ":34", `which has no array "forms"`, nil},
	{"form.profile", change{profiles + "form_config.json", formConfig, `{`}, module + ":34", `form_config.json: line 1, column 2: the text ends`, nil},
	{"form.dataproxy", change{profiles + "form_config.json", `"dataProxyEnabled": true`, `"dataProxyEnabled": false`}, profiles + "form_config.json:3", "no card of the app has dataProxyEnabled: widget", nil},
	{"form.updates", change{profiles + "form_config.json", `"updateEnabled": true`, `"updateEnabled": false`}, profiles + "form_config.json:3", "the card widget", nil},
	{"form.timed", change{profiles + "form_config.json", `"updateDuration": 0`, `"updateDuration": 1`}, profiles + "form_config.json:3", "the card widget has dataProxyEnabled and updateDuration 1", nil},
	{"form.timed", change{profiles + "form_config.json", `"updateDuration": 0`, `"scheduledUpdateTime": "10:30"`}, profiles + "form_config.json:3", "scheduledUpdateTime 10:30", nil},
	{"form.count", change{profiles + "form_config.json", "\"forms\": [\n", "\"forms\": [\n" + strings.Repeat("{dataProxyEnabled: false},", 16)}, profiles + "form_config.json", "declares 17 cards", nil},
	{"proxydata.missing", in(`"proxyData"`, `"otherData"`), module, "no proxyData is declared", nil},
	{"proxydata.uri", in(`//com.example.shop/`, `//com.example.other/`), module + ":42", `"datashareproxy://com.example.other/PushMessage"`, nil},
	{"proxydata.uri", in(`/PushMessage"`, `/pushMessage"`), module + ":42", `"datashareproxy://com.example.shop/pushMessage"`, nil},
	{"proxydata.permission", in(`ohos.permission.WRITE_PRIVACY_PUSH_DATA`, `ohos.permission.WRITE`), module + ":42", "has ohos.permission.WRITE as requiredWritePermission", nil},
	{"proxydata.permission", in(`"requiredWritePermission": "ohos.permission.WRITE_PRIVACY_PUSH_DATA",`, ``), module + ":42", "has none as requiredWritePermission", nil},
	{"proxydata.profile", in(`"dataProperties"`, `"properties"`), module + ":42", "has no metadata dataProperties", nil},
	{"proxydata.profile", in(`$profile:PushMessage`, `$profile:Push`), module + ":42", "there is no resources/base/profile/Push.json", nil},
	{"proxydata.profile", change{profiles + "PushMessage.json", "pushmessage/t_push_message", "t_push_message"}, module + ":42", `path is "t_push_message", and no DATABASE/TABLE`, nil},
	{"proxydata.profile", change{profiles + "PushMessage.json", "rdb", "kv"}, module + ":42", `type is "kv", and not rdb`, nil},
	{"proxydata.profile", change{profiles + "PushMessage.json", "application", "app"}, module + ":42", `scope is "app", and neither application nor module`, nil},
	{"proxydata.requested", in(`{ "name": "ohos.permission.INTERNET" },`, `{ "name": "ohos.permission.WRITE_PRIVACY_PUSH_DATA" },`), module + ":49", "requestPermissions asks for", nil},
	{"client.id", in(`"mainElement"`, `"metadata": [{"name": "client_id", "value": "$string:id"}], "mainElement"`), module + ":6", `the metadata client_id is "$string:id"`, nil},
	{"device.none", in(`["phone", "tablet", "2in1", "wearable", "tv",]`, `[]`), module + ":7", "deviceTypes is empty", nil},
	{"device.none", in(`"deviceTypes": ["phone", "tablet", "2in1", "wearable", "tv",],`, ``), module + ":3", "deviceTypes is empty", nil},
	{"device.unsupported", in(`"tv",`, `"car",`), module + ":7", "deviceTypes has car", nil},
	{"module.shape", in(`"exported": true`, `"exported": "true"`), module + ":11", "module.abilities[0].exported is a string, and must be a boolean", []string{"home.exported"}},
	{"module.shape", in(`"uris": []`, `"uris": {}`), module + ":23", "module.abilities[1].skills[1].uris is an object, and must be an array", nil},
	{"module.shape", in(`"actions": ["com.example.open"]`, `"actions": "com.example.open"`), module + ":22", "module.abilities[1].skills[0].actions is a string, and must be an array", nil},
}

var place = regexp.MustCompile(`\{[a-z][A-Za-z]*\}`)

func TestMistakesAreNamed(t *testing.T) {
	broken := map[string]bool{}
	for i, c := range mistakes {
		broken[c.rule] = true
		t.Run(fmt.Sprintf("%s %d", c.rule, i), func(t *testing.T) {
			files := complete(t)
			c.change.apply(t, files)
			want, got := append([]string{c.rule}, c.besides...), []string{}
			for _, f := range hap.Check(&open(t, files).App) {
				got = append(got, f.ID)
				if f.ID == c.rule && (f.Place() != c.place || !strings.Contains(f.What, c.what)) {
					t.Errorf("%s: %s\nwant %s: %s", f.Place(), f.What, c.place, c.what)
				}
				for _, text := range []string{f.What, f.Why, f.Do} {
					if left := place.FindString(text); left != "" {
						t.Errorf("%s: nothing was put in place of %s: %s", f.ID, left, text)
					}
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
	for _, row := range fixtures.ModuleRules() {
		if !broken[row.ID] {
			t.Errorf("no case breaks %s", row.ID)
		}
	}
	if rows := hap.Rules(); len(rows) != len(fixtures.ModuleRules()) {
		t.Errorf("%d rules are looked at, and the table has %d", len(rows), len(fixtures.ModuleRules()))
	}
}

func TestACompleteProjectBreaksNoRule(t *testing.T) {
	for _, f := range hap.Check(&open(t, complete(t)).App) {
		t.Errorf("%s: %s: %s", f.Place(), f.ID, f.What)
	}
	if all := hap.Check(&hap.App{}); all != nil {
		t.Errorf("without a module: %v", all)
	}
}

// What is declared once for each type of device is not declared twice.
func TestModulesForOtherDevices(t *testing.T) {
	watch := `{module: {name: 'watch', type: 'entry', deviceTypes: ['wearable'], abilities: [{name: 'W', exported: true, skills: [
		{entities: ['entity.system.home'], actions: ['ohos.want.action.home']}, {actions: ['action.ohos.push.listener']}]}]}}`
	files := complete(t)
	files["build-profile.json5"] = "{ modules: [{srcPath: './entry'}, {srcPath: './watch'}] }"
	files["watch/src/main/module.json5"] = watch
	if got := hap.Check(&open(t, files).App); len(got) != 1 || got[0].ID != "listener.several" || got[0].File != "watch/src/main/module.json5" {
		t.Errorf("two on a wearable: %v", got)
	}
	in(`"wearable", `, ``).apply(t, files)
	for _, f := range hap.Check(&open(t, files).App) {
		t.Errorf("one on each: %s: %s", f.ID, f.What)
	}
}

func TestWhatLosesPushes(t *testing.T) {
	files := complete(t)
	in(`"remoteNotification",`, `"service",`).apply(t, files)
	in(`"tv",`, `"car",`).apply(t, files)
	loses := func(kinds ...push.Kind) string {
		var ids []string
		for _, f := range hap.Check(&open(t, files).App) {
			if f.Loses(kinds) {
				ids = append(ids, f.ID)
			}
		}
		return strings.Join(ids, " ")
	}
	if got := loses(push.KindAlert); got != "extension.type" {
		t.Errorf("alerts: %s", got)
	}
	if got := loses(push.KindAlert, push.KindExtension); got != "extension.missing extension.type" {
		t.Errorf("extension messages: %s", got)
	}
}
