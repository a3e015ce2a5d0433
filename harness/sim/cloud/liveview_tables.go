// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"fmt"
	"strconv"

	"github.com/pushproof/pushproof/fixtures"
)

var (
	activityMin    = fixtures.LimitOf("liveview.activityId.min")
	activityMax    = fixtures.LimitOf("liveview.activityId.max")
	viewVersionMax = fixtures.LimitOf("liveview.version.max")
	contentMax     = fixtures.LimitOf("liveview.text.max")
	lineOfBlockMax = fixtures.LimitOf("liveview.line.max")
	keepTimeMax    = fixtures.LimitOf("liveview.keepTime.max")
	percentMax     = fixtures.LimitOf("liveview.progress.max")
	nodesMin       = int(fixtures.LimitOf("liveview.nodeIcons.min"))
	nodesMax       = int(fixtures.LimitOf("liveview.nodeIcons.max"))
	capsuleMax     = fixtures.LimitOf("liveview.capsule.max")
	capsuleDefault = fixtures.LimitOf("liveview.capsule.max.default")
	telephoneMax   = fixtures.LimitOf("liveview.tel.max")
	longitudeMax   = float64(fixtures.LimitOf("liveview.longitude.max"))
	latitudeMax    = float64(fixtures.LimitOf("liveview.latitude.max"))
	radiusMin      = fixtures.LimitOf("liveview.radius.min")
	radiusMax      = fixtures.LimitOf("liveview.radius.max")
	delayTimeMax   = fixtures.LimitOf("liveview.delayTime.max")
	displayTimeMin = fixtures.LimitOf("liveview.displayTime.min")
	displayTimeMax = fixtures.LimitOf("liveview.displayTime.max")
)

// Enumerations; of one whose field may be left out the first value is the
// default.
var (
	operations       = numbers("liveview.operation")
	viewLayouts      = numbers("liveview.type")
	columnStyles     = numbers("liveview.style")
	spaceTypes       = numbers("liveview.spaceType")
	backgrounds      = numbers("liveview.backgroundType")
	progressTypes    = numbers("liveview.progress.type")
	indicatorTypes   = numbers("liveview.indicatorType")
	extendTypes      = numbers("liveview.extend.type")
	extendClicks     = numbers("liveview.actionType.extend")
	capsuleTypes     = numbers("liveview.capsule.type")
	capsuleStates    = numbers("liveview.capsule.status")
	externalTypes    = numbers("liveview.external.type")
	triggerTypes     = numbers("liveview.trigger.type")
	coordinates      = numbers("liveview.coordinateSystemType")
	monitorEvents    = numbers("liveview.monitorEvent")
	formRequires     = numbers("form.require")
	capsuleForbidden = set(fixtures.ValuesOf("liveview.capsule.bgColor.forbidden")...)
	reminders        = set(fixtures.ValuesOf("liveview.remind")...)
)

// What depends on the event (claim cloud.live-view-events).
var (
	events    = set(fixtures.ValuesOf("liveview.event")...)
	creatable = set(fixtures.ValuesOf("liveview.create")...)
	statuses  = map[string][]string{
		"FLIGHT": fixtures.ValuesOf("liveview.status.FLIGHT"),
		"TAXI":   fixtures.ValuesOf("liveview.status.TAXI"),
		"TRAIN":  fixtures.ValuesOf("liveview.status.TRAIN"),
	}
	// layoutsOf are what a live view may be created with.
	layoutsOf = map[string][]int64{
		"FLIGHT": numbers("liveview.type.FLIGHT"),
		"TAXI":   numbers("liveview.type.TAXI"),
		"TRAIN":  numbers("liveview.type.TRAIN"),
	}
	// keywordOf names the keyword that an event needs.
	keywordOf = map[string]string{
		"FLIGHT": fixtures.ValuesOf("liveview.keyword.FLIGHT")[0],
		"TRAIN":  fixtures.ValuesOf("liveview.keyword.TRAIN")[0],
	}
)

// numbers reads an enumeration of integers, which is compiled in.
func numbers(name string) []int64 {
	values := fixtures.ValuesOf(name)
	out := make([]int64, len(values))
	for i, v := range values {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			panic(fmt.Sprintf("fixtures: %s: %v", name, err))
		}
		out[i] = n
	}
	return out
}
