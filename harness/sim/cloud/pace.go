// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// rate allows so many in any span of that length.
type rate struct {
	most int
	span time.Duration
}

// rateOf is the rate of a pace that has no classes and no days.
func rateOf(p fixtures.Pace) rate { return rate{int(fixtures.LimitOf(p.Limit)), p.Span()} }

// pace remembers when something was counted, as far back as its longest rate
// reaches. It holds as many times as that rate allows.
type pace struct{ times []time.Time }

// allow counts one more unless a rate is used up: what is refused is not
// counted. The rates are ordered by their spans, the longest last.
func (p *pace) allow(now time.Time, rates ...rate) bool {
	if !p.room(now, rates) {
		return false
	}
	p.times = append(p.times, now)
	return true
}

// count counts one more, also if a rate is used up, and reports whether none
// was. The rates are ordered as for allow.
func (p *pace) count(now time.Time, rates ...rate) bool {
	room := p.room(now, rates)
	p.times = append(p.times, now)
	if most := rates[len(rates)-1].most; len(p.times) > most {
		p.times = p.times[len(p.times)-most:]
	}
	return room
}

func (p *pace) room(now time.Time, rates []rate) bool {
	longest := rates[len(rates)-1].span
	for len(p.times) > 0 && !now.Before(p.times[0].Add(longest)) {
		p.times = p.times[1:]
	}
	for _, r := range rates {
		if len(p.times) >= r.most && now.Before(p.times[len(p.times)-r.most].Add(r.span)) {
			return false
		}
	}
	return true
}

// second counts what an app sends in one second.
type second struct {
	start time.Time
	count int
}

// overPace reports the app that would send to more devices in a second than
// its project allows, or counts the messages (claim cloud.qps).
func (c *Cloud) overPace(p *project, good []*registration, now time.Time) string {
	if p.QPS <= 0 {
		return ""
	}
	need := map[string]int{}
	for _, reg := range good {
		need[reg.app.Bundle]++
	}
	for bundle, n := range need {
		s := c.seconds[bundle]
		if now.Before(s.start.Add(time.Second)) && s.count+n > p.QPS {
			return bundle
		}
	}
	for bundle, n := range need {
		s := c.seconds[bundle]
		if !now.Before(s.start.Add(time.Second)) {
			s = second{start: now}
		}
		s.count += n
		c.seconds[bundle] = s
	}
	return ""
}
