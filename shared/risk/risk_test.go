package risk_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/risk"
)

var (
	countries = rapid.SampledFrom([]string{"DE", "FR", "US"})
	domains   = rapid.SampledFrom([]string{"example.com", "mail.example.com", "other.example"})
	customers = rapid.SampledFrom([]string{"cus_aaaaaaaaaaaaaaaaaaaaaaaaaa", "cus_bbbbbbbbbbbbbbbbbbbbbbbbbb"})
	skus      = rapid.SampledFrom([]catalog.SKU{"mug", "tea"})
)

func some[T comparable](of *rapid.Generator[T]) *rapid.Generator[[]T] {
	return rapid.SliceOfNDistinct(of, 0, 2, rapid.ID[T])
}

// drawn makes rules of other names each, as Check takes them or not.
func drawn(r *rapid.T) []risk.Rule {
	n := 0
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) risk.Rule {
		n++
		return risk.Rule{
			Name: fmt.Sprintf("rule-%d", n), AtLeast: rapid.MapOfN(rapid.SampledFrom([]money.Currency{"EUR", "USD"}), rapid.Int64Range(0, 20), 0, 2).Draw(r, "at least"),
			Countries: some(countries).Draw(r, "countries"), Billing: some(countries).Draw(r, "billing"), Abroad: rapid.IntRange(0, 4).Draw(r, "abroad") == 0,
			Domains: some(domains).Draw(r, "domains"), Customers: some(customers).Draw(r, "customers"), Products: some(skus).Draw(r, "products"),
			Units: rapid.Int64Range(0, 3).Draw(r, "units"), Gateway: rapid.SampledFrom([]payment.Risk{"", "", "", payment.RiskElevated, payment.RiskHighest}).Draw(r, "gateway"),
			Decision: rapid.SampledFrom([]risk.Decision{risk.Review, risk.Decline}).Draw(r, "decision"),
		}
	}), 0, 8).Draw(r, "rules")
}

func anyOrder(r *rapid.T) risk.Order {
	return risk.Order{Currency: rapid.SampledFrom([]money.Currency{"EUR", "USD"}).Draw(r, "currency"), Total: rapid.Int64Range(0, 20).Draw(r, "total"),
		Country: countries.Draw(r, "country"), Billing: rapid.OneOf(rapid.Just(""), countries).Draw(r, "billed"), Domain: domains.Draw(r, "domain"),
		Customer: rapid.OneOf(rapid.Just(""), customers).Draw(r, "customer"), Units: rapid.MapOfN(skus, rapid.Int64Range(1, 3), 1, 2).Draw(r, "bought")}
}

// strictness says how little a verdict lets through: what is declined, what people look at, and from which risk of the gateway on.
func strictness(v risk.Verdict) [3]int {
	s := [3]int{}
	if len(v.Declined) > 0 {
		s[0] = 1
	}
	if len(v.Review) > 0 {
		s[1] = 1
	}
	switch v.Watch {
	case payment.RiskHighest:
		s[2] = 1
	case payment.RiskElevated:
		s[2] = 2
	}
	return s
}

func TestTheOrderOfRulesDoesNotMatterAndOneMoreNeverAllowsMore(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rules, o := drawn(r), anyOrder(r)
		got := risk.Judge(rules, o)
		shuffled := slices.Clone(rules)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "shuffle"), 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again := risk.Judge(shuffled, o); fmt.Sprint(again) != fmt.Sprint(got) {
			r.Fatalf("in another order it is %+v, not %+v", again, got)
		}
		for n := range rules {
			fewer := strictness(risk.Judge(slices.Delete(slices.Clone(rules), n, n+1), o))
			for i, s := range strictness(got) {
				if s < fewer[i] {
					r.Fatalf("%+v lets through what is refused without it: %+v", rules[n], got)
				}
			}
		}
		if len(got.Declined) > 5 || len(got.Review) > 5 || !slices.IsSorted(got.Review) {
			r.Fatalf("it names %+v", got)
		}
	})
}

