package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
)

var versionRows = []row{
	{"each change of a product is a version, and history keeps them all", versionsKept},
	{"a change of a version that is not the last is refused", versionStale},
	{"the same change again is one change", versionRepeated},
	{"of many changes of one version at once one wins", versionRace},
	{"what is there already is not put again", versionUnchanged},
}

func edit(before int, who string) catalog.Edit {
	return catalog.Edit{Before: before, By: "staff:" + who, At: noon.Add(time.Duration(before) * time.Minute)}
}

func wantVersions(t *testing.T, s Store, before, limit int, want string) {
	t.Helper()
	got, err := s.ProductVersions(t.Context(), "mug", before, limit)
	var names []string
	for _, v := range got {
		if v.Product.Version != v.N || v.Product.SKU != "mug" || !v.At.Equal(noon.Add(time.Duration(v.N-1)*time.Minute)) {
			t.Errorf("version %d is %+v", v.N, v)
		}
		names = append(names, fmt.Sprintf("%d:%s:%s", v.N, v.By, v.Product.Name))
	}
	if text := strings.Join(names, " "); err != nil || text != want {
		t.Errorf("got %q, %v; want %q", text, err, want)
	}
}

func versionsKept(t *testing.T, s Store) {
	wantVersions(t, s, 0, 10, "")
	for i, name := range []string{"One", "Two", "Three"} {
		if err := s.SaveProduct(t.Context(), named("mug", name), edit(i, name)); err != nil {
			t.Fatal(err)
		}
	}
	mustSet(t, s, "mug", 1)
	mustPut(t, s, product("mug-2"))
	wantVersions(t, s, 0, 10, "3:staff:Three:Three 2:staff:Two:Two 1:staff:One:One")
	wantVersions(t, s, 0, 2, "3:staff:Three:Three 2:staff:Two:Two")
	wantVersions(t, s, 2, 2, "1:staff:One:One")
	wantVersions(t, s, 1, 2, "")
}

func versionStale(t *testing.T, s Store) {
	for i := range 2 {
		if err := s.SaveProduct(t.Context(), named("mug", fmt.Sprintf("Mug %d", i)), edit(i, "1")); err != nil {
			t.Fatal(err)
		}
	}
	for _, before := range []int{0, 1, 3, 7} {
		err := s.SaveProduct(t.Context(), named("mug", "Late"), edit(before, "2"))
		wantFault(t, fmt.Sprintf("over version %d", before), err, fault.Stale, "precondition_failed")
	}
	if got, err := s.Product(t.Context(), "mug"); err != nil || got.Version != 2 || got.Name != "Mug 1" {
		t.Errorf("got %+v, %v", got, err)
	}
	wantVersions(t, s, 0, 10, "2:staff:1:Mug 1 1:staff:1:Mug 0")
	wantFault(t, "over what is not there", s.SaveProduct(t.Context(), product("tea"), edit(1, "2")), fault.Stale, "precondition_failed")
}

func versionRepeated(t *testing.T, s Store) {
	for range 2 {
		if err := s.SaveProduct(t.Context(), product("mug"), edit(0, "1")); err != nil {
			t.Fatal(err)
		}
	}
	wantVersions(t, s, 0, 10, "1:staff:1:Thing mug")
}

func versionRace(t *testing.T, s Store) {
	mustPut(t, s, product("mug"))
	errs := atOnce(8, func(i int) error {
		return s.SaveProduct(t.Context(), named("mug", fmt.Sprintf("Mug %d", i)), edit(1, "1"))
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantFault(t, "the others", err, fault.Stale, "precondition_failed")
	}
	versions, err := s.ProductVersions(t.Context(), "mug", 0, 10)
	if won != 1 || err != nil || len(versions) != 2 {
		t.Errorf("%d won; %d versions, %v", won, len(versions), err)
	}
}

func versionUnchanged(t *testing.T, s Store) {
	mustPut(t, s, product("mug"))
	mustPut(t, s, product("mug"))
	if got, err := s.Product(t.Context(), "mug"); err != nil || got.Version != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}
