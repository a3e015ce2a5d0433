// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// capsule checks capsuleData.
func (v liveView) capsule(c object) {
	kind, _ := c.number("type", "liveview.capsule.type", required)
	c.number("status", "liveview.capsule.status", required)
	c.picture(required, "iconUrl", "icon")
	forbidden := fixtures.ValuesOf("liveview.capsule.bgColor.forbidden")
	if colour, ok := c.colour("bgColor", argb, required); ok && slices.Contains(forbidden, strings.ToUpper(colour)) {
		c.fault("bgColor", fmt.Sprintf("it is %s, and must be none of %s", colour, strings.Join(forbidden, ", ")))
	}
	c.oneOf("remind", "liveview.remind", optional)
	longest := fixtures.LimitOf("liveview.line.max")
	c.line("title", presence(v.create && kind == "1"), longest)
	c.line("content", presence(v.create && (kind == "1" || kind == "2")), longest)
	if timer, ok := c.child("capsuleTimer", presence(kind == "2")); ok {
		timer.whole("time")
		timer.boolean("countDown")
		timer.boolean("pause")
	}
	if p, ok := c.child("progress", presence(kind == "3")); ok {
		p.share()
	}
	c.text("tailIcon", optional)
	c.https("tailIconUrl")
	c.boolean("isContentDisplayed")
	c.boolean("isTailIconDisplayed")
}

// share checks a capsule's progress, which is at most its max.
func (o object) share() {
	highest := fixtures.LimitOf("liveview.capsule.max")
	most := fixtures.LimitOf("liveview.capsule.max.default")
	if o.has("max") {
		var ok bool
		if most, ok = o.integer("max", 1, highest, optional); !ok {
			most = highest
		}
	}
	if n, ok := o.integer("progress", 0, highest, required); ok && n > most {
		o.fault("progress", fmt.Sprintf("it is %d, and must be at most max, which is %d", n, most))
	}
	o.boolean("indeterminate")
}

// external checks externalData.
func (v liveView) external(e object) {
	kind, _ := e.number("type", "liveview.external.type", optional)
	e.colour("bgColor", rgb, optional)
	e.filled("bgImage", presence(v.create && kind == "1"))
	longest := fixtures.LimitOf("liveview.line.max")
	e.line("title", presence(v.create), longest)
	e.richTexts("body", presence(v.create), longest)
}

// whole checks a number without a fraction.
func (o object) whole(key string) {
	o.integer(key, math.MinInt64, math.MaxInt64, optional)
}