func TestARuleHoldsForWhatItNames(t *testing.T) {
	usual := risk.Order{Currency: "EUR", Total: 5000, Country: "DE", Domain: "mail.example.com", Customer: "cus_a", Units: map[catalog.SKU]int64{"mug": 2, "tea": 1}}
	for name, tt := range map[string]struct {
		rule risk.Rule
		want bool
	}{
		"a total that is reached":                 {risk.Rule{AtLeast: map[money.Currency]int64{"EUR": 5000}}, true},
		"a total that is not":                     {risk.Rule{AtLeast: map[money.Currency]int64{"EUR": 5001}}, false},
		"a total in another currency":             {risk.Rule{AtLeast: map[money.Currency]int64{"USD": 1}}, false},
		"a country of delivery":                   {risk.Rule{Countries: []string{"FR", "DE"}}, true},
		"another country":                         {risk.Rule{Countries: []string{"FR"}}, false},
		"billed where it goes, nothing else said": {risk.Rule{Billing: []string{"DE"}}, true},
		"billed abroad, nothing else said":        {risk.Rule{Abroad: true}, false},
		"a domain above":                          {risk.Rule{Domains: []string{"example.com"}}, true},
		"an end of a name that is no domain":      {risk.Rule{Domains: []string{"ample.com"}}, false},
		"a domain below":                          {risk.Rule{Domains: []string{"a.mail.example.com"}}, false},
		"a customer":                              {risk.Rule{Customers: []string{"cus_a"}}, true},
		"another customer":                        {risk.Rule{Customers: []string{"cus_b"}}, false},
		"a product":                               {risk.Rule{Products: []catalog.SKU{"tea"}}, true},
		"units of any product":                    {risk.Rule{Units: 2}, true},
		"more units":                              {risk.Rule{Units: 3}, false},
		"units of a product that has too few":     {risk.Rule{Units: 2, Products: []catalog.SKU{"tea"}}, false},
		"all of it":                               {risk.Rule{Units: 2, Countries: []string{"DE"}, Customers: []string{"cus_a"}}, true},
		"all but one":                             {risk.Rule{Units: 2, Countries: []string{"DE"}, Customers: []string{"cus_b"}}, false},
	} {
		tt.rule.Name, tt.rule.Decision = "rule", risk.Decline
		if v := risk.Judge([]risk.Rule{tt.rule}, usual); (len(v.Declined) == 1) != tt.want {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if risk.AsksCustomers([]risk.Rule{{Abroad: true}}) || !risk.AsksCustomers([]risk.Rule{{Abroad: true}, {Customers: []string{"cus_a"}}}) {
		t.Error("who orders is asked for without need, or not with it")
	}
	stranger := usual
	stranger.Customer, stranger.Billing = "", "FR"
	if v := risk.Judge([]risk.Rule{{Name: "a", Customers: []string{""}, Decision: risk.Decline}, {Name: "b", Abroad: true, Decision: risk.Review}}, stranger); v.Declined != nil || len(v.Review) != 1 {
		t.Errorf("of a stranger who is billed abroad: %+v", v)
	}
}

func TestEveryFaultOfARuleIsToldAtItsPlace(t *testing.T) {
	good := risk.Rule{Name: "good", AtLeast: map[money.Currency]int64{"EUR": 0}, Countries: []string{"DE"}, Billing: []string{"FR"}, Domains: []string{"example.com", "xn--mller-kva.example"},
		Customers: []string{"cus_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, Products: []catalog.SKU{"mug"}, Units: 3, Gateway: payment.RiskHighest, Decision: risk.Review}
	if err := risk.Check("#", []risk.Rule{good}); len(err) > 0 {
		t.Errorf("%v", err)
	}
	bad := []risk.Rule{good, {Name: "good", Decision: "later"}, {Name: "A b", Gateway: payment.RiskElevated, Decision: risk.Decline}, {Name: "c", Gateway: "low", Units: -1, Decision: risk.Review},
		{Name: "d", AtLeast: map[money.Currency]int64{"euro": 1}, Countries: []string{"ZZ"}, Billing: []string{"DE", "de"}, Domains: []string{"ada@example.com", "Example.com", "com"},
			Customers: []string{"ada@example.com"}, Products: []catalog.SKU{"a b"}, Decision: risk.Decline},
		{Name: "e", Countries: make([]string, 251), Decision: risk.Decline}}
	var got []string
	for _, err := range risk.Check("#", bad) {
		for _, e := range fault.All(err) {
			got = append(got, e.At)
		}
	}
	want := []string{"#/1/name", "#/1/decision", "#/1", "#/2/name", "#/2/decision", "#/3/gateway_risk", "#/3/units_at_least", "#/4/at_least", "#/4/countries/0", "#/4/billing_countries/1",
		"#/4/email_domains/0", "#/4/email_domains/1", "#/4/email_domains/2", "#/4/customers/0", "#/4/products/0", "#/5/countries"}
	if !slices.Equal(got, want) {
		t.Errorf("the faults are at\n%q, want\n%q", got, want)
	}
	if got := risk.Check("#", make([]risk.Rule, 51)); len(got) != 1 {
		t.Errorf("%v", got)
	}
}
