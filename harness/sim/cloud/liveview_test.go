// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud_test

import (
	"fmt"
	"strings"
	"testing"
)

// taxi creates a live view of the progress layout.
func taxi(tb testing.TB, token string, changes ...string) string {
	return edit(tb, fmt.Sprintf(`{"payload":{"activityId":2,"operation":0,"event":"TAXI","status":"DRIVER_ON_THE_WAY","activityData":{
		"notificationData":{"type":3,"contentTitle":"{{status}}","contentText":[{"text":"1.2 km","foregroundColor":"#FF317AF7"},{"text":" | "}],
			"clickAction":{"actionType":0},"richProgress":{"progress":40,"nodeIcons":["a.png","b.png"],"indicatorType":1,"indicatorIcon":"taxi.png"}},
		"capsuleData":{"type":1,"status":1,"icon":"i.svg","bgColor":"#FF317AF7","title":"x","content":"y"},
		"externalData":{"title":"t","body":[{"text":"b"}]}}},
		"target":{"token":[%q]},"pushOptions":{"ttl":1000,"testMessage":true}}`, token), changes...)
}

// flight creates a live view of the layout with two columns.
func flight(tb testing.TB, token string, changes ...string) string {
	return edit(tb, fmt.Sprintf(`{"payload":{"activityId":1,"operation":0,"event":"FLIGHT","status":"DEPART","activityData":{
		"notificationData":{"type":5,"keywords":{"flightNo":"XX1"},"contentTitle":"Flight {{status}}","contentText":[{"text":"{{flightNo}}"}],
			"clickAction":{"actionType":0},"firstTextBlock":{"firstLine":"12:00","secondLine":"A"},
			"lastTextBlock":{"firstLine":"14:20","secondLine":"B","firstLineSuperscript":"+1"},"spaceIcon":"s.png",
			"extend":{"type":3,"pic":"p.png","clickAction":{"actionType":5,"data":{"tel":"+86 138-0000#"}}}}}},
		"target":{"token":[%q]},"pushOptions":{"testMessage":true}}`, token), changes...)
}

const (
	nd = "payload.activityData.notificationData."
	cd = "payload.activityData.capsuleData."
	ed = "payload.activityData.externalData."
)

