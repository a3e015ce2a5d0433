// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package device_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pushproof/pushproof/harness/device"
	"github.com/pushproof/pushproof/harness/hdc"
)

const formHeader = "\n----[ability]----\n\n----FormMgr----\n"

func TestForms(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^hidumper -s FormMgr -a '-n com.example.app'$`, testdata(t, "forms.txt"))
	got, err := open(t, s).Forms(t.Context(), bundle)
	if err != nil {
		t.Fatal(err)
	}
	want := []device.Form{
		{ID: "837492019", Name: "widget", Bundle: bundle, Module: "entry", Ability: "EntryFormAbility"},
		{ID: "837492021", Name: "card", Bundle: bundle, Module: "entry", Ability: "EntryFormAbility", NeedRefresh: true},
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("cards %+v, want %+v: those of another bundle are not kept", got, want)
	}
}

func TestFormsThatAreNot(t *testing.T) {
	s := newScript(t, "phone")
	s.says(`^hidumper -s FormMgr`,
		formHeader+"error: bundle name com.example.app not exist form.\n", formHeader, formHeader+"something\n", testdata(t, "forms.txt"))
	d := open(t, s)
	if got, err := d.Forms(t.Context(), bundle); err != nil || len(got) != 0 {
		t.Errorf("cards %+v, %v; want none", got, err)
	}
	var none *device.NotOfferedError
	if _, err := d.Forms(t.Context(), bundle); !errors.As(err, &none) {
		t.Errorf("the header only: error %v, want a *NotOfferedError: there may be a card or not", err)
	}
	_, err := d.Forms(t.Context(), bundle)
	mentions(t, err, "list the cards of com.example.app", "something")
	if got, err := d.Forms(t.Context(), bundle); err != nil || len(got) != 2 {
		t.Errorf("cards %+v, %v: a service that had nothing to say is asked again", got, err)
	}
	var bad *hdc.ArgumentError
	if _, err := d.Forms(t.Context(), "-n;ls"); !errors.As(err, &bad) {
		t.Errorf("a bundle name that is none: error %v", err)
	}
}

func FuzzForms(f *testing.F) {
	f.Add(testdata(f, "forms.txt"), bundle)
	f.Add("error: bundle name x not exist form.\n", "x")
	f.Fuzz(func(t *testing.T, text, name string) {
		forms, known := device.ParseForms(text, name)
		if !known && len(forms) > 0 {
			t.Errorf("%d cards of what is no such dump", len(forms))
		}
		for _, form := range forms {
			if form.Bundle != name || form.ID == "" || strings.ContainsAny(form.Name, "\r\n") {
				t.Errorf("card %+v of %q", form, name)
			}
		}
	})
}
