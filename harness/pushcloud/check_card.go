// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/fixtures"
)

// card checks notificationData.
func (v liveView) card(n object) {
	layout, _ := n.number("type", "liveview.type", required)
	if allowed := ofEvent[v.event].layouts; v.create && layout != "" && allowed != "" {
		if values := fixtures.ValuesOf(allowed); !slices.Contains(values, layout) {
			n.fault("type", fmt.Sprintf("it is %s, and %s is created with %s only", layout, v.event, strings.Join(values, ", ")))
		}
	}
	v.keywords(n)
	longest := fixtures.LimitOf("liveview.text.max")
	n.line("contentTitle", presence(v.create), longest)
	n.richTexts("contentText", presence(v.create), longest)
	v.blocks(n, layout)
	if extend, ok := n.child("extend", optional); ok {
		extend.extend()
	}
	n.click("clickAction", "actionType", required)
	n.extras()
	if layout != "" {
		v.placeholders(n, layout)
	}
}

// keywords checks what FLIGHT and TRAIN are created with, and notes that its
// placeholder must be there. An update that has keywords has that one.
func (v *liveView) keywords(n object) {
	keyword := ""
	if name := ofEvent[v.event].keyword; name != "" {
		keyword = fixtures.ValuesOf(name)[0]
	}
	needed := v.create && keyword != ""
	if needed {
		v.places = append(v.places, keyword)
	}
	words, ok := n.child("keywords", presence(needed))
	if !ok {
		return
	}
	for _, m := range words.effective() {
		if word := m.value; word.Type != gjson.String {
			words.ownFault(m.key, "it must be a string, and is "+typeName(word))
		}
	}
	word, has := words.get(keyword)
	if (needed || keyword != "" && len(words.members) > 0) && (!has || word.Type == gjson.String && word.Str == "") {
		words.fault(keyword, "it is the keyword of "+v.event+", which must not be left out or empty")
	}
}

// blocks checks what the layout shows. What belongs to another one is not
// looked at: it is not shown (claim cloud.live-view-unused).
func (v liveView) blocks(n object, layout string) {
	switch layout {
	case "3":
		if p, ok := n.child("richProgress", required); ok {
			v.progress(p)
		}
	case "4":
		if b, ok := n.child("singleTextBlock", required); ok {
			b.lines()
			b.colour("underlineColor", argb, optional)
		}
		n.picture(presence(v.create), "descPicUrl", "descPic")
	case "5":
		v.sides(n)
	case "7":
		if game, ok := n.child("game", required); ok {
			v.game(game)
		}
	}
}

func (v liveView) sides(n object) {
	if b, ok := n.child("firstTextBlock", required); ok {
		b.lines()
	}
	if b, ok := n.child("lastTextBlock", required); ok {
		b.lines()
		// One that is not +1 to +9 is not shown, which is no fault.
		b.text("firstLineSuperscript", optional)
		b.text("secondLineSuperscript", optional)
	}
	space, ok := n.number("spaceType", "liveview.spaceType", optional)
	byIcon := !ok && !n.has("spaceType") || space == "0"
	n.picture(presence(v.create && byIcon), "spaceIconUrl", "spaceIcon")
	n.filled("spaceText", presence(v.create && space == "1"))
}

// extras checks what any layout may have. With a weather that is not allowed
// the view is shown without it, which is no fault.
func (o object) extras() {
	o.text("additionalText", optional)
	o.integer("keepTime", 0, fixtures.LimitOf("liveview.keepTime.max"), optional)
	o.number("style", "liveview.style", optional)
	o.boolean("displayHorizontalLine")
	o.number("backgroundType", "liveview.backgroundType", optional)
	if lock, ok := o.child("lockScreen", optional); ok {
		lock.text("picture", optional)
		lock.text("abilityName", optional)
	}
	if weather, ok := o.child("weather", optional); ok {
		for _, key := range []string{"weatherType", "locationType", "highTemperature", "lowTemperature"} {
			weather.whole(key)
		}
	}
}

func (v liveView) progress(p object) {
	p.integer("progress", 0, fixtures.LimitOf("liveview.progress.max"), required)
	if icons, ok := p.list("nodeIcons", presence(v.create)); ok {
		least, most := fixtures.LimitOf("liveview.nodeIcons.min"), fixtures.LimitOf("liveview.nodeIcons.max")
		if n := int64(len(icons)); n < least || n > most {
			p.fault("nodeIcons", fmt.Sprintf("it has %d icons, and must have %d to %d", n, least, most))
		}
		for i, icon := range icons {
			if icon.Type != gjson.String {
				p.fault(fmt.Sprintf("nodeIcons[%d]", i), "it must be a string, and is "+typeName(icon))
			}
		}
	}
	p.number("type", "liveview.progress.type", optional)
	indicator, _ := p.number("indicatorType", "liveview.indicatorType", optional)
	p.filled("indicatorIcon", presence(v.create && (indicator == "1" || indicator == "2")))
	p.colour("color", argb, optional)
	p.colour("bgColor", argb, optional)
}

// lines checks the two lines of a text block.
func (o object) lines() {
	o.line("firstLine", required, fixtures.LimitOf("liveview.line.max"))
	o.line("secondLine", required, fixtures.LimitOf("liveview.line.max"))
}

func (v liveView) game(g object) {
	needed := presence(v.create)
	for _, side := range []string{"host", "guest"} {
		team, ok := g.child(side, required)
		if !ok {
			continue
		}
		team.picture(needed, "iconUrl", "icon")
		team.filled("name", needed)
		team.filled("score", needed)
	}
	c, ok := g.child("competition", required)
	if !ok {
		return
	}
	c.filled("time", needed)
	wrong := len(c.faults)
	desc, _ := c.text("desc", optional)
	rich := c.richTexts("richDesc", optional, 0)
	if v.create && desc == "" && rich == "" && wrong == len(c.faults) {
		c.fault("desc", "it is required, or richDesc in its place, and must not be empty")
	}
}
