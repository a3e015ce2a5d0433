// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

// Layouts of a live view's card.
const (
	// LayoutBase has title and text only.
	LayoutBase = -1
	// LayoutProgress shows progress: RichProgress.
	LayoutProgress = 3
	// LayoutText stresses a text: SingleTextBlock and DescPic.
	LayoutText = 4
	// LayoutSides has a text left and right: FirstTextBlock, LastTextBlock, and
	// what is between them.
	LayoutSides = 5
	// LayoutScore shows a match: Game.
	LayoutScore = 7
)

// NotificationData is the card of a live view. Pictures are files in the app's
// rawfile folder; those whose name ends in URL are https URLs, from 26.0.0.
// Source: Push Kit REST API, NotificationData.
type NotificationData struct {
	// Type is one of the layouts.
	Type int `json:"type"`
	// Keywords is required to create FLIGHT (flightNo) and TRAIN (trainNo); its
	// values replace {{flightNo}} and {{trainNo}}.
	Keywords map[string]string `json:"keywords,omitempty"`
	// AdditionalText is a hint below LayoutSides.
	AdditionalText string `json:"additionalText,omitempty"`
	// KeepTime is 0 to 3600 seconds for which the card stays after the end; the
	// end's own value counts.
	KeepTime *int `json:"keepTime,omitempty"`
	// ContentTitle is required to create a view: at most 1024 characters.
	ContentTitle string `json:"contentTitle,omitempty"`
	// ContentText is required to create a view: at most 1024 characters in all,
	// in one colour.
	ContentText []RichText `json:"contentText,omitzero"`
	// RichProgress belongs to LayoutProgress.
	RichProgress *RichProgress `json:"richProgress,omitempty"`
	// SingleTextBlock belongs to LayoutText.
	SingleTextBlock *SingleTextBlock `json:"singleTextBlock,omitempty"`
	// DescPic is the picture of LayoutText, required to create one.
	DescPic string `json:"descPic,omitempty"`
	// DescPicURL may stand for DescPic.
	DescPicURL string `json:"descPicUrl,omitempty"`
	// FirstTextBlock is the left one of LayoutSides.
	FirstTextBlock *TextBlock `json:"firstTextBlock,omitempty"`
	// LastTextBlock is the right one of LayoutSides.
	LastTextBlock *LastTextBlock `json:"lastTextBlock,omitempty"`
	// SpaceType says what is between them: nil or 0 SpaceIcon, 1 SpaceText.
	SpaceType *int `json:"spaceType,omitempty"`
	// SpaceIcon is required to create LayoutSides with SpaceType 0.
	SpaceIcon string `json:"spaceIcon,omitempty"`
	// SpaceIconURL may stand for SpaceIcon.
	SpaceIconURL string `json:"spaceIconUrl,omitempty"`
	// SpaceText is required to create LayoutSides with SpaceType 1.
	SpaceText string `json:"spaceText,omitempty"`
	// Style is 0 emphasised or 1 balanced, for LayoutSides.
	Style *int `json:"style,omitempty"`
	// DisplayHorizontalLine false hides the line of LayoutSides and LayoutScore;
	// nil means true.
	DisplayHorizontalLine *bool `json:"displayHorizontalLine,omitempty"`
	// Extend is the area at the card's side.
	Extend *Extend `json:"extend,omitempty"`
	// Game belongs to LayoutScore.
	Game *Game `json:"game,omitempty"`
	// ClickAction says what a click on the card opens: ActionType 0 or 1.
	ClickAction ClickAction `json:"clickAction"`
	// LockScreen is shown by the lock screen.
	LockScreen *LockScreen `json:"lockScreen,omitempty"`
	// Weather belongs to LayoutSides.
	Weather *Weather `json:"weather,omitempty"`
	// BackgroundType is 0, 100 (moon) or 101 (sunset), for LayoutSides.
	BackgroundType *int `json:"backgroundType,omitempty"`
}

// RichText is a text with a colour.
type RichText struct {
	// Text is required.
	Text string `json:"text"`
	// ForegroundColor is "#AARRGGBB"; empty means "#FF000000".
	ForegroundColor string `json:"foregroundColor,omitempty"`
}

// Extend is the area at the side of a live view's card.
type Extend struct {
	// Type is 0 nothing, 1 text, 2 text in a capsule, 3 picture, 4 icon; nil
	// means 0.
	Type *int `json:"type,omitempty"`
	// Text belongs to types 1 and 2.
	Text string `json:"text,omitempty"`
	// Image belongs to types 3 and 4.
	Image string `json:"image,omitempty"`
	// Pic is the older name of Image.
	Pic string `json:"pic,omitempty"`
	// ImageURL may stand for Image.
	ImageURL string `json:"imageUrl,omitempty"`
	// ClickAction may have ActionType 0, 1, 3 (clear the card) and 5 (dial the
	// number in Data["tel"]); nil means that a click does nothing.
	ClickAction *ClickAction `json:"clickAction,omitempty"`
}

// LockScreen is what the lock screen shows of a live view.
type LockScreen struct {
	// Picture is a file in the app's rawfile folder.
	Picture string `json:"picture,omitempty"`
	// AbilityName is there from 26.0.0.
	AbilityName string `json:"abilityName,omitempty"`
}

// Weather is shown only if all of it is there and allowed; otherwise the view
// is shown without it.
// Source: Live View Kit, WeatherType and WeatherLocationType.
type Weather struct {
	// WeatherType is 0, 1, 5, 7, 8, 11, 12, 15, 18, 22, 29, 30 or 31.
	WeatherType *int `json:"weatherType,omitempty"`
	// LocationType is 1 here or 2 at the destination.
	LocationType *int `json:"locationType,omitempty"`
	// HighTemperature is at most 58 degrees Celsius.
	HighTemperature *int `json:"highTemperature,omitempty"`
	// LowTemperature is at least -95 degrees Celsius, and below the high one.
	LowTemperature *int `json:"lowTemperature,omitempty"`
}
