// Package ledger is the double-entry book: every change of an order posts amounts that sum to zero.
package ledger

import (
	"encoding/json"
	"errors"

	"till/shared/fault"
	"till/shared/money"
)

// Account is a row of the shop's books.
type Account string

// The accounts. A debit is positive, a credit negative; so clearing shows what the gateway holds for the shop, and
// revenue, tax and shipping show what was earned as negative balances.
const (
	Receivable      Account = "receivable"        // What shoppers owe: debited on confirmation, credited on capture.
	GatewayClearing Account = "gateway_clearing"  // What gateways hold for the shop.
	Revenue         Account = "revenue"           // Goods sold, without tax.
	Tax             Account = "tax"               // Owed to the tax office.
	Shipping        Account = "shipping"          // Delivery sold, without tax.
	RefundsPayable  Account = "refunds_payable"   // Promised back, not yet out of the gateway.
	DisputeReserve  Account = "dispute_reserve"   // Withdrawn by the gateway while a dispute runs.
	DisputeLosses   Account = "dispute_losses"    // Withdrawn for good: the dispute was lost.
	Fees            Account = "fees"              // What gateways keep.
	FeesPayable     Account = "fees_payable"      // The part of it that no settlement has taken out of clearing yet.
	PayoutInTransit Account = "payout_in_transit" // Sent by gateways to the bank, not there yet.
	Bank            Account = "bank"              // Paid out to the shop's bank account.
	Exchange        Account = "currency_exchange" // Between currencies: what went in in one and came out in another.
)

// Chart lists every account, in the order in which balances are shown.
func Chart() []Account {
	return []Account{Receivable, GatewayClearing, Revenue, Tax, Shipping, RefundsPayable, DisputeReserve, DisputeLosses, Fees, FeesPayable,
		PayoutInTransit, Bank, Exchange}
}

// Posting is one leg: minor units of the order's currency, debit positive. Safe to log.
type Posting struct {
	Account Account
	Minor   int64
}

// MarshalJSON writes {"tax":-412}: a change holds several, and is billed by the kilobyte.
func (p Posting) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[Account]int64{p.Account: p.Minor})
}

// UnmarshalJSON reads what MarshalJSON writes. Another number of accounts is an error.
func (p *Posting) UnmarshalJSON(data []byte) error {
	var one map[Account]int64
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	if len(one) != 1 {
		return errors.New("ledger: a posting is of one account")
	}
	for account, minor := range one {
		p.Account, p.Minor = account, minor
	}
	return nil
}

// Check refuses postings that do not sum to zero, or a leg of zero. Errors: fault.Internal, code unbalanced: a bug of
// ours that the store must not let in.
func Check(postings []Posting) error {
	sum := money.Zero("XXX")
	for _, p := range postings {
		var err error
		if sum, err = sum.Add(money.Of(p.Minor, "XXX")); err != nil || p.Minor == 0 {
			return fault.New(fault.Internal, "ledger.Check", "unbalanced", "")
		}
	}
	if !sum.IsZero() {
		return fault.New(fault.Internal, "ledger.Check", "unbalanced", "")
	}
	return nil
}

// Transfer moves minor units from one account to another: it credits the first and debits the second. Nothing to
// move gives no postings.
func Transfer(from, to Account, minor int64) []Posting {
	if minor == 0 {
		return nil
	}
	return []Posting{{to, minor}, {from, -minor}}
}

// Sale books a confirmed order: the shopper owes the total, which is earned as goods, delivery and tax. Minor units.
func Sale(goods, shipping, tax int64) []Posting {
	postings := make([]Posting, 0, 4)
	for _, p := range [...]Posting{{Receivable, goods + shipping + tax}, {Revenue, -goods}, {Shipping, -shipping}, {Tax, -tax}} {
		if p.Minor != 0 {
			postings = append(postings, p)
		}
	}
	return postings
}

// Balances adds up postings per account.
func Balances(postings []Posting) map[Account]int64 {
	sums := make(map[Account]int64, len(postings))
	for _, p := range postings {
		sums[p.Account] += p.Minor
	}
	return sums
}

// Net sums postings per account, in the order in which accounts appear; accounts that come to nothing are left out.
func Net(postings []Posting) []Posting {
	sums := Balances(postings)
	out := postings[:0:0]
	for _, p := range postings {
		if sum := sums[p.Account]; sum != 0 {
			out = append(out, Posting{p.Account, sum})
			delete(sums, p.Account)
		}
	}
	return out
}

// Reverse gives the postings that undo these.
func Reverse(postings []Posting) []Posting {
	out := make([]Posting, len(postings))
	for i, p := range postings {
		out[i] = Posting{p.Account, -p.Minor}
	}
	return out
}