func TestLiveView(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	long := strings.Repeat("字", 1025)
	w.judge(7, taxi(t, token), []judged{
		yes("as it is"),
		no("no activityId", "-payload.activityId"),
		yes("activityId -2^31", "payload.activityId=-2147483648"),
		no("activityId 2^31", "payload.activityId=2147483648"),
		no("no operation", "-payload.operation"),
		no("operation 3", "payload.operation=3"),
		no("no event", "-payload.event"),
		no("event unknown", `payload.event="GOSSIP"`),
		no("create of an event that only an app may create", `payload.event="SCORE"`),
		yes("update of it", `payload.event="SCORE"`, "payload.operation=1"),
		no("no status to create", "-payload.status"),
		yes("no status to update", "-payload.status", "payload.operation=1"),
		no("status of another event", `payload.status="BOARDED"`),
		no("title a number", "payload.title=1"),
		no("mute a string", `payload.mute="true"`),
		yes("mute", "payload.mute=false", `payload.title="t"`, `payload.content="c"`),
		yes("version 0", "payload.version=0"),
		no("version -1", "payload.version=-1"),
		no("no activityData", "-payload.activityData"),
		no("no notificationData", "-payload.activityData.notificationData"),
		yes("no capsule", "-payload.activityData.capsuleData", "-payload.activityData.externalData"),
		no("no type", "-"+nd+"type"),
		no("type 6", nd+"type=6"),
		yes("base layout", nd+"type=-1"),
		no("no contentTitle to create", "-"+nd+"contentTitle"),
		no("empty contentTitle to create", nd+`contentTitle=""`, nd+`contentText=[{"text":"{{status}}"}]`),
		no("long contentTitle", nd+"contentTitle=\"{{status}}"+long+"\""),
		no("no contentText to create", "-"+nd+"contentText"),
		no("empty contentText to create", nd+"contentText=[]"),
		no("no text", nd+`contentText=[{}]`),
		no("long contentText", nd+"contentText=[{\"text\":\"x\"},{\"text\":\""+long[3:]+"\"}]"),
		no("two colours", nd+`contentText=[{"text":"a","foregroundColor":"#FF317AF7"},{"text":"b","foregroundColor":"#FF317AF8"}]`),
		yes("one colour written in two ways", nd+`contentText=[{"text":"a","foregroundColor":"#FF317AF7"},{"text":"b","foregroundColor":"#ff317af7"}]`),
		no("short colour", nd+`contentText=[{"text":"a","foregroundColor":"#317AF7"}]`),
		yes("an update inherits both", "-"+nd+"contentTitle", "-"+nd+"contentText", "-payload.status", "payload.operation=1"),
		no("no placeholder to create", nd+`contentTitle="Taxi"`),
		yes("placeholder in the text", nd+`contentTitle="Taxi"`, nd+`contentText=[{"text":"a {{status}} b"}]`),
		yes("placeholder in extend", nd+`contentTitle="Taxi"`, nd+`extend={"type":1,"text":"{{status}}"}`),
		no("no placeholder to update a status", nd+`contentTitle="Taxi"`, "payload.operation=1"),
		yes("no placeholder to end", nd+`contentTitle="Taxi"`, "payload.operation=2"),
		no("no clickAction", "-"+nd+"clickAction"),
		no("click dials", nd+`clickAction={"actionType":5,"data":{"tel":"1"}}`),
		no("a page without a name", nd+`clickAction={"actionType":1}`),
		yes("keepTime 3600", nd+"keepTime=3600"),
		no("keepTime 3601", nd+"keepTime=3601"),
		no("style 2", nd+"style=2"),
		no("displayHorizontalLine a number", nd+"displayHorizontalLine=1"),
		no("lockScreen a string", nd+`lockScreen="x"`),
		yes("lockScreen", nd+`lockScreen={"picture":"x.png"}`),
		yes("weather that no device shows", nd+`weather={"weatherType":2,"highTemperature":99}`),
		no("temperature a string", nd+`weather={"highTemperature":"9"}`),
		yes("backgroundType", nd+"backgroundType=101"),
		no("backgroundType 1", nd+"backgroundType=1"),
		no("keywords a list", nd+"keywords=[]"),
		no("a number among the keywords", nd+`keywords={"x":1}`),
		yes("a null among the keywords", nd+`keywords={"x":null}`),
	})
	w.judge(7, flight(t, token), []judged{
		yes("as it is"),
		no("FLIGHT as progress", nd+"type=3", nd+`richProgress={"progress":1,"nodeIcons":["a","b"]}`),
		yes("updated to progress", nd+"type=3", nd+`richProgress={"progress":1}`, "payload.operation=1"),
		no("no keywords", "-"+nd+"keywords"),
		no("the other keyword", nd+`keywords={"trainNo":"G1"}`),
		no("no placeholder of the keyword", nd+`contentText=[{"text":"x"}]`),
		yes("in the first block", nd+`contentText=[{"text":"x"}]`, nd+`firstTextBlock.secondLine="{{flightNo}}"`),
		yes("in the last block", nd+`contentText=[{"text":"x"}]`, nd+`lastTextBlock.firstLine="{{flightNo}}"`),
		no("only in spaceText", nd+`contentText=[{"text":"x"}]`, nd+`spaceText="{{flightNo}}"`),
		yes("an update without keywords", "-"+nd+"keywords", "payload.operation=1"),
		yes("an update with a keyword that is null", nd+`keywords={"flightNo":null}`, "payload.operation=1"),
	})
}

