package order

import (
	"fmt"
	"math"
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/planted"
)

// RefundIDFor gives the id of the refund that an Idempotency-Key asks for.
func RefundIDFor(id ID, key string) payment.RefundID {
	return payment.RefundID(derived("ref_", "refund", string(id), key))
}

// Refund finds a refund.
func (o *Order) Refund(id payment.RefundID) (payment.Refund, bool) {
	i := slices.IndexFunc(o.r.Refunds, func(r payment.Refund) bool { return r.ID == id })
	if i < 0 {
		return payment.Refund{}, false
	}
	return o.r.Refunds[i], true
}

// OpenRefunds lists the refunds whose outcome is awaited.
func (o *Order) OpenRefunds() []payment.Refund {
	var out []payment.Refund
	for _, r := range o.r.Refunds {
		if r.State.Open() {
			out = append(out, r)
		}
	}
	return out
}

// Captured is all money taken for the order, minor units.
func (r *Record) Captured() int64 {
	var sum int64
	for _, a := range r.Attempts {
		sum += a.Captured
	}
	return sum
}

// Refunded is all money given back, minor units.
func (r *Record) Refunded() int64 {
	var sum int64
	for _, f := range r.Refunds {
		if f.State == payment.RefundSucceeded {
			sum += f.Amount
		}
	}
	return sum
}

// amountMismatch is the hold of an order that got money which is not what was asked for.
const amountMismatch = "amount_mismatch"

// HoldsMoney tells whether an order that is not paid holds money all the same: less or more than was asked for, or of
// another currency. It is neither expired nor paid again until people have decided.
func (r *Record) HoldsMoney() bool { return r.Captured() > r.Refunded() || r.held(amountMismatch) }

// refundable is what is left of an attempt to give back: captured, less refunds that have or may have happened, less
// what disputes have taken.
func (r *Record) refundable(a payment.Attempt) int64 {
	left := a.Captured
	for _, f := range r.Refunds {
		if f.Attempt == a.ID && f.State.Live() {
			left -= f.Amount
		}
	}
	return left - r.disputed(a.ID)
}

// refundsMax bounds how many refunds of ours an order keeps, and with it the order's size.
const refundsMax = 100

// NewRefund is what staff ask for.
type NewRefund struct {
	Key    string       // The Idempotency-Key.
	Amount int64        // Minor units; with lines it may be 0, or must be what they come to.
	Lines  []RefundLine // What it is for; none: for the order as a whole.
	Alone  int64        // Up to how many minor units one member of staff decides alone; 0: any amount.
	Note   []byte       // Staff's reason, sealed.
}

// RequestRefund notes a refund before the gateway is called, and sets its amount aside. One that is more than staff decide alone
// awaits the approval of another. A repeat of the key gives the zero Change. Errors: fault.Invalid: refund_invalid, not above 0,
// nothing captured, or not what the lines come to; sku_unknown and quantity_invalid of a line; idempotency_key_reused.
// fault.Conflict, refund_exceeds_captured, also of a line. fault.TooMany, too_many_refunds.
func (o *Order) RequestRefund(n NewRefund, by By) (Change, error) {
	const op = "order.RequestRefund"
	id := RefundIDFor(o.r.ID, n.Key)
	if r, again := o.Refund(id); again {
		if !o.r.repeats(r, n) {
			return Change{}, keyReused(op)
		}
		return Change{}, nil
	}
	c := Change{Note: n.Note}
	state, err := o.askBack(&c, n, by)
	if err != nil {
		return Change{}, err
	}
	kind := "refund_requested"
	if state == payment.RefundAwaiting {
		kind = "refund_awaits_approval"
	}
	return o.seal(kind, by, c)
}

