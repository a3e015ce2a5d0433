// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

// Package seam is what a simulated device and the process of an app say to
// each other: JSON-RPC 2.0, one object a line, over the process's standard
// input (system to app) and standard output (app to system). Both sides ask
// and answer.
//
// The names of the methods follow the ArkTS API, so that an ability written in
// ArkTS and run under Node can stand on the same seam:
//
//	app to system                                    answer
//	pushService.getToken                             Token
//	pushService.deleteToken
//	pushService.receiveMessage       Registration
//	pushService.bindAppProfileId     Profile
//	pushService.unbindAppProfileId   Profile
//	pushService.on                   Event           (tokenUpdate)
//	pushService.off                  Event
//	AAID.getAAID                                     AAID
//	AAID.deleteAAID
//	notificationManager.getActiveNotifications       []Active
//	notificationManager.getBadgeNumber               Badge
//	notificationManager.setBadgeNumber    Badge
//	notificationManager.isNotificationEnabled        Enabled
//	notificationManager.requestEnableNotification    (when the user has answered)
//	formProvider.updateForm          FormUpdate
//	notificationManager.cancel       NotificationID
//	notificationManager.cancelAll
//	liveViewManager.isLiveViewEnabled                (true or false)
//	liveViewManager.startLiveView    LiveView        LiveViewResult
//	liveViewManager.updateLiveView   LiveView        LiveViewResult
//	liveViewManager.stopLiveView     LiveView        LiveViewResult
//	liveViewManager.getActiveLiveView LiveViewID     LiveView
//	voipCall.reportIncomingCall      IncomingCall    (a number)
//	voipCall.reportIncomingCallError CallFailure
//	voipCall.reportCallStateChange   CallChange
//	relationalStore.query                 Table      []Row
//	relationalStore.delete                Deletion
//	hilog.write                           Line
//	clock.wait                            Wait       (when the time has passed)
//
//	system to app                                    answer
//	process.start                         Process
//	ability.onCreate                      Ability
//	ability.onNewWant                     Ability
//	ability.onForeground                  Ability
//	ability.onBackground                  Ability
//	push.onMessage                        Message
//	pushService.tokenUpdate               Token
//	voipCall.voipCallUiEvent              CallEvent
//	extension.onReceiveMessage            Info       Content
//	extension.onDestroy
//	form.onAddForm                        Want       Binding
//	form.onRemoveForm                     Want
//
// process.start comes first. The system sends the methods of an ability and
// voipCall and push.onMessage one at a time, as the main thread of a process would get
// them, and waits for each answer; extension.onDestroy may overtake. An app
// registers for messages by calling pushService.receiveMessage before it
// answers ability.onCreate. hilog.write may be sent as a notification.
//
// Errors of the platform travel as JSON-RPC errors whose code is the
// platform's own (1000900005, 1600004, ...); see Failure. The package
// guarantees that no line above MaxLine is read or written. It keeps no state.
package seam

import "github.com/pushproof/pushproof/agent/wire"

// MaxLine is the longest line in bytes, either way.
const MaxLine = 1 << 20

// RoleForm is the process of a FormExtensionAbility. It holds no agent: nothing
// that a push does reaches it.
const RoleForm wire.Role = "form"

// Methods that the app calls.
const (
	GetToken             = "pushService.getToken"
	DeleteToken          = "pushService.deleteToken"
	ReceiveMessage       = "pushService.receiveMessage"
	BindProfile          = "pushService.bindAppProfileId"
	UnbindProfile        = "pushService.unbindAppProfileId"
	On                   = "pushService.on"
	Off                  = "pushService.off"
	GetAAID              = "AAID.getAAID"
	DeleteAAID           = "AAID.deleteAAID"
	ActiveNotifications  = "notificationManager.getActiveNotifications"
	GetBadge             = "notificationManager.getBadgeNumber"
	SetBadge             = "notificationManager.setBadgeNumber"
	NotificationsEnabled = "notificationManager.isNotificationEnabled"
	RequestNotifications = "notificationManager.requestEnableNotification"
	UpdateForm           = "formProvider.updateForm"
	ReportIncomingCall   = "voipCall.reportIncomingCall"
	ReportCallError      = "voipCall.reportIncomingCallError"
	ReportCallState      = "voipCall.reportCallStateChange"
	CancelNotification   = "notificationManager.cancel"
	CancelNotifications  = "notificationManager.cancelAll"
	LiveViewsEnabled     = "liveViewManager.isLiveViewEnabled"
	StartLiveView        = "liveViewManager.startLiveView"
	UpdateLiveView       = "liveViewManager.updateLiveView"
	StopLiveView         = "liveViewManager.stopLiveView"
	ActiveLiveView       = "liveViewManager.getActiveLiveView"
	QueryRows            = "relationalStore.query"
	DeleteRows           = "relationalStore.delete"
	WriteLog             = "hilog.write"
	WaitOnClock          = "clock.wait"
)

// Methods that the system calls.
const (
	Start            = "process.start"
	OnCreate         = "ability.onCreate"
	OnNewWant        = "ability.onNewWant"
	OnForeground     = "ability.onForeground"
	OnBackground     = "ability.onBackground"
	OnMessage        = "push.onMessage"
	OnTokenUpdate    = "pushService.tokenUpdate"
	OnCallEvent      = "voipCall.voipCallUiEvent"
	OnReceiveMessage = "extension.onReceiveMessage"
	OnDestroy        = "extension.onDestroy"
	OnAddForm        = "form.onAddForm"
	OnRemoveForm     = "form.onRemoveForm"
)
