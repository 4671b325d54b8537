package routing_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"till/shared/money"
	"till/shared/payment"
	"till/shared/routing"
)

var (
	stripe  = routing.Way{Gateway: "stripe", Mode: payment.Hosted}
	form    = routing.Way{Gateway: "stripe", Mode: payment.Embedded}
	paypal  = routing.Way{Gateway: "paypal", Mode: payment.Hosted}
	square  = routing.Way{Gateway: "square", Mode: payment.Hosted}
	offered = []routing.Way{stripe, form, paypal, square}
)

func share(percent int64) *int64 { return &percent }

func TestChoose(t *testing.T) {
	euros := func(minor int64) map[money.Currency]int64 { return map[money.Currency]int64{"EUR": minor} }
	order := routing.Order{ID: "ord_1", Currency: "EUR", Country: "DE", Total: 5000}
	to := func(ways ...routing.Way) []routing.Way { return ways }
	for _, tt := range []struct {
		name  string
		rules []routing.Rule
		want  []routing.Way
	}{
		{"without rules all that is offered", nil, offered},
		{"a rule without conditions always holds", []routing.Rule{{Name: "a", Ways: to(paypal, stripe)}}, to(paypal, stripe)},
		{"the first rule that holds decides", []routing.Rule{{Name: "a", Ways: to(paypal)}, {Name: "b", Ways: to(stripe)}}, to(paypal)},
		{"of the order's currency", []routing.Rule{{Name: "a", Currencies: []money.Currency{"USD"}, Ways: to(paypal)},
			{Name: "b", Currencies: []money.Currency{"USD", "EUR"}, Ways: to(square)}}, to(square)},
		{"of the country of delivery", []routing.Rule{{Name: "a", Countries: []string{"AT"}, Ways: to(paypal)}, {Name: "b", Countries: []string{"DE"}, Ways: to(square)}}, to(square)},
		{"at least so much", []routing.Rule{{Name: "a", AtLeast: euros(5001), Ways: to(paypal)}, {Name: "b", AtLeast: euros(5000), Ways: to(square)}}, to(square)},
		{"at most so much", []routing.Rule{{Name: "a", AtMost: euros(4999), Ways: to(paypal)}, {Name: "b", AtMost: euros(5000), Ways: to(square)}}, to(square)},
		{"an amount of another currency does not hold", []routing.Rule{{Name: "a", AtLeast: map[money.Currency]int64{"JPY": 1}, Ways: to(paypal)}}, offered},
		{"conditions hold together", []routing.Rule{{Name: "a", Countries: []string{"DE"}, AtLeast: euros(9999), Ways: to(paypal)}}, offered},
		{"a share of nothing", []routing.Rule{{Name: "a", Share: share(0), Ways: to(paypal)}}, offered},
		{"a share of all", []routing.Rule{{Name: "a", Share: share(100), Ways: to(paypal)}}, to(paypal)},
		{"what is not offered is left out, and told once", []routing.Rule{{Name: "a", Ways: to(square, routing.Way{Gateway: "square", Mode: payment.Embedded}, square, stripe)}}, to(square, stripe)},
		{"a rule of which nothing is offered offers nothing", []routing.Rule{{Name: "a", Ways: to(routing.Way{Gateway: "x", Mode: payment.Hosted})}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := routing.Choose(tt.rules, order, offered); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOrdersAreSharedOutByTheirIdsAndStayThere(t *testing.T) {
	rules := []routing.Rule{{Name: "half", Share: share(50), Ways: []routing.Way{paypal}}, {Name: "some", Share: share(20), Ways: []routing.Way{square}},
		{Name: "rest", Ways: []routing.Way{stripe}}}
	counts := map[routing.Way]int{}
	const orders = 20_000
	for i := range orders {
		o := routing.Order{ID: fmt.Sprintf("ord_%d", i), Currency: "EUR"}
		first := routing.Choose(rules, o, offered)
		if again := routing.Choose(rules, o, offered); !slices.Equal(first, again) || len(first) != 1 {
			t.Fatalf("%s: %v, then %v", o.ID, first, again)
		}
		counts[first[0]]++
	}
	for way, want := range map[routing.Way]int{paypal: orders / 2, square: orders / 10, stripe: orders * 4 / 10} {
		if off := counts[way] - want; off > orders/50 || off < -orders/50 { // Two in a hundred: chance alone stays within a half.
			t.Errorf("%v: %d orders, want about %d", way, counts[way], want)
		}
	}
}
