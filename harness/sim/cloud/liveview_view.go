// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"slices"
	"strings"
)

// The layouts of a live view that have parts of their own.
const (
	layoutProgress = 3
	layoutEmphasis = 4
	layoutColumns  = 5
	layoutGame     = 7
)

// judgeView judges notificationData. What is required to create may be left out
// of an update, which inherits it. Fields that a layout does not show are
// accepted, and so are weathers and superscripts that no device shows (claim
// cloud.live-view-unused).
func judgeView(r *reader, data object, a *activity) {
	n := r.requiredObject(data, "notificationData")
	create := a.operation == viewCreate
	layout := r.requiredChoice(n, "type", viewLayouts)
	if allowed := layoutsOf[a.event]; create && allowed != nil {
		r.need(slices.Contains(allowed, layout), "%s value %d is not supported when event is %s and operation is 0", n.at("type"), layout, a.event)
	}
	carriers := []string{r.filled(n, "contentTitle", create)}
	r.short(n, "contentTitle", contentMax)
	carriers = append(carriers, judgeRichText(r, n, "contentText", contentMax, create)...)
	switch layout {
	case layoutProgress:
		judgeProgress(r, n, create)
	case layoutEmphasis:
		carriers = append(carriers, judgeLines(r, n, "singleTextBlock")...)
		judgeUnderline(r, n)
		r.need(r.icon(n, "descPic", "descPicUrl") || !create, "%s is required when operation is 0", n.at("descPic"))
	case layoutColumns:
		carriers = append(carriers, judgeLines(r, n, "firstTextBlock")...)
		carriers = append(carriers, judgeLines(r, n, "lastTextBlock")...)
		judgeSuperscripts(r, n)
		judgeSpace(r, n, create)
	case layoutGame:
		judgeGame(r, n, create)
	}
	carriers = append(carriers, judgeExtend(r, n))
	judgeClick(r, n)
	judgeExtras(r, n)
	judgePlaceholders(r, n, a, carriers)
}

// judgePlaceholders judges keywords and that the fields which may carry a
// placeholder hold those that are needed (claim cloud.live-view-placeholders).
func judgePlaceholders(r *reader, n object, a *activity, carriers []string) {
	keywords := r.strings(n, "keywords")
	text := strings.Join(carriers, "\x00")
	create := a.operation == viewCreate
	if create || a.operation == viewUpdate && a.status != "" {
		r.need(strings.Contains(text, "{{status}}"), "the placeholder {{status}} is required")
	}
	name := keywordOf[a.event]
	if name == "" || !create && len(keywords) == 0 {
		return
	}
	r.need(keywords[name] != "", "%s.%s is required when event is %s", n.at("keywords"), name, a.event)
	r.need(!create || strings.Contains(text, "{{"+name+"}}"), "the placeholder {{%s}} is required", name)
}

// judgeRichText judges pieces of text, of which those with a colour have the
// same one, and returns them.
func judgeRichText(r *reader, o object, name string, most int64, must bool) []string {
	pieces, _ := r.objects(o, name)
	r.need(!must || len(pieces) > 0, "%s is required", o.at(name))
	var texts []string
	var colour string
	for _, piece := range pieces {
		text, ok := r.text(piece, "text")
		r.need(ok, "%s is required", piece.at("text"))
		texts = append(texts, text)
		c := strings.ToUpper(r.colour(piece, "foregroundColor", argb))
		r.need(c == "" || colour == "" || c == colour, "%s allows one color only", piece.at("foregroundColor"))
		if c != "" {
			colour = c
		}
	}
	r.need(runes(strings.Join(texts, "")) <= most, "%s length should not exceed %d", o.at(name), most)
	return texts
}

// judgeExtras judges what no layout needs.
func judgeExtras(r *reader, n object) {
	r.text(n, "additionalText")
	r.within(n, "keepTime", 0, keepTimeMax)
	r.choice(n, "style", columnStyles)
	r.truth(n, "displayHorizontalLine")
	lock, _ := r.object(n, "lockScreen")
	r.text(lock, "picture")
	r.text(lock, "abilityName")
	weather, _ := r.object(n, "weather")
	for _, name := range []string{"weatherType", "locationType", "highTemperature", "lowTemperature"} {
		r.integer(weather, name)
	}
	r.choice(n, "backgroundType", backgrounds)
}
