// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// Profile is what a device says of itself.
type Profile struct {
	// Type is one of fixtures.DeviceTypes, as Push Kit's pages count them.
	Type string `json:"type"`
	// RawType is the parameter from which Type was made: a watch says "watch".
	RawType string `json:"rawType"`
	// Model, Name and Brand are the maker's; "" where the device has none.
	Model string `json:"model"`
	Name  string `json:"name"`
	Brand string `json:"brand"`
	// API is the API level, such as 20 for HarmonyOS 6.0.0.
	API int `json:"api"`
	// OSVersion is the distribution's version, such as 6.0.0.
	OSVersion string `json:"osVersion"`
	// Software is the firmware's display version.
	Software string `json:"software"`
	// ABIs lists the processor's interfaces, the preferred one first.
	ABIs []string `json:"abis"`
	// Locale is such as zh-Hans-CN; "" where unknown.
	Locale string `json:"locale"`
	// UserBuild is set on consumer firmware.
	UserBuild bool `json:"userBuild"`
	// Build is what kind of firmware it is.
	Build Build `json:"build"`
	// Offers says by name which tools of fixtures.DeviceCommands the firmware
	// has; a tool that is missing here was not asked for.
	Offers map[string]bool `json:"offers,omitempty"`
	// Simulated is set where the model says that the device is one of this
	// project's simulated ones.
	Simulated bool `json:"simulated"`
	// Emulator is set on the vendor's emulator.
	Emulator bool `json:"emulator"`
}

// The parameters that make a profile. Source: deviceInfo reference; OpenHarmony
// source of startup_init.
const (
	paramType        = "const.product.devicetype"
	paramTypeOther   = "const.build.characteristics"
	paramModel       = "const.product.model"
	paramName        = "const.product.name"
	paramBrand       = "const.product.brand"
	paramAPI         = "const.ohos.apiversion"
	paramOSVersion   = "const.product.os.dist.version"
	paramSoftware    = "const.product.software.version"
	paramABIs        = "const.product.cpu.abilist"
	paramLocale      = "persist.global.locale"
	paramDebuggable  = "const.debuggable"
	paramDeveloper   = "const.security.developermode.state"
	paramBoot        = "bootevent.boot.completed"
	paramEmulator    = "ohos.qemu.hvd.name"
	emulatorModel    = "emulator"
	paramSeparator   = "@"
	paramFailPrefix  = `Get parameter "`
	paramFailMessage = `" fail!`
)

var profileParams = []string{
	paramType, paramTypeOther, paramModel, paramName, paramBrand, paramAPI, paramOSVersion,
	paramSoftware, paramABIs, paramLocale, paramDebuggable, paramDeveloper, paramBoot, paramEmulator,
}

// ProfileError says that a device cannot be driven for what it says of itself.
type ProfileError struct {
	// Param and Value are the parameter that decided.
	Param, Value string
	Why          string
}

// Error implements error.
func (e *ProfileError) Error() string {
	return fmt.Sprintf("cannot use this device: %s is %q: %s", e.Param, e.Value, e.Why)
}

// readProfile asks for all parameters and tools in one command: each shell
// channel costs a connection.
func (d *Device) readProfile(ctx context.Context) (Profile, error) {
	var parts []part
	for _, name := range profileParams {
		parts = append(parts, part{"shell.echo", map[string]string{"text": paramSeparator + name}},
			part{"param.get", map[string]string{"param": name}})
	}
	tools := probedTools()
	for _, name := range tools {
		parts = append(parts, part{"shell.echo", map[string]string{"text": toolMark + name}},
			part{"shell.command-v", map[string]string{"program": name}})
	}
	text, _, err := d.send(ctx, commandList(parts...).Named("param get of what a device is"))
	if err != nil {
		return Profile{}, fmt.Errorf("read the device's parameters: %w", err)
	}
	params, answers, _ := strings.Cut(text, "\n"+toolMark)
	profile, err := profileOf(parseParams(params, profileParams))
	profile.Offers = parseOffers(toolMark+answers, tools)
	return profile, err
}

// parseParams reads what a list of `echo @NAME;param get NAME` printed. A
// parameter that the device does not have is absent (claim
// device.param.missing). Lines that belong to no value are ignored.
func parseParams(text string, names []string) map[string]string {
	values := map[string]string{}
	current := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, paramSeparator); ok && slices.Contains(names, name) {
			current = name
			continue
		}
		value := strings.TrimSpace(line)
		if current == "" || value == "" {
			continue
		}
		if !strings.HasPrefix(value, paramFailPrefix) || !strings.Contains(value, paramFailMessage) {
			values[current] = value
		}
		current = ""
	}
	return values
}

// profileOf judges a device's parameters.
func profileOf(params map[string]string) (Profile, error) {
	if boot, ok := params[paramBoot]; ok && boot != "true" {
		return Profile{}, &ProfileError{Param: paramBoot, Value: boot,
			Why: "it has not started up: wait until `param get " + paramBoot + "` says true"}
	}
	param := paramType
	if params[param] == "" {
		param = paramTypeOther
	}
	raw := params[param]
	deviceType, err := typeOf(param, raw)
	if err != nil {
		return Profile{}, err
	}
	api, err := strconv.Atoi(params[paramAPI])
	if err != nil || api <= 0 {
		return Profile{}, &ProfileError{Param: paramAPI, Value: params[paramAPI],
			Why: "an API level is a number, and which kinds work depends on it: is this HarmonyOS 5 or later?"}
	}
	return Profile{
		Type: deviceType, RawType: raw,
		Model: params[paramModel], Name: params[paramName], Brand: params[paramBrand],
		API: api, OSVersion: params[paramOSVersion], Software: params[paramSoftware],
		ABIs:      strings.FieldsFunc(params[paramABIs], func(r rune) bool { return r == ',' || r == ' ' }),
		Locale:    params[paramLocale],
		UserBuild: params[paramDebuggable] == "0",
		Build:     buildOf(params),
		Simulated: params[paramModel] == fixtures.SimulatedModel,
		// Claim device.emulator.model.
		Emulator: params[paramModel] == emulatorModel || params[paramEmulator] != "",
	}, nil
}

// rawTypes maps the parameter to the types of Push Kit's pages (claim
// device.type.raw).
var rawTypes = map[string]string{
	"phone": "phone", "tablet": "tablet", "2in1": "2in1", "pc": "2in1",
	"wearable": "wearable", "watch": "wearable", "tv": "tv",
}

// refusedTypes says why a type that exists is none of the five.
var refusedTypes = map[string]string{
	"default":      "that is a development board, and Push Kit runs on consumer devices only",
	"car":          "Push Kit's pages do not list cars",
	"litewearable": "a lite wearable runs other firmware, without hdc's tools",
	"fitnesswatch": "a lite wearable runs other firmware, without hdc's tools",
	"":             "the device gives no type",
}

func typeOf(param, raw string) (string, error) {
	if known, ok := rawTypes[strings.ToLower(raw)]; ok {
		return known, nil
	}
	why, ok := refusedTypes[strings.ToLower(raw)]
	if !ok {
		why = "the type is not known"
	}
	return "", &ProfileError{Param: param, Value: raw,
		Why: why + "; supported are " + strings.Join(fixtures.DeviceTypes(), ", ")}
}
