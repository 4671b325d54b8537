package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/order"
	"till/shared/routing"
	"till/shared/shop"
)

var shopRows = []row{
	{"a shop whose settings nobody changed has version 0", settingsNone},
	{"the last version is in force, and every one is kept", settingsKept},
	{"a number is taken once; its repeat succeeds", settingsOnce},
	{"of many writers of one version one wins", settingsRace},
	{"a version below 1 is refused", settingsWrong},
	{"versions are listed newest first, also over nine", settingsListed},
	{"settings are no products", settingsApart},
	{"a gateway that nobody saw fail has a zero breaker", breakerNone},
	{"a breaker comes back, and is stored on its version before only", breakerKept},
}

func version(n int) shop.Version {
	return shop.Version{N: n, At: noon.Add(time.Duration(n) * time.Minute), By: "staff:1", Settings: shop.Settings{
		Currencies: []money.Currency{"EUR"}, Orders: &shop.Orders{HoldMinutes: int64(10 + n)},
	}}
}

func mustDecide(t *testing.T, s Store, v shop.Version) {
	t.Helper()
	if err := s.SaveSettings(t.Context(), v); err != nil {
		t.Fatalf("saving version %d: %v", v.N, err)
	}
}

func settingsNone(t *testing.T, s Store) {
	if v, err := s.Settings(t.Context()); err != nil || !reflect.DeepEqual(v, shop.Version{}) {
		t.Errorf("got %+v, %v", v, err)
	}
	_, err := s.SettingsAt(t.Context(), 1)
	wantFault(t, "version 1", err, fault.NotFound, "")
	if all, err := s.SettingsBefore(t.Context(), 0, 10); err != nil || len(all) != 0 {
		t.Errorf("the history is %v, %v", all, err)
	}
}

func settingsKept(t *testing.T, s Store) {
	for n := 1; n <= 3; n++ {
		mustDecide(t, s, version(n))
		if v, err := s.Settings(t.Context()); err != nil || !reflect.DeepEqual(v, version(n)) {
			t.Errorf("in force is %+v, %v", v, err)
		}
	}
	for n := 1; n <= 3; n++ {
		if v, err := s.SettingsAt(t.Context(), n); err != nil || !reflect.DeepEqual(v, version(n)) {
			t.Errorf("version %d is %+v, %v", n, v, err)
		}
	}
}

func settingsOnce(t *testing.T, s Store) {
	mustDecide(t, s, version(1))
	mustDecide(t, s, version(1))
	other := version(1)
	other.By = "staff:2"
	wantFault(t, "another version 1", s.SaveSettings(t.Context(), other), fault.Conflict, order.VersionConflict)
	if v, err := s.Settings(t.Context()); err != nil || v.By != "staff:1" {
		t.Errorf("in force is %+v, %v", v, err)
	}
}

func settingsRace(t *testing.T, s Store) {
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			v := version(1)
			v.By = fmt.Sprintf("staff:%d", i)
			switch err := s.SaveSettings(t.Context(), v); {
			case err == nil:
				won.Add(1)
			case fault.Code(err) != order.VersionConflict:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d have won", won.Load())
	}
}

func settingsWrong(t *testing.T, s Store) {
	for _, n := range []int{0, -1} {
		wantFault(t, "the number", s.SaveSettings(t.Context(), version(n)), fault.Internal, "wrong_version")
	}
}

func settingsListed(t *testing.T, s Store) {
	for n := 1; n <= 12; n++ {
		mustDecide(t, s, version(n))
	}
	for _, tt := range []struct {
		before, limit int
		want          string
	}{{0, 3, "[12 11 10]"}, {10, 3, "[9 8 7]"}, {3, 10, "[2 1]"}, {1, 10, "[]"}, {99, 1, "[12]"}} {
		got, err := s.SettingsBefore(t.Context(), tt.before, tt.limit)
		numbers := make([]int, 0, len(got))
		for _, v := range got {
			numbers = append(numbers, v.N)
		}
		if err != nil || fmt.Sprint(numbers) != tt.want {
			t.Errorf("before %d, %d: got %v, %v; want %s", tt.before, tt.limit, numbers, err, tt.want)
		}
	}
}

func settingsApart(t *testing.T, s Store) {
	mustDecide(t, s, version(1))
	mustPut(t, s, product("mug"))
	if got := listed(t, s, catalog.Listed, 10); got != "mug end" {
		t.Errorf("listed: %s", got)
	}
}

func breakerNone(t *testing.T, s Store) {
	got, err := s.Breakers(t.Context(), []string{"stripe", "paypal", "stripe"})
	want := map[string]routing.Breaker{"stripe": {Gateway: "stripe"}, "paypal": {Gateway: "paypal"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := s.Breakers(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %v", got, err)
	}
	wantFault(t, "version 0", s.SaveBreaker(t.Context(), routing.Breaker{Gateway: "stripe"}), fault.Internal, "wrong_version")
}

func breakerKept(t *testing.T, s Store) {
	b := routing.Breaker{Gateway: "stripe"}
	for range 6 {
		b = b.Failed("dependency_unavailable", noon)
		if err := s.SaveBreaker(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Breakers(t.Context(), []string{"stripe", "paypal"})
	if err != nil || !reflect.DeepEqual(got["stripe"], b) || got["paypal"].N != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, n := range []int{1, b.N, b.N + 2} {
		other := b
		other.N = n
		wantFault(t, "a version that does not follow", s.SaveBreaker(t.Context(), other), fault.Conflict, order.VersionConflict)
	}
}