func TestLiveViewParts(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	w.judge(7, taxi(t, token), []judged{
		no("no richProgress", "-"+nd+"richProgress"),
		no("no progress", "-"+nd+"richProgress.progress"),
		no("progress 101", nd+"richProgress.progress=101"),
		no("no nodeIcons to create", "-"+nd+"richProgress.nodeIcons"),
		yes("no nodeIcons to update", "-"+nd+"richProgress.nodeIcons", "payload.operation=1"),
		no("one node", nd+`richProgress.nodeIcons=["a"]`),
		no("six nodes", nd+`richProgress.nodeIcons=["a","b","c","d","e","f"]`),
		no("no indicatorIcon", "-"+nd+"richProgress.indicatorIcon"),
		yes("no indicator", "-"+nd+"richProgress.indicatorIcon", nd+"richProgress.indicatorType=0"),
		no("progress type 3", nd+"richProgress.type=3"),
		no("progress colour", nd+`richProgress.color="red"`),
		no("extend without text", nd+`extend={"type":1}`),
		no("extend without picture", nd+`extend={"type":4}`),
		yes("extend by image", nd+`extend={"type":4,"image":"i.png"}`),
		no("extend type 5", nd+`extend={"type":5}`),
		yes("extend clears", nd+`extend={"type":1,"text":"x","clickAction":{"actionType":3}}`),
		no("extend dials nobody", nd+`extend={"type":1,"text":"x","clickAction":{"actionType":5}}`),
		no("extend dials a word", nd+`extend={"type":1,"text":"x","clickAction":{"actionType":5,"data":{"tel":"home"}}}`),
		no("plus inside a number", nd+`extend={"type":1,"text":"x","clickAction":{"actionType":5,"data":{"tel":"8+6"}}}`),
		no("21 digits", nd+`extend={"type":1,"text":"x","clickAction":{"actionType":5,"data":{"tel":"123456789012345678901"}}}`),
	})
	emphasis := taxi(t, token, nd+"type=4", "-"+nd+"richProgress", nd+`singleTextBlock={"firstLine":"a","secondLine":"b","underlineColor":"#FF317AF7"}`, nd+`descPic="d.png"`)
	w.judge(7, emphasis, []judged{
		yes("as it is"),
		no("no block", "-"+nd+"singleTextBlock"),
		no("empty line", nd+`singleTextBlock.firstLine=""`),
		no("long line", nd+`singleTextBlock.secondLine="`+strings.Repeat("x", 129)+`"`),
		no("no picture to create", "-"+nd+"descPic"),
		yes("no picture to update", "-"+nd+"descPic", "payload.operation=1"),
		yes("placeholder in the block", nd+`contentTitle="T"`, nd+`singleTextBlock.firstLine="{{status}}"`),
	})
	w.judge(7, flight(t, token), []judged{
		no("no first block", "-"+nd+"firstTextBlock"),
		no("no last block", "-"+nd+"lastTextBlock"),
		no("no second line", "-"+nd+"lastTextBlock.secondLine"),
		yes("superscript that is not shown", nd+`lastTextBlock.firstLineSuperscript="+10"`),
		no("no spaceIcon to create", "-"+nd+"spaceIcon"),
		no("spaceType 1 without spaceText", nd+"spaceType=1"),
		yes("spaceType 1", nd+"spaceType=1", nd+`spaceText="x"`, "-"+nd+"spaceIcon"),
		no("spaceType 2", nd+"spaceType=2"),
		yes("nothing between to update", "-"+nd+"spaceIcon", "payload.operation=1"),
	})
	team := `{"icon":"i","name":"n","score":"1"}`
	game := taxi(t, token, nd+"type=7", "-"+nd+"richProgress", nd+`game={"host":`+team+`,"guest":`+team+`,"competition":{"desc":"d","time":"1:00"}}`)
	w.judge(7, game, []judged{
		yes("as it is"),
		no("no game", "-"+nd+"game"),
		no("no guest", "-"+nd+"game.guest"),
		no("no score to create", "-"+nd+"game.host.score"),
		yes("no score to update", "-"+nd+"game.host.score", "payload.operation=1"),
		no("no competition", "-"+nd+"game.competition"),
		no("no desc to create", "-"+nd+"game.competition.desc"),
		yes("richDesc instead", "-"+nd+"game.competition.desc", nd+`game.competition.richDesc=[{"text":"x"}]`),
		no("empty richDesc", "-"+nd+"game.competition.desc", nd+`game.competition.richDesc=[{"text":""}]`),
		no("no time to create", "-"+nd+"game.competition.time"),
	})
}

