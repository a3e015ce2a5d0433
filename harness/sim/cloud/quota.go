// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

var (
	testsPerDay     = int(fixtures.LimitOf("test.requests.day"))
	marketingPerDay = int(fixtures.LimitOf("marketing.day"))
	newsPerDay      = int(fixtures.LimitOf("marketing.day.news"))
)

// beijing is the zone of the natural day after which limits start anew (claim
// cloud.natural-day). China has had no summer time since 1991.
var beijing = time.FixedZone("CST", 8*60*60)

// quotas counts what is limited by the day (claims cloud.test-quota,
// cloud.marketing-limit); the counts start anew with each.
type quotas struct {
	day   string
	tests map[string]int
	sent  map[owner]int
}

// roll starts a new day and reports whether it did.
func (q *quotas) roll(now time.Time) bool {
	day := dayOf(now)
	if day == q.day {
		return false
	}
	*q = quotas{day: day, tests: map[string]int{}, sent: map[owner]int{}}
	return true
}

func dayOf(now time.Time) string { return now.In(beijing).Format(time.DateOnly) }

func (q *quotas) testsSpent(project string) bool { return q.tests[project] >= testsPerDay }

// marketing counts one message of category MARKETING for an app on a device
// and reports whether it is within the limit.
func (q *quotas) marketing(reg *registration) bool {
	limit := marketingPerDay
	if reg.app.rights["licence:news"] {
		limit = newsPerDay
	}
	key := owner{reg.app.Bundle, reg.device}
	q.sent[key]++
	return q.sent[key] <= limit
}