// askBack notes a new refund of staff's in a change. Errors: as RequestRefund.
func (o *Order) askBack(c *Change, n NewRefund, by By) (payment.RefundState, error) {
	const op = "order.RequestRefund"
	if len(n.Lines) > 0 && o.r.PaidBy == "" || n.Amount < 0 {
		return "", refundInvalid(op)
	}
	lines, err := o.r.refundLines(n.Lines)
	if err != nil {
		return "", err
	}
	amount := n.Amount
	if len(lines) > 0 {
		if amount = amountOf(lines); n.Amount != 0 && n.Amount != amount {
			return "", &fault.Error{Kind: fault.Invalid, Op: op, Code: "refund_invalid", At: "#/amount",
				Msg: fmt.Sprintf("The lines come to %s. Leave the amount out.", money.Of(amount, o.r.Currency).Format("en"))}
		}
	}
	switch {
	case amount < 1 || o.r.Captured() == 0:
		return "", refundInvalid(op)
	case len(o.r.Refunds) >= refundsMax:
		return "", fault.New(fault.TooMany, op, "too_many_refunds", "This order has had too many refunds for another.")
	}
	a := o.payer(amount)
	if len(lines) > 0 {
		a = o.attempt(o.r.PaidBy) // What is bought was paid by this one.
	}
	left := o.r.refundable(*a)
	if planted.Bug(10) {
		for _, open := range o.OpenRefunds() {
			left += open.Amount
		}
	}
	if amount > left {
		return "", &fault.Error{Kind: fault.Conflict, Op: op, Code: "refund_exceeds_captured", At: "#/amount",
			Msg: fmt.Sprintf("Only %s of this order can still be refunded.", money.Of(max(left, 0), o.r.Currency).Format("en"))}
	}
	r := payment.Refund{ID: RefundIDFor(o.r.ID, n.Key), Cause: payment.ByStaff, Amount: amount, Lines: lines}
	if n.Alone > 0 && amount > n.Alone {
		r.State, r.By = payment.RefundAwaiting, by.Who
	}
	o.addRefund(c, *a, r, by)
	return r.State, nil
}

func refundInvalid(op string) error {
	return &fault.Error{Kind: fault.Invalid, Op: op, Code: "refund_invalid", At: "#/amount",
		Msg: "Must be a whole number of minor units above 0, of an order that is paid."}
}

// payer is the attempt that an amount is given back from: one that the shop has no claim to, such as a second payment
// whose refund failed, goes before the one that paid the order. Something is captured.
func (o *Order) payer(amount int64) *payment.Attempt {
	payer := o.attempt(o.r.PaidBy)
	for i := range o.r.Attempts {
		a := &o.r.Attempts[i]
		if a.ID != o.r.PaidBy && o.r.refundable(*a) >= amount {
			return a
		}
		if payer == nil && a.Captured > 0 {
			payer = a
		}
	}
	return payer
}

// refundRest asks for all that is left of an attempt to go back.
func (o *Order) refundRest(c *Change, a payment.Attempt, cause payment.Cause, by By) {
	o.refundUpTo(c, a, math.MaxInt64, cause, by)
}

// refundUpTo asks for what is left of an attempt to go back, and for no more than so many minor units.
func (o *Order) refundUpTo(c *Change, a payment.Attempt, most int64, cause payment.Cause, by By) {
	if left := min(most, o.r.refundable(a)); left > 0 {
		id := RefundIDFor(o.r.ID, fmt.Sprintf("%s/%s/%d", cause, a.ID, len(o.r.Refunds)))
		o.addRefund(c, a, payment.Refund{ID: id, Cause: cause, Amount: left}, by)
	}
}

// addRefund stores a new refund as requested and books it: money that was earned is un-earned part by part, money that
// never was goes back to the shopper's account.
func (o *Order) addRefund(c *Change, a payment.Attempt, r payment.Refund, by By) {
	r.Attempt, r.At = a.ID, by.At.UTC().Truncate(time.Millisecond)
	if r.State == "" {
		r.State = payment.RefundRequested
	}
	if a.ID == o.r.PaidBy {
		r.Goods, r.Shipping, r.Tax = o.r.shares(r.Amount)
		if goods, tax := o.r.sharesOf(r.Lines); len(r.Lines) > 0 && goods+tax == r.Amount {
			r.Goods, r.Shipping, r.Tax = goods, 0, tax
		}
	}
	c.Postings = append(c.Postings, refundPostings(r)...)
	o.r.Refunds = append(slices.Clone(o.r.Refunds), r)
}

// shares divides a refund over goods, delivery and tax, in proportion to what is left of each: so no part goes below zero
// or above the sale's, whatever came before and failed since, and the parts of all refunds of an order that is refunded in
// full are those of the sale, to the last unit. What is more than is left was never earned.
func (r *Record) shares(amount int64) (goods, shipping, tax int64) {
	goods, shipping, tax = r.sold()
	parts, err := money.Of(min(amount, goods+shipping+tax), r.Currency).Split(goods, shipping, tax)
	if err != nil {
		return 0, 0, 0 // Nothing is left of the sale.
	}
	return parts[0].Minor(), parts[1].Minor(), parts[2].Minor()
}

// sold is what is left of the sale, part by part: less what was released and what goes back.
func (r *Record) sold() (goods, shipping, tax int64) {
	gone := r.Released
	goods, shipping, tax = r.parts()
	goods, shipping, tax = goods-gone.Goods, shipping-gone.Shipping, tax-gone.Tax
	for _, f := range r.Refunds {
		if f.State.Live() && f.Attempt == r.PaidBy {
			goods, shipping, tax = goods-f.Goods, shipping-f.Shipping, tax-f.Tax
		}
	}
	return goods, shipping, tax
}

