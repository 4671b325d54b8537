package ledger_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"till/shared/ledger"
)

// jars is a naive model of the shop's money: what a person would say of each sum, with signs as people have them.
type jars struct {
	owedByShopper, atGateway, goods, shipping, tax, owedBack, heldByBank, lost, fees, onTheWay, atBank int64
}

// asAccounts is the model as books have it, debit positive; empty accounts are left out.
func (j jars) asAccounts() map[ledger.Account]int64 {
	out := map[ledger.Account]int64{
		ledger.Receivable: j.owedByShopper, ledger.GatewayClearing: j.atGateway, ledger.Revenue: -j.goods, ledger.Shipping: -j.shipping,
		ledger.Tax: -j.tax, ledger.RefundsPayable: -j.owedBack, ledger.DisputeReserve: j.heldByBank, ledger.Fees: j.fees,
		ledger.DisputeLosses: j.lost, ledger.PayoutInTransit: j.onTheWay, ledger.Bank: j.atBank,
	}
	maps.DeleteFunc(out, func(_ ledger.Account, v int64) bool { return v == 0 })
	return out
}

// event draws one thing that happens to money, does it in the model, and gives what the books say of it.
func event(t *rapid.T, j *jars) []ledger.Posting {
	amount := func(label string) int64 { return rapid.Int64Range(0, 1_000_000).Draw(t, label) }
	switch rapid.SampledFrom([]string{"sale", "capture", "refund", "refunded", "refund failed", "dispute", "lost", "won", "paid out", "arrived", "fee"}).Draw(t, "event") {
	case "sale":
		goods, shipping, tax := amount("goods"), amount("shipping"), amount("tax")
		j.goods, j.shipping, j.tax, j.owedByShopper = j.goods+goods, j.shipping+shipping, j.tax+tax, j.owedByShopper+goods+shipping+tax
		return ledger.Sale(goods, shipping, tax)
	case "capture":
		n := amount("captured")
		j.owedByShopper, j.atGateway = j.owedByShopper-n, j.atGateway+n
		return ledger.Transfer(ledger.Receivable, ledger.GatewayClearing, n)
	case "refund":
		n := amount("promised")
		j.goods, j.owedBack = j.goods-n, j.owedBack+n
		return ledger.Transfer(ledger.RefundsPayable, ledger.Revenue, n)
	case "refunded":
		n := amount("sent")
		j.owedBack, j.atGateway = j.owedBack-n, j.atGateway-n
		return ledger.Transfer(ledger.GatewayClearing, ledger.RefundsPayable, n)
	case "refund failed":
		n := amount("back")
		j.goods, j.owedBack = j.goods+n, j.owedBack-n
		return ledger.Reverse(ledger.Transfer(ledger.RefundsPayable, ledger.Revenue, n))
	case "dispute":
		n := amount("withdrawn")
		j.atGateway, j.heldByBank = j.atGateway-n, j.heldByBank+n
		return ledger.Transfer(ledger.GatewayClearing, ledger.DisputeReserve, n)
	case "lost":
		n := amount("lost")
		j.heldByBank, j.lost = j.heldByBank-n, j.lost+n
		return ledger.Transfer(ledger.DisputeReserve, ledger.DisputeLosses, n)
	case "paid out":
		n := amount("sent to the bank")
		j.atGateway, j.onTheWay = j.atGateway-n, j.onTheWay+n
		return ledger.Transfer(ledger.GatewayClearing, ledger.PayoutInTransit, n)
	case "arrived":
		n := amount("arrived")
		j.onTheWay, j.atBank = j.onTheWay-n, j.atBank+n
		return ledger.Transfer(ledger.PayoutInTransit, ledger.Bank, n)
	case "won":
		n := amount("won")
		j.heldByBank, j.atGateway = j.heldByBank-n, j.atGateway+n
		return ledger.Transfer(ledger.DisputeReserve, ledger.GatewayClearing, n)
	default:
		n := amount("kept")
		j.atGateway, j.fees = j.atGateway-n, j.fees+n
		return ledger.Transfer(ledger.GatewayClearing, ledger.Fees, n)
	}
}

// anyEventsAreTheModels: after any events, in any grouping, the books balance and say what the jars hold.
func anyEventsAreTheModels(t *rapid.T) {
	var j jars
	var book []ledger.Posting
	for range rapid.IntRange(1, 60).Draw(t, "changes") {
		var change []ledger.Posting
		for range rapid.IntRange(1, 3).Draw(t, "events") {
			change = append(change, event(t, &j)...)
		}
		before := slices.Clone(change)
		net := ledger.Net(change)
		if err := ledger.Check(net); err != nil || !slices.Equal(before, change) {
			t.Fatalf("%v is netted to %v: %v", before, net, err)
		}
		seen := map[ledger.Account]bool{}
		for _, p := range net {
			if p.Minor == 0 || seen[p.Account] {
				t.Fatalf("%v is netted to %v", before, net)
			}
			seen[p.Account] = true
		}
		book = append(book, net...)
		got := ledger.Balances(book)
		maps.DeleteFunc(got, func(_ ledger.Account, v int64) bool { return v == 0 })
		for account := range got {
			if !slices.Contains(ledger.Chart(), account) {
				t.Fatalf("%s is not in the chart", account)
			}
		}
		if want := j.asAccounts(); !maps.Equal(got, want) {
			t.Fatalf("the books say %v, the jars %v", got, want)
		}
	}
}

func TestAnyEventsOfMoneyAreTheNaiveModels(t *testing.T) { rapid.Check(t, anyEventsAreTheModels) }
func FuzzAnyEventsOfMoneyAreTheNaiveModels(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(anyEventsAreTheModels))
}
