// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hap

import (
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/internal/json5"
)

const (
	formTypeName = "form"
	formMetadata = "ohos.extension.form"
	// maxForms is how many cards a module may have. Source: ArkTS card guide,
	// configuration.
	maxForms = 16
)

func formMissing(app *App, note note) {
	if len(app.ofType(formTypeName)) == 0 {
		note(app.file(), 0, nil)
	}
}

// formConfig returns the file with the cards of a form extension, and what it
// lacks.
func (d declared) formConfig() (Profile, string) {
	for _, meta := range d.a.Metadata {
		if meta.Name != formMetadata {
			continue
		}
		p, lacks := d.m.profile(meta.Resource)
		if lacks == "" && p.Value.Get("forms").Kind() != json5.Array {
			return p, "names " + meta.Resource + ", which has no array \"forms\""
		}
		return p, lacks
	}
	return Profile{}, "has no metadata " + formMetadata
}

// eachForm calls f for every card that can be read; a file that two extensions
// name counts once.
func (app *App) eachForm(f func(file string, v *json5.Value)) {
	seen := map[string]bool{}
	for _, d := range app.ofType(formTypeName) {
		p, lacks := d.formConfig()
		if lacks != "" || seen[p.File] {
			continue
		}
		seen[p.File] = true
		for _, v := range p.Value.Get("forms").Items() {
			f(p.File, v)
		}
	}
}

func formProfile(app *App, note note) {
	for _, d := range app.ofType(formTypeName) {
		if _, lacks := d.formConfig(); lacks != "" {
			note(d.m.File, d.a.Line, words{"ability": named(d.a.Name), "lacks": lacks})
		}
	}
}

func cardName(v *json5.Value) string {
	if name := v.Get("name").Text(); name != "" {
		return name
	}
	return "a card without a name"
}

func formDataProxy(app *App, note note) {
	var names []string
	var place string
	line, any := 0, false
	app.eachForm(func(file string, v *json5.Value) {
		if place == "" {
			place, line = file, v.Line()
		}
		names = append(names, cardName(v))
		any = any || v.Get("dataProxyEnabled").True()
	})
	if len(names) > 0 && !any {
		note(place, line, words{"forms": strings.Join(names, ", ")})
	}
}

func formUpdates(app *App, note note) {
	app.eachForm(func(file string, v *json5.Value) {
		if v.Get("dataProxyEnabled").True() && !v.Get("updateEnabled").True() {
			note(file, v.Line(), words{"form": cardName(v)})
		}
	})
}

func formTimed(app *App, note note) {
	app.eachForm(func(file string, v *json5.Value) {
		if !v.Get("dataProxyEnabled").True() {
			return
		}
		for _, name := range []string{"updateDuration", "scheduledUpdateTime", "multiScheduledUpdateTime"} {
			member := v.Get(name)
			if n, whole := member.Int(); member.Text() != "" && !(whole && n == 0) {
				note(file, member.Line(), words{"form": cardName(v), "timed": name + " " + member.Text()})
				return
			}
		}
	})
}

func formCount(app *App, note note) {
	counts, files := map[string]int{}, []string{}
	app.eachForm(func(file string, _ *json5.Value) {
		if counts[file]++; counts[file] == 1 {
			files = append(files, file)
		}
	})
	for _, file := range files {
		if counts[file] > maxForms {
			note(file, 0, words{"file": file, "count": strconv.Itoa(counts[file])})
		}
	}
}
