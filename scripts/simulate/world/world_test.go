package world_test

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"slices"
	"sync"
	"testing"

	"till/scripts/localshop"
	"till/scripts/simulate/actors"
	"till/scripts/simulate/faults"
	"till/scripts/simulate/world"
)

var staffKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

var plans = localshop.NewPlans(os.DirFS("../../.."))

func config(t testing.TB, profile string, seed uint64, orders int) world.Config {
	t.Helper()
	key, err := staffKey()
	if err != nil {
		t.Fatal(err)
	}
	p, known := world.Named(profile)
	if !known {
		t.Fatalf("no profile %q", profile)
	}
	return world.Config{Seed: seed, Orders: orders, Profile: p, Plans: plans, StaffKey: key}
}

func run(t testing.TB, c world.Config) world.Result {
	t.Helper()
	r, err := world.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// few is how many orders make a small world of each profile.
var few = map[string]int{"flash": 300, "outage": 250}

// profiles is every profile; under the race detector, which makes each world ten times as slow, those that differ most.
func profiles() []world.Profile {
	all := world.Profiles()
	if !raced {
		return all
	}
	return slices.DeleteFunc(all, func(p world.Profile) bool { return p.Name != "golden" && p.Name != "swarm" })
}

func TestEqualSeedsHaveEqualHistories(t *testing.T) {
	seen := map[string]bool{}
	for _, profile := range profiles() {
		for seed := range uint64(2) {
			one, two := run(t, config(t, profile.Name, seed+1, 20)), run(t, config(t, profile.Name, seed+1, 20))
			if one.Hash != two.Hash {
				t.Errorf("%s seed %d: %s after %d steps, then %s after %d", profile.Name, seed+1, one.Hash, one.Steps, two.Hash, two.Steps)
			}
			if seen[one.Hash] {
				t.Errorf("%s seed %d is like another", profile.Name, seed+1)
			}
			seen[one.Hash] = true
		}
	}
}

func TestNoInvariantBreaks(t *testing.T) {
	for _, profile := range profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			r := run(t, config(t, profile.Name, 101, cmp.Or(few[profile.Name], 60)))
			for _, f := range r.Failures {
				t.Errorf("%+v", f)
			}
			if r.Orders < 10 || r.Runs < 500 {
				t.Errorf("%d orders, %d runs of functions", r.Orders, r.Runs)
			}
		})
	}
}

func TestAProfileNoticesWhatIsNotAsItShouldBe(t *testing.T) {
	tests := []struct {
		profile string
		wrong   string
		spoil   func(*world.Profile)
		want    string
	}{
		{"flash", "there are more lamps than are known", func(p *world.Profile) {
			p.Shelves = func(n int) []localshop.Item {
				items := lamps(p, n)
				items[0].OnHand++
				return items
			}
		}, "Flash"},
		{"flash", "the shop has not prepared for a rush", func(p *world.Profile) { p.Tune = nil }, "Flash"},
		{"outage", "nothing goes down", func(p *world.Profile) { p.Begin = nil }, "Outage"},
		{"poison", "nobody brings dead letters back", func(p *world.Profile) { p.Mend = nil }, "Poison"},
		{"poison", "nothing is poisoned", func(p *world.Profile) { p.Begin = nil }, "Poison"},
		{"upgrade", "there is no other release", func(p *world.Profile) { p.Upgrade = false }, "Upgrade"},
	}
	for _, tt := range tests {
		t.Run(tt.wrong, func(t *testing.T) {
			c := config(t, tt.profile, 7, cmp.Or(few[tt.profile], 60))
			tt.spoil(&c.Profile)
			if r := run(t, c); !slices.ContainsFunc(r.Failures, func(f world.Failure) bool { return f.Invariant == tt.want }) {
				t.Errorf("it noticed %+v", r.Failures)
			}
		})
	}
}

// lamps are what a profile puts on its shelves.
func lamps(_ *world.Profile, orders int) []localshop.Item {
	p, _ := world.Named("flash")
	return p.Shelves(orders)
}

func TestAScriptStrikesWhatItSays(t *testing.T) {
	var golden actors.Path
	for _, p := range actors.Paths() {
		if p.Name == "golden" {
			golden = p
		}
	}
	scripted := func(blows ...world.Blow) world.Result {
		c := config(t, "golden", 1, 1)
		c.Profile, c.Scripted, c.Blows = world.Profile{Name: "golden", Mix: golden.Mix}, true, blows
		return run(t, c)
	}
	clean := scripted()
	if len(clean.Failures) > 0 || len(clean.Calls) < 50 || clean.Ends["delivered/paid"] != 1 {
		t.Fatalf("clean: %+v, %d calls, %v", clean.Failures, len(clean.Calls), clean.Ends)
	}
	for at, call := range clean.Calls {
		if call.Name != "shopper/startpayment/store.Save" {
			continue
		}
		for _, kind := range []faults.Kind{faults.Throttle, faults.TimeoutAfter, faults.CrashAfter, faults.LimitLate, faults.Again} {
			r := scripted(world.Blow{At: at, Kind: kind})
			struck := uint64(0)
			for p, n := range r.Cover {
				if p.Function == "shopper/startpayment" && p.Call == "store.Save" {
					struck += n.Struck[kind]
				}
			}
			if struck != 1 || len(r.Failures) > 0 || r.Ends["delivered/paid"] != 1 || r.Hash == clean.Hash {
				t.Errorf("%s struck %d times: %+v, %v", kind, struck, r.Failures, r.Ends)
			}
		}
		return
	}
	t.Error("startpayment saves nothing on the golden path")
}
