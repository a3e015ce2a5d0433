// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import "context"

// check is a probe that takes more than one command.
type check struct {
	// does says it in words, for --list and for who is asked to allow it.
	does string
	// turn is the check's place, see DevicePlan.
	turn turn
	// run does it. The error is one that says nothing about the claim.
	run func(ctx context.Context, e *env) (finding, error)
}

// turn is a check's place in a plan: in the middle, before others that touch the
// same, or after everything else.
type turn int

const (
	early turn = iota + 1
	late
)

// checks are the probes "by go", by name. The rows of fixtures/claims name them;
// a test holds both together.
var checks = map[string]check{
	"sentinel":      {does: "runs commands that exit with 0, 7 and 255, and one in quotes", run: checkSentinel},
	"shell-group":   {does: "starts a sleep, gives up on it, and looks whether it still runs", run: checkShellGroup},
	"digest-tools":  {does: "writes a file of 5 bytes, and has sha256sum and stat read it", run: checkDigestTools},
	"small-packets": {does: "times 15 commands", run: checkSmallPackets},
	"file-client":   {does: "sends a file of 300 KiB in remote mode, compares its SHA-256, and fetches it back", run: checkFileClient},
	"rule-removal":  {does: "makes a reverse and a forward rule in a chain, and removes one while a connection runs through it", run: checkRuleRemoval},
	"hilog-line":    {does: "reads the newest lines of the log, and keeps only how many are of which form", turn: late, run: checkHilogLine},
	"hilog-tag":     {does: "reads the log of one tag, and keeps only how many lines are of it", turn: late, run: checkHilogTag},
	"layout":        {does: "reads the UI tree, and keeps only its form: names of attributes, numbers of nodes", run: checkLayout},
	"emulator":      {does: "reads the two parameters that tell an emulator", run: checkEmulator},
	"power":         {does: "turns the display off and on again", turn: late, run: checkPower},
	"power-dump":    {does: "turns the display off and on again, and reads the power state each time", turn: late, run: checkPowerDump},
	"window-names":  {does: "presses Home and opens the notification centre, and reads the names of the system's windows", run: checkWindowNames},
	"layout-window": {does: "reads the UI tree and the list of windows, and keeps only how many fit", run: checkLayoutWindow},
	"unlock":        {does: "turns the display off and on, swipes the lock screen away, and starts the app", turn: late, run: checkUnlock},
	"shade-open":    {does: "opens the notification centre and closes it", run: checkShadeOpen},
	"shade-back":    {does: "opens the notification centre over the app, and closes it by Back", run: checkShadeBack},
	"shade-state":   {does: "opens the notification centre over the app, and reads the app's state", run: checkShadeState},
	"dialog-tree":   {does: "starts the app, and looks for the dialog that asks for notifications, without answering it", turn: early, run: checkDialogTree},
	"dialog-text":   {does: "starts the app, and reads the buttons of the dialog that asks for notifications", turn: early, run: checkDialogText},
	"home-ability":  {does: "reads the app's abilities, and starts the one that is found to be its home", run: checkHomeAbility},
	"start-text":    {does: "starts an ability that exists and one that does not", run: checkStartText},
	"bring-forward": {does: "sends the app into the background and starts it again", run: checkBringForward},
	"dump-state":    {does: "reads the app's state in front, in the background, and after its process was killed", run: checkDumpState},
	"main-process":  {does: "starts the app, and compares pidof with ps", run: checkMainProcess},
	"home-key":      {does: "starts the app and presses Home", run: checkHomeKey},
	"kill":          {does: "starts the app and kills its process by devicedebug", run: checkKill},
	"hap-signature": {does: "reads the end of the package on this machine", run: checkHAPSignature},
	"install-time":  {does: "installs the package over its app, and compares the times that bm dump gives before and after", run: checkInstallTime},
	"hap-api":       {does: "reads module.json of the package on this machine", run: checkHAPAPI},
}
