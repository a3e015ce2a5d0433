// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package hdcd

import "fmt"

// dialect is what differs between the versions of the server. Source: the
// recordings in fixtures/transcripts.
type dialect struct {
	// byte11 is the banner's last byte: 'H' for huge buffers.
	byte11 byte
	// needKey refuses a device's command on a channel without a device.
	needKey string
	// noDaemon refuses the server's own command on a channel with a device.
	noDaemon string
	offline  string
	// noName is the name of a target that never shook hands.
	noName string
	// waitKeyed: the server knows 'W' in the banner for a keyed wait.
	waitKeyed bool
	badIP     string
	noPort    string
	// noPortRow: a tconn without a port leaves a row.
	noPortRow bool
	// noTarget answers `tconn -remove` of a target that is not connected.
	noTarget string
	// loneQuote: a lone quote at the end of a command is stripped.
	loneQuote bool
	// sandbox: `shell -b BUNDLE` is known.
	sandbox bool
	// features are the flags in a BEGIN frame, 0 for a frame without them.
	features uint64
	// packHangs: a transfer with -z never ends.
	packHangs bool
	noPackage string
	// installed and uninstalled introduce what bm said.
	installed, uninstalled string
	// checksNames: characters of the shell in a package's name are refused.
	checksNames bool
	noRemount   string
	badMode     string
	// usbMode refuses `tmode usb`; "" where it still switched.
	usbMode string
	// tracked is the first answer to track-jpid.
	tracked string
}

var (
	dialect2 = dialect{
		needKey:   "[Fail]ExecuteCommand need connect-key?\r\n",
		noDaemon:  "[Fail]Failed to communicate with daemon\r\n",
		offline:   "[Fail]Device not founded or connected\r\n",
		badIP:     "[Fail]IP:Port incorrect\n",
		noPort:    "[Fail]Connect failed\r\n",
		noPortRow: true,
		loneQuote: true,

		packHangs:   true,
		noPackage:   "[Fail]Not any installation package was found\r\n",
		installed:   "[Info]App install path:%s, queuesize:0, msg:%s\r\n",
		uninstalled: "[Info]App uninstall path:, queuesize:0, msg:%s\r\n",
		noRemount:   "[Fail]Operate need running as root\r\n",
		badMode:     "[Fail]Unknown command\r\n",
		tracked:     "0000\n",
	}
	dialect3 = dialect{
		byte11:    'H',
		needKey:   "[Fail]ExecuteCommand need connect-key? please confirm a device by help info\r\n",
		noDaemon:  "[Fail][E002106] Failed to communicate with daemon\r\n",
		offline:   "[Fail][E001005] Device not found or connected\r\n",
		noName:    "unknown...",
		waitKeyed: true,
		badIP:     "[Fail][E001104]:IP address incorrect\n",
		noPort:    "[Fail]CreateConnect failed\r\n",
		noTarget:  "[Fail]No target available\r\n",
		sandbox:   true,

		features:    5,
		noPackage:   "[Fail][E006001] Not any installation package was found\r\n",
		installed:   "[Info]App install path:%s msg:%s\r\n",
		uninstalled: "[Info]App uninstall path: msg:%s\r\n",
		noRemount:   "[Fail][E007100] Operate need running under debug mode\r\n",
		badMode:     "[Fail][E001001]Unknown command\r\n",
		usbMode:     "[Fail][E001000] For USB debugging, please set it on the device's Settings UI.\r\n",
		tracked:     "0000\n",
	}
	// The newest checks more by itself. Its silence at track-jpid may be the
	// recorded build's: claim hdc.track-jpid.
	dialect32f = func() dialect {
		d := dialect3
		d.checksNames, d.badMode, d.tracked = true, "[Fail]Error tmode command\n", ""
		return d
	}()
)

// dialects holds the versions that were recorded.
var dialects = map[string]dialect{
	"2.0.0a": dialect2,
	"3.1.0e": dialect3,
	"3.2.0b": dialect3,
	"3.2.0f": dialect32f,
}

func dialectOf(version string) (dialect, error) {
	d, ok := dialects[version]
	if !ok {
		return dialect{}, fmt.Errorf("an hdc server %q cannot be simulated: recorded are 2.0.0a, 3.1.0e, 3.2.0b and 3.2.0f", version)
	}
	return d, nil
}

// Texts that all versions share.
const (
	textUnknownKey     = "[Fail]Not match target founded, check connect-key please\r\n"
	textUnknownCommand = "[Fail]Unknown command...\n"
	textEmpty          = "[Empty]\r\n"
	textNoTargetYet    = "[Fail]No any connected target\r\n"
	textWaited         = "Wait for connected target is %s\r\n"
	textBadForward     = "[Fail]Incorrect forward command\n"
	textBadNodes       = "[Fail]Forward parament failed\r\n"
	textPortBusy       = "[Fail]TCP Port listen failed at %d\r\n"
	textForwarded      = "Forwardport result:OK\r\n"
	textRemoved        = "Remove forward ruler success, ruler:%s\r\n"
	textNotRemoved     = "[Fail]Remove forward ruler failed, ruler is not exist %s\r\n"
	textConnected      = "Connect OK\r\n"
	textConnectedTwice = "[Info]Target is connected, repeat operation\r\n"
	textConnectFailed  = "[Fail]Connect failed\r\n"
	textBadPort        = "[Fail]IP:Port incorrect\n"
	textBadBundle      = "[Fail][E003001] Invalid bundle name: %s\r\n"
	textNoPaths        = "[Fail]There is no local and remote path\r\n"
	textPathSplit      = "[Fail]Transfer path split failed\r\n"
	textOpenFailed     = "[Fail]Error opening file: %s, path:%s\r\n"
	textEmptyFolder    = "[Fail]Operation failed, because the source folder is empty.\r\n"
	textNotNewer       = "[Fail]Target file is the same date or newer,path: %s\r\n"
	textAppFinish      = "AppMod finish\r\n"
	textBadName        = "Incorrect package name or option"

	// Not recorded: claim hdc.transfer-stop.
	textStopped = "[Fail]Transfer Stop at:%d/%d(Bytes), Reason: %s\r\n"

	// Not recorded, but in the guide of hdc: claim hdc.handshake-texts.
	textUnauthorized = "[Fail][E000002]:The device unauthorized.\r\n" +
		"This server's public key is not set.\r\nPlease check for a confirmation dialog on your device.\r\n" +
		"Otherwise try 'hdc kill' if that seems wrong.\r\n"
	textHandshaking = "[Fail][E000004]:The communication channel is being established.\r\n" +
		"Please wait for several seconds and try again.\r\n"

	// Not recorded: claim hdc.tmode.
	textModeSet      = "Set device run mode successful.\r\n"
	textBadPortRange = "[Fail]Incorrect port range\n"

	// The simulator's own.
	textNotSimulated = "[Fail]The simulated hdc server cannot %q: use a real device for that\r\n"
)
