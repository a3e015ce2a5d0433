// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/harness/pushcloud"
)

func Example() {
	account, err := pushcloud.LoadServiceAccount("service-account.json")
	if err != nil {
		log.Fatal(err) // says what is wrong with the file and where it comes from
	}
	client, err := pushcloud.New(pushcloud.Options{Account: account})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	response, err := client.Send(context.Background(), pushcloud.Request{
		Message: pushcloud.Alert{Title: "Order 7", Body: "is ready"},
		Tokens:  []push.Token{push.NewToken("MAMz...")},
	})
	var refused *pushcloud.Error
	switch {
	case errors.As(err, &refused):
		fmt.Println(refused.Code, refused.Advice, response.Rejected)
	case err != nil:
		fmt.Println(err, pushcloud.IsOutcomeUnknown(err))
	default:
		fmt.Println(response.RequestID, response.Accepted)
	}
}

// printPayload shows what goes over the wire under "payload".
func printPayload(m pushcloud.Message) {
	payload, err := m.Payload()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("push-type %d: %s\n", m.PushType(), payload)
}

func ExampleAlert() {
	printPayload(pushcloud.Alert{
		Category:       "TRAVEL",
		Title:          "Gate B12",
		Body:           "boarding now",
		NotifyID:       new(0),
		ForegroundShow: new(false),
		Badge:          pushcloud.AddBadge(1),
		ClickAction:    pushcloud.ClickAction{ActionType: 1, Action: "com.example.GATE", Data: map[string]any{"gate": "B12"}},
	})
	// Output:
	// push-type 0: {"notification":{"category":"TRAVEL","title":"Gate B12","body":"boarding now","notifyId":0,"clickAction":{"actionType":1,"action":"com.example.GATE","data":{"gate":"B12"}},"badge":{"addNum":1},"foregroundShow":false}}
}

func ExampleBadgeRefresh() {
	printPayload(pushcloud.BadgeRefresh{Badge: pushcloud.SetBadge(0)})
	// Output:
	// push-type 0: {"notification":{"badge":{"setNum":0}}}
}

func ExampleExtension() {
	printPayload(pushcloud.Extension{
		ExtraData:    `{"amount":1}`,
		Notification: pushcloud.Alert{Title: "Payment", Body: "1 yuan received"},
	})
	// Output:
	// push-type 2: {"extraData":"{\"amount\":1}","notification":{"category":"PLAY_VOICE","title":"Payment","body":"1 yuan received","clickAction":{"actionType":0}}}
}

func ExampleBackground() {
	printPayload(pushcloud.Background{ExtraData: `{"order":7}`, ProxyData: "ENABLE"})
	// Output:
	// push-type 6: {"extraData":"{\"order\":7}","proxyData":"ENABLE"}
}

func ExampleRawMessage() {
	printPayload(pushcloud.RawMessage{Type: 10, Body: []byte(`{ "extraData": "{\"scene\":\"voice\"}" }`)})
	// Output:
	// push-type 10: {"extraData":"{\"scene\":\"voice\"}"}
}

func ExampleParseMessage() {
	request, err := pushcloud.ParseMessage([]byte(`{
		"kind": "background",
		"payload": {"extraData": "{\"order\":7}"},
		"pushOptions": {"ttl": 3600}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	printPayload(request.Message)
	fmt.Println(request.Options.TTL)
	// Output:
	// push-type 6: {"extraData":"{\"order\":7}"}
	// 1h0m0s
}

func ExampleCarry() {
	request, carriers, err := pushcloud.Carry(pushcloud.Request{
		Message: pushcloud.Alert{Title: "Order {{nonce}}", Body: "is ready"},
	}, "n-4f21")
	if err != nil {
		log.Fatal(err)
	}
	printPayload(request.Message)
	fmt.Println(request.Options.BiTag, carriers.For(pushcloud.WitnessTree), carriers.For(pushcloud.WitnessClick))
	// Output:
	// push-type 0: {"notification":{"appMessageId":"n-4f21","category":"MARKETING","title":"Order n-4f21","body":"is ready","clickAction":{"actionType":0}}}
	// n-4f21 true false
}

func ExampleValidate() {
	for _, fault := range pushcloud.Validate(pushcloud.Request{
		Message: pushcloud.Alert{Category: "travel", Title: "Gate B12", Body: "boarding", Badge: pushcloud.AddBadge(0)},
		Tokens:  []push.Token{push.NewToken("MAMz...")},
	}) {
		fmt.Println(fault)
	}
	// Output:
	// payload.notification.category: it is "travel", and must be written in upper case: TRAVEL
	// payload.notification.badge.addNum: it is 0, and must be a whole number from 1 to 99
}

func ExampleClient_SendAll() {
	var client *pushcloud.Client // see the package's example
	delivery, err := client.SendAll(context.Background(), pushcloud.Request{
		Message: pushcloud.Alert{Category: "TRAVEL", Title: "Gate B12", Body: "boarding now"},
		Tokens:  []push.Token{push.NewToken("MAMz..."), push.NewToken("MAAA...")}, // any number
		Options: pushcloud.PushOptions{TestMessage: new(false)},
	})
	switch {
	case pushcloud.IsMessage(err), pushcloud.IsProject(err):
		log.Fatal(err) // all tokens would fare alike
	case err != nil && len(delivery.Owed()) > 0:
		// Later, and to those alone to whom the message is still owed.
		err = client.SendOwed(context.Background(), delivery)
	}
	fmt.Println(err, delivery.Dead(), delivery.Tokens(pushcloud.Unresolved))
}

func ExampleClient_Revoke() {
	account, err := pushcloud.LoadServiceAccount("service-account.json")
	if err != nil {
		log.Fatal(err)
	}
	client, err := pushcloud.New(pushcloud.Options{Account: account, ClientID: "110123456"}) // the app's, not the project's
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	response, err := client.Revoke(context.Background(), pushcloud.Revocation{
		Kind: push.KindAlert, NotifyID: 12345, Tokens: []push.Token{push.NewToken("MAMz...")},
	})
	fmt.Println(response, err)
}

func ExampleClient_VerifyImage() {
	var client *pushcloud.Client // see the package's example
	image, err := client.VerifyImage(context.Background(), push.KindAlert, "https://example.com/order.png")
	if err != nil {
		log.Fatal(err) // IsMessage: another image; IsQuota: a minute later
	}
	alert := pushcloud.Alert{Title: "Order 7", Body: "is ready", Image: image.DownloadURL}
	fmt.Println(alert.Image, image.Expires)
}
