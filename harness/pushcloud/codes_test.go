// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/fixtures"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

// predicates are all that sort an error, by name.
var predicates = map[string]func(error) bool{
	"IsMessage": pushcloud.IsMessage, "IsCredentials": pushcloud.IsCredentials, "IsRights": pushcloud.IsRights,
	"IsPenalty": pushcloud.IsPenalty, "IsProject": pushcloud.IsProject, "IsTokens": pushcloud.IsTokens,
	"IsTokenDead": pushcloud.IsTokenDead, "IsDevice": pushcloud.IsDevice, "IsPartial": pushcloud.IsPartial,
	"IsQuota": pushcloud.IsQuota, "IsFlow": pushcloud.IsFlow, "IsService": pushcloud.IsService,
	"IsOutcomeUnknown": pushcloud.IsOutcomeUnknown, "IsRetryable": pushcloud.IsRetryable,
}

// which names the predicates that are true of an error.
func which(err error) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(predicates)) {
		if predicates[name](err) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// What each code is, written down apart from the tables.
var codesWanted = map[pushcloud.Operation]map[string]string{
	pushcloud.OpSend: {
		"80000000": "",
		"80100000": "IsPartial",
		"80100001": "IsMessage", "80100003": "IsMessage", "80100004": "IsMessage", "80100022": "IsMessage",
		"80200001": "IsCredentials IsProject",
		"80200005": "IsCredentials IsProject IsRetryable",
		"80300002": "IsProject IsRights",
		"80300007": "IsTokens",
		"80300008": "IsMessage", "80300010": "IsMessage",
		"80300029": "IsQuota",
		"80300030": "IsMessage",
		"80300036": "IsCredentials IsProject",
		"80300037": "IsPenalty IsProject",
		"81000001": "IsOutcomeUnknown IsService",
	},
	pushcloud.OpRevoke: {
		"80000000": "",
		"80000001": "IsOutcomeUnknown IsService",
		"80100003": "IsMessage",
		"80100020": "IsPartial",
		"80200003": "IsCredentials IsProject",
		"80300002": "IsProject IsRights",
		"80300017": "IsMessage", "80300028": "IsMessage",
		"80300032": "IsProject IsRights",
	},
	pushcloud.OpVerifyImage: {
		"80100003": "IsMessage",
		"83010000": "",
		"83010001": "IsMessage",
		"83010002": "IsQuota",
		"83010003": "IsMessage",
		"83010004": "IsProject IsRights",
		"83010005": "IsMessage", "83010007": "IsMessage",
	},
}

// errorOf reads an answer of a business code with the text of its page.
func errorOf(op pushcloud.Operation, status int, code, msg string) (*pushcloud.Response, error) {
	body, err := json.Marshal(map[string]string{"code": code, "msg": msg, "requestId": "1"})
	if err != nil {
		panic(err)
	}
	return pushcloud.ReadAnswerTo(op, status, body, tokens(testToken), "jwt")
}

func TestEveryCode(t *testing.T) {
	for op, wanted := range codesWanted {
		rows := fixtures.CodesOf(fixtures.API(op))
		if len(rows) != len(wanted) {
			t.Errorf("%s: the table has %d codes, this test %d", op, len(rows), len(wanted))
		}
		for _, row := range rows {
			want, ok := wanted[row.Code]
			if !ok {
				t.Errorf("%s: the test does not know %s", op, row.Code)
			}
			for _, status := range []int{200, 400, 500} {
				r, err := errorOf(op, status, row.Code, row.Msg)
				if got := which(err); got != want {
					t.Errorf("%s %s with HTTP %d: %q, want %q", op, row.Code, status, got, want)
				}
				if (err == nil) != (row.Class == fixtures.ClassOK) || r.Code != row.Code {
					t.Errorf("%s %s: %+v, %v", op, row.Code, r, err)
				}
				var refused *pushcloud.Error
				if errors.As(err, &refused) && (refused.Class != row.Class || refused.Cause() != row.Class || refused.Retryable != row.Retryable || refused.Op != op || refused.Advice != row.Do) {
					t.Errorf("%s %s: %+v", op, row.Code, refused)
				}
				if err != nil && !strings.Contains(err.Error(), row.Do) {
					t.Errorf("%q does not say what to do", err)
				}
			}
		}
	}
}

// What each reason is if it stands for every token of a call.
var reasonsWanted = map[string]string{
	"noPushTypeRight":                        "IsProject IsRights",
	"noRight":                                "IsProject IsTokens",
	"atomicUnableSendUnsubscribedMsg":        "IsProject IsRights",
	"tokenFormatError":                       "IsTokenDead IsTokens",
	"countryNotSupport":                      "IsDevice",
	"tokenPlatformNotSupport":                "IsTokens",
	"disableSendHuaweiMsgBecauseOfPenalty":   "IsPenalty IsProject",
	"differentImgVerifyPolicy":               "IsMessage",
	"appinfoError":                           "IsProject IsRights",
	"noRightToSendThisLiveNotificationEvent": "IsProject IsRights",
	"notSupportPlayVoice":                    "IsMessage",
	"decryptError":                           "IsTokens",
}

func TestEveryReason(t *testing.T) {
	if rows := fixtures.Reasons(); len(rows) != len(reasonsWanted) {
		t.Errorf("the table has %d reasons, this test %d", len(rows), len(reasonsWanted))
	}
	const other = "MAMz-another-token-of-the-call"
	for _, row := range fixtures.Reasons() {
		want, ok := reasonsWanted[row.Code]
		if !ok {
			t.Errorf("the test does not know %s", row.Code)
		}
		_, err := errorOf(pushcloud.OpSend, 200, "80300007", fmt.Sprintf(`{"failure":1,"illegalTokens":{%q:[%q]}}`, row.Code, testToken))
		if got := which(err); got != want {
			t.Errorf("%s: %q, want %q", row.Code, got, want)
		}
		if !strings.Contains(err.Error(), row.Do) || strings.Contains(err.Error(), "delete") || strings.Contains(err.Error(), "forget") {
			t.Errorf("%s: %v", row.Code, err)
		}
		// Of several tokens that are all refused alike, none is called dead.
		both := fmt.Sprintf(`{"failure":2,"illegalTokens":{%q:[%q,%q]}}`, row.Code, testToken, other)
		_, err = errorOf(pushcloud.OpSend, 200, "80300007", both)
		if got, want := which(err), strings.TrimPrefix(want, "IsTokenDead "); got != want {
			t.Errorf("%s for two: %q, want %q", row.Code, got, want)
		}
		// Among others that were accepted, it is the token's alone.
		_, err = errorOf(pushcloud.OpSend, 200, "80100000", fmt.Sprintf(`{"success":1,"failure":1,"illegalTokens":{%q:[%q]}}`, row.Code, testToken))
		if got := which(err); got != "IsPartial" {
			t.Errorf("%s among others: %q", row.Code, got)
		}
		// Reasons of different classes leave the code's own.
		mixed := fmt.Sprintf(`{"failure":2,"illegalTokens":{%q:[%q],"newReason":[%q]}}`, row.Code, testToken, other)
		_, err = errorOf(pushcloud.OpSend, 200, "80300007", mixed)
		if got := which(err); got != "IsTokens" {
			t.Errorf("%s beside an unknown reason: %q", row.Code, got)
		}
	}
}

// What each HTTP status is if no business code comes along.
var statusesWanted = map[int]string{
	400: "IsMessage",
	401: "IsCredentials IsProject",
	404: "IsMessage",
	500: "IsOutcomeUnknown IsService",
	502: "IsOutcomeUnknown IsService",
	503: "IsFlow IsRetryable",
}

func TestEveryStatus(t *testing.T) {
	if rows := fixtures.Statuses(); len(rows) != len(statusesWanted) {
		t.Errorf("the table has %d statuses, this test %d", len(rows), len(statusesWanted))
	}
	for _, row := range fixtures.Statuses() {
		status, err := strconv.Atoi(row.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{"", "<html>", `{"code":503}`} {
			r, err := pushcloud.ReadAnswerTo(pushcloud.OpSend, status, []byte(body), tokens(testToken), "jwt")
			if got, want := which(err), statusesWanted[status]; got != want || want == "" {
				t.Errorf("HTTP %d %q: %q, want %q", status, body, got, want)
			}
			if open := len(r.Unresolved) == 1; open != pushcloud.IsOutcomeUnknown(err) {
				t.Errorf("HTTP %d %q: unresolved %v", status, body, r.Unresolved)
			}
		}
	}
}

// Others' errors are none of ours.
func TestPredicatesOfOtherErrors(t *testing.T) {
	for _, err := range []error{nil, errors.New("other"), &pushcloud.AccountError{}} {
		if got := which(err); got != "" {
			t.Errorf("%v: %s", err, got)
		}
	}
	for text, test := range map[string]struct {
		err  error
		want string
	}{
		"not reached":         {&pushcloud.TransportError{Err: errors.New("x")}, "IsRetryable"},
		"no answer":           {&pushcloud.TransportError{Err: errors.New("x"), OutcomeUnknown: true}, "IsOutcomeUnknown"},
		"invalid":             {&pushcloud.InvalidError{}, "IsMessage"},
		"wrapped":             {fmt.Errorf("send: %w", &pushcloud.Error{Class: fixtures.ClassQuota}), "IsQuota"},
		"in a delivery":       {&pushcloud.DeliveryError{Delivery: &pushcloud.Delivery{Stopped: &pushcloud.Error{Class: fixtures.ClassPenalty}}}, "IsPenalty IsProject"},
		"delivery, no reason": {&pushcloud.DeliveryError{Delivery: &pushcloud.Delivery{}}, ""},
	} {
		if got := which(test.err); got != test.want {
			t.Errorf("%s: %q, want %q", text, got, test.want)
		}
	}
}
