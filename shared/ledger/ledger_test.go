package ledger_test

import (
	"fmt"
	"maps"
	"math"
	"testing"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/ledger"
)

var accounts = []ledger.Account{ledger.Receivable, ledger.GatewayClearing, ledger.Revenue, ledger.Tax, ledger.Shipping,
	ledger.RefundsPayable, ledger.DisputeReserve, ledger.Fees}

// balanced draws postings as the shop makes them.
func balanced(t *rapid.T) []ledger.Posting {
	var out []ledger.Posting
	minor := rapid.Int64Range(0, 1_000_000_000)
	for range rapid.IntRange(0, 8).Draw(t, "parts") {
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			out = append(out, ledger.Sale(minor.Draw(t, "goods"), minor.Draw(t, "shipping"), minor.Draw(t, "tax"))...)
		case 1:
			out = append(out, ledger.Transfer(rapid.SampledFrom(accounts).Draw(t, "from"), rapid.SampledFrom(accounts).Draw(t, "to"),
				minor.Draw(t, "minor"))...)
		default:
			out = append(out, ledger.Reverse(out)...)
		}
	}
	return out
}

func whatTheShopPostsBalances(t *rapid.T) {
	postings := balanced(t)
	if err := ledger.Check(postings); err != nil {
		t.Fatalf("%v: %v", postings, err)
	}
	sums, total := ledger.Balances(postings), int64(0)
	for _, sum := range sums {
		total += sum
	}
	if total != 0 {
		t.Fatalf("%v sum to %d", postings, total)
	}
	for account, sum := range ledger.Balances(append(ledger.Reverse(postings), postings...)) {
		if sum != 0 {
			t.Fatalf("reversed, %s is left with %d", account, sum)
		}
	}
	net := ledger.Net(postings)
	if err := ledger.Check(net); err != nil {
		t.Fatalf("netted to %v: %v", net, err)
	}
	maps.DeleteFunc(sums, func(_ ledger.Account, sum int64) bool { return sum == 0 })
	if got := ledger.Balances(net); !maps.Equal(got, sums) || len(net) != len(sums) {
		t.Fatalf("%v netted to %v", postings, net)
	}
}

func TestPostings(t *testing.T) { rapid.Check(t, whatTheShopPostsBalances) }
func FuzzPostings(f *testing.F) { f.Fuzz(rapid.MakeFuzz(whatTheShopPostsBalances)) }

func oneUnitOffIsRefused(t *rapid.T) {
	postings := balanced(t)
	off := rapid.Int64Range(1, 1000).Draw(t, "off")
	postings = append(postings, ledger.Posting{Account: ledger.Fees, Minor: off})
	if err := ledger.Check(postings); fault.Code(err) != "unbalanced" || !fault.Is(err, fault.Internal) {
		t.Fatalf("%v: %v", postings, err)
	}
}

func TestUnbalancedPostings(t *testing.T) { rapid.Check(t, oneUnitOffIsRefused) }

func TestCheck(t *testing.T) {
	tests := []struct {
		name     string
		postings []ledger.Posting
		ok       bool
	}{
		{"no postings balance", nil, true},
		{"two legs balance", []ledger.Posting{{Account: ledger.Tax, Minor: 5}, {Account: ledger.Fees, Minor: -5}}, true},
		{"one leg does not", []ledger.Posting{{Account: ledger.Tax, Minor: 5}}, false},
		{"a leg of nothing is a bug", []ledger.Posting{{Account: ledger.Tax}}, false},
		{"a sum that wraps to zero is a bug", []ledger.Posting{{Account: ledger.Tax, Minor: math.MinInt64}, {Account: ledger.Fees, Minor: math.MinInt64}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := ledger.Check(tt.postings); (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func ExampleSale() {
	fmt.Println(ledger.Sale(1000, 490, 283))
	// Output: [{receivable 1773} {revenue -1000} {shipping -490} {tax -283}]
}

func ExampleTransfer() {
	fmt.Println(ledger.Transfer(ledger.Receivable, ledger.GatewayClearing, 1773))
	// Output: [{gateway_clearing 1773} {receivable -1773}]
}
