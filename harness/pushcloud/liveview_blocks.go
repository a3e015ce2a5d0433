// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

// RichProgress is the progress of LayoutProgress.
type RichProgress struct {
	// Progress is 0 to 100 percent.
	Progress int `json:"progress"`
	// NodeIcons has 2 to 5 files; it is required to create a view.
	NodeIcons []string `json:"nodeIcons,omitzero"`
	// Type is 0 dashed, 1 solid or 2 thick; nil means 0.
	Type *int `json:"type,omitempty"`
	// IndicatorType is 0 no indicator, 1 above the line, 2 on it; nil means 0.
	IndicatorType *int `json:"indicatorType,omitempty"`
	// IndicatorIcon is required to create a view with IndicatorType 1 or 2.
	IndicatorIcon string `json:"indicatorIcon,omitempty"`
	// Color left of the indicator is "#AARRGGBB"; empty means blue.
	Color string `json:"color,omitempty"`
	// BgColor right of the indicator is "#AARRGGBB"; empty means grey.
	BgColor string `json:"bgColor,omitempty"`
}

// SingleTextBlock is the text of LayoutText. A line has 1 to 128 characters.
type SingleTextBlock struct {
	// FirstLine is the upper one.
	FirstLine string `json:"firstLine"`
	// SecondLine is the lower one.
	SecondLine string `json:"secondLine"`
	// UnderlineColor is "#AARRGGBB"; empty means no line.
	UnderlineColor string `json:"underlineColor,omitempty"`
}

// TextBlock is the left text of LayoutSides. A line has 1 to 128 characters.
type TextBlock struct {
	// FirstLine is the upper one.
	FirstLine string `json:"firstLine"`
	// SecondLine is the lower one.
	SecondLine string `json:"secondLine"`
}

// LastTextBlock is the right text of LayoutSides. A line has 1 to 128
// characters.
type LastTextBlock struct {
	// FirstLine is the upper one.
	FirstLine string `json:"firstLine"`
	// SecondLine is the lower one.
	SecondLine string `json:"secondLine"`
	// FirstLineSuperscript is "+1" to "+9", days after the departure for example;
	// anything else is not shown.
	FirstLineSuperscript string `json:"firstLineSuperscript,omitempty"`
	// SecondLineSuperscript is as FirstLineSuperscript.
	SecondLineSuperscript string `json:"secondLineSuperscript,omitempty"`
}

// Game is the match of LayoutScore.
type Game struct {
	// Host is on the left.
	Host Team `json:"host"`
	// Guest is on the right.
	Guest Team `json:"guest"`
	// Competition is in the middle.
	Competition Competition `json:"competition"`
}

// Team is one side of a match; all of it is required to create a view.
type Team struct {
	// Icon is a file in the app's rawfile folder.
	Icon string `json:"icon,omitempty"`
	// IconURL may stand for Icon, from 26.0.0.
	IconURL string `json:"iconUrl,omitempty"`
	// Name is the team's.
	Name string `json:"name,omitempty"`
	// Score is a text, "0" for example.
	Score string `json:"score,omitempty"`
}

// Competition says what is played, by Desc or RichDesc, and since when; both
// are required to create a view.
type Competition struct {
	// Desc stands above.
	Desc string `json:"desc,omitempty"`
	// RichDesc may stand for Desc, in one colour.
	RichDesc []RichText `json:"richDesc,omitzero"`
	// Time stands below, as a text.
	Time string `json:"time,omitempty"`
}
