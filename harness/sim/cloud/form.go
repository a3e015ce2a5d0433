// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"encoding/json"
	"math/big"
	"strings"

	"github.com/pushproof/pushproof/fixtures"
)

// formProxyPrefix must not begin a key of formData.
const formProxyPrefix = "datashareproxy://"

var (
	formVersionMax = fixtures.LimitOf("form.version.max")
	formImagesMax  = int(fixtures.LimitOf("form.images.max"))
	formNumberMax  = new(big.Float).SetInt64(fixtures.LimitOf("form.number.max"))
)

// judgeForm judges push-type 1 (claim cloud.form). Source: Push Kit REST API,
// scenarized message, request parameters, FormUpdatePayload.
func judgeForm(r *reader, payload object) notice {
	id, ok := r.integer(payload, "formId")
	r.need(ok, "formId is required")
	r.requiredWithin(payload, "version", 0, formVersionMax)
	for _, name := range []string{"moduleName", "formName", "abilityName"} {
		r.required(payload, name)
	}
	data := r.requiredObject(payload, "formData")
	for key, value := range data.fields {
		judgeFormValue(r, key, value)
	}
	return notice{form: &id, images: judgeFormImages(r, payload, data)}
}

func judgeFormValue(r *reader, key string, value json.RawMessage) {
	r.need(!strings.HasPrefix(key, formProxyPrefix), "formData key should not start with %s", formProxyPrefix)
	r.need(string(value) != "null", "formData value should not be null")
	if n, _, err := big.ParseFloat(string(value), 10, 64, big.ToZero); err == nil {
		r.need(n.Cmp(formNumberMax) <= 0, "formData value should not exceed %s", formNumberMax.Text('f', 0))
	}
}

// judgeFormImages judges images and returns their URLs.
func judgeFormImages(r *reader, payload, data object) (urls []string) {
	images, _ := r.objects(payload, "images")
	r.need(len(images) <= formImagesMax, "images size should not exceed %d", formImagesMax)
	for _, image := range images {
		if key, ok := r.text(image, "keyName"); ok {
			_, twice := data.fields[key]
			r.need(!twice, "images.keyName is a key of formData, too")
		}
		judgeURL(r, image, "url")
		r.choice(image, "require", formRequires)
		if url, ok := r.text(image, "url"); ok {
			urls = append(urls, url)
		}
	}
	return urls
}

// judgeVoIP judges push-type 10.
func judgeVoIP(r *reader, payload object) notice {
	r.extraData(payload)
	return notice{}
}
