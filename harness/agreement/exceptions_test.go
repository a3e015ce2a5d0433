// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package agreement_test

import "slices"

// exception is a rule of which the client means to be the stricter one. The
// other way round there is none: what the simulator refuses, Validate must
// find.
type exception struct {
	name string
	// why says what speaks for either side.
	why string
	// settle takes out what the rule is about, and reports whether there was
	// any. Both sides must think alike of what is left.
	settle func(e example) bool
}

var exceptions = []exception{
	{
		name: "null",
		why: "No page says what null means. The simulator takes it for absent (claim cloud.unknown-fields), as most readers of JSON do; " +
			"Validate reports it where a type is documented, since a null is nearly always a value that its author forgot.",
		settle: func(e example) bool {
			found := dropNulls(e.payload, "payload")
			if e.options == nil {
				return found
			}
			if set := e.options.get("testMessage"); set != nil && set.isNull() {
				// Without it the client would send true, and the wire's default is false.
				*set, found = *leaf("false"), true
			}
			return dropNulls(e.options, "pushOptions") || found
		},
	},
	{
		name: "old category",
		why: "Six categories stand in the vendor's Java demo alone, not in the page that lists them. The simulator takes them (claim " +
			"cloud.old-categories); Validate keeps to the page.",
		settle: func(e example) bool {
			found := false
			notification := e.payload.get("notification")
			if notification == nil {
				return false
			}
			for i, m := range notification.members {
				if m.name() == "category" && slices.Contains(oldCategories, m.value.leaf) {
					notification.members[i].value = text("MARKETING")
					found = true
				}
			}
			return found
		},
	},
}

var oldCategories = []string{`"SYSTEM_REMINDER"`, `"CUSTOMER_SERVICE"`, `"NEWS"`, `"CONTENT_RECOMMENDATION"`, `"SOCIAL_DYNAMICS"`, `"PROMO"`}

// settle takes out of an example what the exceptions are about, and names those
// that had something to take.
func settle(e example) (example, []string) {
	settled := e.clone()
	var names []string
	for _, x := range exceptions {
		if x.settle(settled) {
			names = append(names, x.name)
		}
	}
	return settled, names
}

// dropNulls takes all members out that are null but those of formData, where it
// is documented that none may be. Of a name the last member counts.
func dropNulls(n *node, name string) bool {
	found := false
	if name != "formData" {
		var kept []member
		for _, m := range n.members {
			if n.get(m.name()).isNull() {
				found = true
				continue
			}
			kept = append(kept, m)
		}
		n.members = kept
	}
	for _, m := range n.members {
		found = dropNulls(m.value, m.name()) || found
	}
	for _, item := range n.items {
		found = dropNulls(item, name) || found
	}
	return found
}
