// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import "net/http"

// route is a method and path that the cloud answers, as http.ServeMux writes
// it.
type route struct {
	pattern string
	serve   func(*Cloud, http.ResponseWriter, *http.Request)
}

// routes is what docs/openapi/push-v3.yaml describes, no more and no less: a
// test holds the two together.
var routes = []route{
	{"POST /v3/{project}/messages:send", (*Cloud).send},
	{"POST /v1/{id}/messages:send", (*Cloud).sendLegacy},
	{"POST /v2/{id}/messages:send", (*Cloud).sendLegacy},
	{"POST /v1/{client}/messages:revoke", (*Cloud).revoke},
	{"POST /v1/{client}/images:verify", (*Cloud).verifyClient},
	{"POST /v2/{project}/images:verify", (*Cloud).verifyProject},
}

// Routes returns the patterns, as http.ServeMux writes them, of all that the
// server answers; everything else gets 404.
func Routes() []string {
	patterns := make([]string, len(routes))
	for i, r := range routes {
		patterns[i] = r.pattern
	}
	return patterns
}

// handler leads to the routes.
func (c *Cloud) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.pattern, c.disturbed(func(w http.ResponseWriter, req *http.Request) { r.serve(c, w, req) }))
	}
	mux.HandleFunc("/", c.unknownPath)
	return c.answeringAll(mux)
}
