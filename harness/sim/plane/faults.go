// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package plane

import (
	"errors"
	"net/http"
)

// FaultSet is what lists and replaces faults: a rules.Set.
type FaultSet[F any] interface {
	// List returns them in order.
	List() []F
	// Replace puts all in place of what there was, or none; it returns them with
	// the ids that they have got.
	Replace(all []F) ([]F, error)
}

// Faults is the body of GET and PUT /faults.
type Faults[F any] struct {
	Faults []F `json:"faults"`
}

// ListFaults answers GET /faults. The set is asked for at each request.
func ListFaults[F any](set func() FaultSet[F]) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { Write(w, Faults[F]{set().List()}) }
}

// PutFaults answers PUT /faults. A body without an array is refused: it could
// as well be a slip of the pen as the wish to have none.
func PutFaults[F any](set func() FaultSet[F]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Faults *[]F `json:"faults"`
		}
		if !Read(w, r, &body) {
			return
		}
		if body.Faults == nil {
			Refuse(w, http.StatusBadRequest, errors.New(`the body is {"faults":[...]}; an empty array, or DELETE, removes all`))
			return
		}
		list, err := set().Replace(*body.Faults)
		if err != nil {
			Refuse(w, http.StatusBadRequest, err)
			return
		}
		Write(w, Faults[F]{list})
	}
}
