// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"math"
	"regexp"
	"strings"
)

// judgeProgress judges richProgress.
func judgeProgress(r *reader, n object, create bool) {
	p := r.requiredObject(n, "richProgress")
	r.requiredWithin(p, "progress", 0, percentMax)
	r.choice(p, "type", progressTypes)
	indicator := r.choice(p, "indicatorType", indicatorTypes)
	r.filled(p, "indicatorIcon", create && indicator != 0)
	r.colour(p, "color", argb)
	r.colour(p, "bgColor", argb)
	icons, ok := r.texts(p, "nodeIcons")
	r.need(ok || !create, "%s is required", p.at("nodeIcons"))
	r.need(!ok || len(icons) >= nodesMin && len(icons) <= nodesMax, "%s size ranges from %d to %d", p.at("nodeIcons"), nodesMin, nodesMax)
}

// judgeLines judges a block of two lines and returns them.
func judgeLines(r *reader, n object, name string) []string {
	block := r.requiredObject(n, name)
	var lines []string
	for _, line := range []string{"firstLine", "secondLine"} {
		lines = append(lines, r.required(block, line))
		r.short(block, line, lineOfBlockMax)
	}
	return lines
}

// judgeUnderline judges what only a single block has.
func judgeUnderline(r *reader, n object) {
	block, _ := r.object(n, "singleTextBlock")
	r.colour(block, "underlineColor", argb)
}

// judgeSuperscripts judges what only the last of two blocks has.
func judgeSuperscripts(r *reader, n object) {
	block, _ := r.object(n, "lastTextBlock")
	r.text(block, "firstLineSuperscript")
	r.text(block, "secondLineSuperscript")
}

// judgeSpace judges what stands between two text blocks.
func judgeSpace(r *reader, n object, create bool) {
	byText := r.choice(n, "spaceType", spaceTypes) == 1
	r.need(r.icon(n, "spaceIcon", "spaceIconUrl") || byText || !create, "%s is required when operation is 0", n.at("spaceIcon"))
	r.filled(n, "spaceText", create && byText)
}

// judgeExtend judges the area beside a live view and returns its text. pic is
// the former name of image.
func judgeExtend(r *reader, n object) string {
	extend, ok := r.object(n, "extend")
	if !ok {
		return ""
	}
	kind := r.choice(extend, "type", extendTypes)
	text := r.filled(extend, "text", kind == 1 || kind == 2)
	pic, _ := r.text(extend, "pic")
	r.need(r.icon(extend, "image", "imageUrl") || pic != "" || kind < 3, "%s is required when type is %d", extend.at("image"), kind)
	if extend.has("clickAction") {
		judgeExtendClick(r, extend)
	}
	return text
}

// telephone are the numbers that a click may dial.
var telephone = regexp.MustCompile("^[+0-9][- 0-9#]*$")

// judgeExtendClick judges the click on that area, which may clear the
// notification or dial as well.
func judgeExtendClick(r *reader, extend object) {
	click := r.requiredObject(extend, "clickAction")
	kind := r.requiredChoice(click, "actionType", extendClicks)
	action, _ := r.text(click, "action")
	uri, _ := r.text(click, "uri")
	r.need(kind != 1 || action != "" || uri != "", "clickAction.action or clickAction.uri is required when actionType is 1")
	data, _ := r.object(click, "data")
	if kind == 5 {
		number := r.required(data, "tel")
		r.need(runes(number) <= telephoneMax && telephone.MatchString(number), "%s is no telephone number", data.at("tel"))
	}
}

// judgeGame judges the two teams and what stands between them.
func judgeGame(r *reader, n object, create bool) {
	game := r.requiredObject(n, "game")
	for _, side := range []string{"host", "guest"} {
		team := r.requiredObject(game, side)
		r.need(r.icon(team, "icon", "iconUrl") || !create, "%s is required when operation is 0", team.at("icon"))
		r.filled(team, "name", create)
		r.filled(team, "score", create)
	}
	competition := r.requiredObject(game, "competition")
	desc, _ := r.text(competition, "desc")
	rich := strings.Join(judgeRichText(r, competition, "richDesc", math.MaxInt64, false), "")
	r.need(!create || desc != "" || rich != "", "%s or richDesc is required when operation is 0", competition.at("desc"))
	r.filled(competition, "time", create)
}