func TestCapsule(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	w.judge(7, taxi(t, token), []judged{
		no("no type", "-"+cd+"type"),
		no("type 4", cd+"type=4"),
		no("no status", "-"+cd+"status"),
		no("status 0", cd+"status=0"),
		yes("status -1", cd+"status=-1"),
		no("no icon", "-"+cd+"icon"),
		no("no bgColor", "-"+cd+"bgColor"),
		no("black", cd+`bgColor="#FF000000"`),
		no("white in lower case", cd+`bgColor="#ffffffff"`),
		no("short colour", cd+`bgColor="#317AF7"`),
		yes("remind", cd+`remind="FLIP"`),
		no("remind unknown", cd+`remind="SHAKE"`),
		no("no title to create", "-"+cd+"title"),
		yes("no title to update", "-"+cd+"title", "payload.operation=1"),
		no("no content to create", "-"+cd+"content"),
		no("long title", cd+`title="`+strings.Repeat("x", 129)+`"`),
		no("timer without a timer", cd+"type=2"),
		yes("timer", cd+"type=2", "-"+cd+"title", cd+`capsuleTimer={"time":1,"countDown":true,"pause":false}`),
		no("timer counts in words", cd+"type=2", cd+`capsuleTimer={"countDown":"yes"}`),
		no("progress without progress", cd+"type=3"),
		yes("progress", cd+"type=3", "-"+cd+"title", "-"+cd+"content", cd+`progress={"max":10,"progress":10,"indeterminate":true}`),
		no("progress above its maximum", cd+"type=3", cd+`progress={"max":10,"progress":11}`),
		no("progress above 1 without a maximum", cd+"type=3", cd+`progress={"progress":2}`),
		no("maximum 0", cd+"type=3", cd+`progress={"max":0,"progress":0}`),
		no("external type 2", ed+"type=2"),
		no("no title outside to create", "-"+ed+"title"),
		no("no body outside to create", "-"+ed+"body"),
		yes("nothing outside to update", "-"+ed+"title", "-"+ed+"body", "payload.operation=1"),
		no("background picture without one", ed+"type=1"),
		yes("background picture", ed+"type=1", ed+`bgImage="x.png"`),
		no("colour with alpha outside", ed+`bgColor="#FF317AF7"`),
		yes("colour outside", ed+`bgColor="#317AF7"`),
		no("long body outside", ed+`body=[{"text":"`+strings.Repeat("x", 129)+`"}]`),
	})
}

func TestGeofence(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	trigger := `payload.trigger={"type":1,"condition":{"longitude":118.8,"latitude":32,"coordinateSystemType":2,"monitorEvent":1,"radius":200},"displayTime":900}`
	w.judge(7, taxi(t, token, "payload.operation=4", trigger), []judged{
		yes("as it is"),
		yes("ends there", "payload.operation=6"),
		no("no trigger", "-payload.trigger"),
		no("type 2", "payload.trigger.type=2"),
		no("no condition", "-payload.trigger.condition"),
		no("longitude 181", "payload.trigger.condition.longitude=181"),
		no("no latitude", "-payload.trigger.condition.latitude"),
		no("latitude a string", `payload.trigger.condition.latitude="32"`),
		no("coordinates of Mars", "payload.trigger.condition.coordinateSystemType=3"),
		no("monitorEvent 0", "payload.trigger.condition.monitorEvent=0"),
		no("radius 199", "payload.trigger.condition.radius=199"),
		no("delayTime 301", "payload.trigger.condition.delayTime=301"),
		no("displayTime 14", "payload.trigger.displayTime=14"),
		yes("no displayTime", "-payload.trigger.displayTime"),
		yes("an event that an app creates", `payload.event="SCORE"`),
	})
}

// From 26.0.0 on a URL may stand for the name of a file.
func TestLiveViewURLs(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token(bundle, &device{id: "phone"})
	url := `="https://example.com/i.png"`
	w.judge(7, taxi(t, token), []judged{
		yes("capsule", "-"+cd+"icon", cd+"iconUrl"+url, cd+"tailIconUrl"+url),
		no("capsule by http", cd+`iconUrl="http://example.com/i.png"`),
		no("tail by http", cd+`tailIconUrl="http://example.com/i.png"`),
		no("isContentDisplayed a number", cd+"isContentDisplayed=1"),
		yes("extend", nd+`extend={"type":3,"imageUrl":"https://example.com/i.png"}`),
		no("extend by http", nd+`extend={"type":3,"imageUrl":"http://example.com/i.png"}`),
		no("shareUrl a number", "payload.shareUrl=1"),
	})
	w.judge(7, flight(t, token), []judged{yes("space", "-"+nd+"spaceIcon", nd+"spaceIconUrl"+url)})
}
