// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushproof/pushproof/fixtures"
)

// Zone is Push Cloud's time zone, by whose natural days it counts (claim
// cloud.natural-day). China has had no summer time since 1991, so that no table
// of time zones is needed.
var Zone = time.FixedZone("CST", 8*60*60)

// Rule is one limit, with its number for the app at hand.
type Rule struct {
	fixtures.Pace
	// Most is how many the limit allows.
	Most int
	// Source names the page that has the number.
	Source string

	span time.Duration
	// rights are the categories to which the app has a right.
	rights []string
}

// App is what limits depend on. The zero value is any app, for which the lowest
// numbers count.
type App struct {
	// Classes are what the app is (fixtures.AppClasses).
	Classes []string
	// Rights are the categories to which the app has a right: a message of
	// another one counts as MARKETING (claim quota.rights).
	Rights []string
}

// Categories returns the categories to which an app may have a right: all but
// MARKETING, which needs none.
func Categories() []string {
	return slices.DeleteFunc(slices.Clone(fixtures.ValuesOf("category")), func(c string) bool { return c == marketing })
}

const marketing = "MARKETING"

// Rules returns all limits for an app. The error names a class or a category
// that is none.
func Rules(app App) ([]Rule, error) {
	for _, category := range app.Rights {
		if !slices.Contains(Categories(), category) {
			return nil, &RightError{category}
		}
	}
	for _, class := range app.Classes {
		if !slices.Contains(fixtures.AppClasses(), class) {
			return nil, fmt.Errorf("%q is no class of app that a limit knows: they are %s", class, strings.Join(fixtures.AppClasses(), ", "))
		}
	}
	sources := map[string]string{}
	for _, l := range fixtures.Limits() {
		sources[l.Name] = l.Source
	}
	var rules []Rule
	for _, p := range fixtures.Paces() {
		if p.API != "" {
			continue // what is not sent is in no ledger
		}
		name := p.Limit
		for _, class := range app.Classes {
			if other, ok := p.Classes[class]; ok && fixtures.LimitOf(other) >= fixtures.LimitOf(name) {
				name = other
			}
		}
		rules = append(rules, Rule{Pace: p, Most: int(fixtures.LimitOf(name)), Source: sources[name], span: p.Span(), rights: slices.Clone(app.Rights)})
	}
	return rules, nil
}

// Counts reports whether the limit is about such a message. Test messages are
// free of the limits of categories, cards and live views, but not of the pace
// of background messages (claim quota.test-exempt), which is taken for the
// device's (claim quota.background-device).
func (r Rule) Counts(s Send) bool {
	switch {
	case r.Requests && s.Further:
		return false
	case r.Test == "only" && !s.Test, r.Test == "never" && s.Test:
		return false
	case len(r.Kinds) > 0 && !slices.Contains(r.Kinds, s.Kind.String()):
		return false
	case len(r.Categories) > 0 && !slices.Contains(r.Categories, s.Category) && !r.lacks(s.Category):
		return false
	case len(r.Operations) > 0 && !slices.Contains(r.Operations, s.Operation):
		return false
	case r.Fast != "" && (r.Fast == "yes") != slices.Contains(fixtures.ValuesOf("liveview.fast"), s.Event):
		return false
	}
	return true
}

// lacks reports whether a message of that category counts for want of a right.
// One without any, which changes a badge alone, needs none.
func (r Rule) lacks(category string) bool {
	return r.UnlessRight && category != "" && !slices.Contains(r.rights, category)
}

// RightError is a category to which no app has a right.
type RightError struct{ Category string }

// Error lists those that there are.
func (e *RightError) Error() string {
	text := fmt.Sprintf("%q is no category to which an app has a right: they are %s", e.Category, strings.Join(Categories(), ", "))
	if e.Category == marketing {
		text += "; MARKETING needs none"
	}
	return text
}

// Unproven returns the category of a message that counts as MARKETING since no
// right to it was named, or "".
func Unproven(rules []Rule, s Send) string {
	for _, r := range rules {
		if r.lacks(s.Category) && r.Counts(s) && !slices.Contains(r.Categories, s.Category) {
			return s.Category
		}
	}
	return ""
}

// Scope names what has the count in which the message falls. Messages of the
// same Rule and Scope are counted together.
func (r Rule) Scope(s Send) string {
	var parts []string
	for _, per := range r.Per {
		switch per {
		case fixtures.PerProject:
			parts = append(parts, "project "+s.Project)
		case fixtures.PerDevice:
			device := s.Device
			if device == "" {
				device = s.Token
			}
			parts = append(parts, "device "+device)
		case fixtures.PerApp:
			if s.App != "" {
				parts = append(parts, "app "+s.App)
			}
		case fixtures.PerItem:
			parts = append(parts, s.Kind.String()+" "+s.Item)
		}
	}
	return strings.Join(parts, ", ")
}

// since is when the window began that ends now; what happened at that moment
// is inside of a day, and outside of any other window.
func (r Rule) since(now time.Time) time.Time {
	if r.span == 0 {
		y, m, d := now.In(Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, Zone)
	}
	return now.Add(-r.span)
}

// leaves is when a message sent at that time is counted no more.
func (r Rule) leaves(at time.Time) time.Time {
	if r.span == 0 {
		return r.since(at).AddDate(0, 0, 1)
	}
	return at.Add(r.span)
}

// Period says "a day", "an hour" or "in 5 minutes".
func (r Rule) Period() string {
	switch {
	case r.span == 0:
		return "a day"
	case r.span == time.Hour:
		return "an hour"
	case r.span%time.Minute == 0:
		return fmt.Sprintf("in %d minutes", r.span/time.Minute)
	}
	return "in " + r.span.String()
}