func refundPostings(r payment.Refund) []ledger.Posting {
	var postings []ledger.Posting
	for _, p := range [...]ledger.Posting{
		{Account: ledger.Revenue, Minor: r.Goods}, {Account: ledger.Shipping, Minor: r.Shipping}, {Account: ledger.Tax, Minor: r.Tax},
		{Account: ledger.Receivable, Minor: r.Amount - r.Goods - r.Shipping - r.Tax}, {Account: ledger.RefundsPayable, Minor: -r.Amount},
	} {
		if p.Minor != 0 && (!planted.Bug(20) || p.Account != ledger.Tax) {
			postings = append(postings, p)
		}
	}
	return postings
}

// ApplyRefund takes in what a gateway says of a refund of an attempt; no news give the zero Change. A refund that was made
// elsewhere is added to the books. Errors: fault.Conflict, code attempt_unknown.
func (o *Order) ApplyRefund(attempt payment.AttemptID, f payment.RefundFacts, by By) (Change, error) {
	o.r.Refunds = slices.Clone(o.r.Refunds)
	a := o.attempt(attempt)
	if a == nil {
		return Change{}, fault.New(fault.Conflict, "order.ApplyRefund", "attempt_unknown", "")
	}
	c := Change{}
	if !o.applyRefund(&c, *a, f, by) {
		return Change{}, nil
	}
	if err := o.endRefunded(&c, by); err != nil {
		return Change{}, err
	}
	return o.seal("refund_"+string(f.State), by, c)
}

// endRefunded cancels an order of which nothing is shipped and all money has gone back: what it reserved is free again.
func (o *Order) endRefunded(c *Change, by By) error {
	captured := o.r.Captured()
	if captured == 0 || o.r.Refunded() < captured || len(o.r.Shipments) > 0 || o.openAttempt() != nil || !o.r.Status.CanBecome(Cancelled) {
		return nil
	}
	return o.end(c, by)
}

// RefundUnknown notes that the outcome of a refund's call is not known.
func (o *Order) RefundUnknown(id payment.RefundID, by By) (Change, error) {
	r, found := o.Refund(id)
	if !found || !r.State.CanBecome(payment.RefundUnknown) {
		return Change{}, nil
	}
	return o.ApplyRefund(r.Attempt, payment.RefundFacts{ID: id, State: payment.RefundUnknown, Amount: r.Amount}, by)
}

// applyRefund brings one refund up to date and books what that means. It tells whether there was news.
func (o *Order) applyRefund(c *Change, a payment.Attempt, f payment.RefundFacts, by By) bool {
	i, news := o.r.refundOf(f), false
	if i < 0 {
		if f.Amount < 1 || !f.State.Live() {
			return false
		}
		id := RefundIDFor(o.r.ID, "at_gateway/"+f.Ref)
		o.addRefund(c, a, payment.Refund{ID: id, Cause: payment.AtGateway, Amount: f.Amount, Ref: f.Ref}, by)
		i, news = len(o.r.Refunds)-1, true
	}
	r := &o.r.Refunds[i]
	if f.Ref != "" && r.Ref != f.Ref {
		r.Ref, news = f.Ref, true
	}
	if !r.State.CanBecome(f.State) {
		return news
	}
	was := r.State
	r.State, r.Asks, r.Asked = f.State, 0, time.Time{}
	switch {
	case f.State == payment.RefundSucceeded:
		c.Postings = append(c.Postings, ledger.Transfer(ledger.GatewayClearing, ledger.RefundsPayable, r.Amount)...)
		c.Messages = append(c.Messages, Message{To: ToMail, Kind: "refund_sent"})
	case !f.State.Live():
		if was == payment.RefundSucceeded {
			c.Postings = append(c.Postings, ledger.Transfer(ledger.RefundsPayable, ledger.GatewayClearing, r.Amount)...)
		}
		c.Postings = append(c.Postings, ledger.Reverse(refundPostings(*r))...)
		o.hold("refund_failed:"+string(r.ID), by)
	}
	return true
}

// refundOf finds the refund that facts are of, -1 if there is none. A second one of our id, or one whose call was refused
// and that is there after all, counts as made elsewhere: that money is gone too, and the books must say so.
func (r *Record) refundOf(f payment.RefundFacts) int {
	if i := slices.IndexFunc(r.Refunds, func(have payment.Refund) bool { return f.Ref != "" && have.Ref == f.Ref }); i >= 0 {
		return i
	}
	i := slices.IndexFunc(r.Refunds, func(have payment.Refund) bool { return f.ID != "" && have.ID == f.ID })
	if i >= 0 && f.Ref != "" && f.State.Live() && (r.Refunds[i].Ref != "" || !r.Refunds[i].State.Live()) {
		return -1
	}
	return i
}
