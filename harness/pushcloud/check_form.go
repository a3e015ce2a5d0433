// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package pushcloud

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pushproof/pushproof/fixtures"
)

// form checks the payload of push-type 1.
func (o object) form() {
	o.filled("moduleName", required)
	o.filled("abilityName", required)
	o.filled("formName", required)
	// No lower bound is documented for this long (claim cloud.form).
	o.integer("formId", math.MinInt64, fixtures.LimitOf("form.formId.max"), required)
	o.integer("version", 0, fixtures.LimitOf("form.version.max"), required)
	data, _ := o.child("formData", required)
	data.formData()
	o.formImages(data)
}

// proxyPrefix is how no key of formData begins: such names belong to the
// system's data proxy.
const proxyPrefix = "datashareproxy://"

func (o object) formData() {
	for _, m := range o.effective() {
		if strings.HasPrefix(m.key, proxyPrefix) {
			o.ownFault(m.key, "a key must not begin with "+proxyPrefix)
		}
		v := m.value
		switch v.Type {
		case gjson.Null:
			o.ownFault(m.key, "it must not be null")
		case gjson.Number:
			if most := fixtures.LimitOf("form.number.max"); exceeds(m.value.Raw, most) {
				o.ownFault(m.key, fmt.Sprintf("it is %s, and a number must be at most %d; write it as a string", shorten(m.value.Raw), most))
			}
		}
	}
}

// exceeds compares without the loss that a float64 has beyond 2^53.
func exceeds(numeral string, most int64) bool {
	n, _, err := big.ParseFloat(numeral, 10, 64, big.ToZero)
	return err == nil && n.Cmp(new(big.Float).SetInt64(most)) > 0
}

func (o object) formImages(data object) {
	images, ok := o.list("images", optional)
	if !ok {
		return
	}
	if most := int(fixtures.LimitOf("form.images.max")); len(images) > most {
		o.fault("images", fmt.Sprintf("there are %d, at most %d is allowed", len(images), most))
	}
	for i, v := range images {
		image, ok := o.element("images", i, v)
		if !ok {
			continue
		}
		if key, ok := image.text("keyName", optional); ok && data.has(key) {
			image.fault("keyName", fmt.Sprintf("it is %q, which is a key of formData; a picture needs a key of its own", shorten(key)))
		}
		image.https("url")
		image.number("require", "form.require", optional)
	}
}
