package order_test

import (
	"maps"
	"slices"
	"time"

	"till/shared/order"
	"till/shared/payment"
)

// naive is an order as a person with a pencil would keep it: written from what the shop promises, without the order's own
// tables, records and sums. Every verb says what it is refused with ("" if it is not) and whether anything happened.
type naive struct {
	status   string
	expires  time.Time
	holds    map[string]bool
	attempts []*naiveAttempt
	paid     int // Which attempt paid the order; -1 for none.
	captures []*naiveCapture
	released int64 // Of the total, promised and given up.
	refunds  []*naiveRefund
	disputes map[string]*naiveDispute
	parcels  []*naiveParcel
	returns  []*naiveReturn
	left     map[string]int64 // What is in no parcel.
	reserved map[string]int64
	sold     map[string]int64
	try      int
	waiting  bool // A machine waits for staff.
	revoked  int
}

type naiveAttempt struct {
	key, state, refusal string
	captured            int64
	session, intent     bool // Their references are known.
	manual, void        bool
	before              time.Time // Until when the money is promised.
	fee                 int64
	warned, trying      bool
	risk                string    // The worst that the gateway found.
	tried               time.Time // When the try that may be running began.
	tries               int
	at                  time.Time
	refused             int // Cards.
}

type naiveCapture struct {
	key, state   string
	attempt      int
	amount       int64
	final, whole bool
}

type naiveRefund struct {
	key            string
	attempt        int
	amount, earned int64 // earned is what of it had been booked as sold.
	state          string
	named          bool   // Its reference is known.
	by             string // Who asked for it, if another must approve it.
	approved       bool
}

type naiveDispute struct {
	attempt int
	said    payment.DisputeFacts
	answer  *naiveAnswer
}

func (d *naiveDispute) open() bool {
	return d.said.State == "inquiry" || d.said.State == "needs_response" || d.said.State == "under_review"
}

type naiveParcel struct {
	number string
	there  bool
	holds  map[string]int64
	at     time.Time // When it arrived.
}

func newNaive() *naive {
	return &naive{
		status: "awaiting_payment", expires: noon.Add(30 * time.Minute), paid: -1, holds: map[string]bool{}, disputes: map[string]*naiveDispute{},
		left: map[string]int64{"mug": 2, "tea": 1}, reserved: map[string]int64{"mug": 2, "tea": 1}, sold: map[string]int64{},
	}
}

// goesOn says how far a payment is. Nothing goes back, an end is left for money only, and a payment that the gateway took on
// is not one that it never accepted.
func goesOn(from, to string) bool {
	far := map[string]int{"initiating": 0, "unknown": 1, "requires_action": 2, "processing": 3, "authorized": 4,
		"failed": 5, "canceled": 5, "expired": 5, "captured": 9}
	if far[from] == 5 {
		return to == "captured" || to == "authorized"
	}
	return far[to] > far[from] && (to != "failed" || far[from] < 2)
}

func charges(state string) bool {
	return slices.Contains([]string{"initiating", "unknown", "requires_action", "processing", "authorized"}, state)
}

func (n *naive) open() bool {
	return slices.ContainsFunc(n.attempts, func(a *naiveAttempt) bool { return charges(a.state) })
}

func (n *naive) payable() bool {
	return n.status == "awaiting_payment" || n.status == "payment_processing"
}

func (n *naive) over() bool {
	return n.status == "completed" || n.status == "expired" || n.status == "cancelled"
}

func (n *naive) captured() (sum int64) {
	for _, a := range n.attempts {
		sum += a.captured
	}
	return sum
}

// back is the money that has left again; with promised, that which may leave, too.
func (n *naive) back(promised bool) (sum int64) {
	for _, f := range n.refunds {
		if f.state == "succeeded" || promised && f.state != "failed" && f.state != "canceled" {
			sum += f.amount
		}
	}
	return sum
}

// lost is what disputes have taken of an attempt, or of all (-1): what is withdrawn, and of a lost one all, if nobody says so.
func (n *naive) lost(attempt int) (sum int64) {
	for _, d := range n.disputes {
		switch {
		case attempt >= 0 && d.attempt != attempt:
		case d.said.Withdrawn > 0:
			sum += d.said.Withdrawn
		case d.said.State == "lost" || d.said.State == "accepted":
			sum += d.said.Amount
		}
	}
	return sum
}

// gone is what lost disputes took, for good.
func (n *naive) gone() (sum int64) {
	for _, d := range n.disputes {
		switch {
		case d.said.State != "lost" && d.said.State != "accepted":
		case d.said.Withdrawn > 0:
			sum += d.said.Withdrawn
		default:
			sum += d.said.Amount
		}
	}
	return sum
}

// strange is money that is there though the order is not paid.
func (n *naive) strange() bool { return n.captured() > n.back(false) || n.holds["amount_mismatch"] }

// refundable is what may still go back of an attempt.
func (n *naive) refundable(attempt int) int64 {
	rest := n.attempts[attempt].captured
	for _, f := range n.refunds {
		if f.attempt == attempt && f.state != "failed" && f.state != "canceled" {
			rest -= f.amount
		}
	}
	return rest - n.lost(attempt)
}

// price is what the shopper owes.
func (n *naive) price() int64 { return total - n.released }

// promised is the attempt whose money is promised to the order and not all taken; -1 for none.
func (n *naive) promised() int {
	if n.paid >= 0 && n.attempts[n.paid].state == "authorized" && !n.over() {
		return n.paid
	}
	return -1
}

// taking tells whether a capture is open.
func (n *naive) taking() bool {
	return slices.ContainsFunc(n.captures, func(c *naiveCapture) bool { return c.state == "requested" || c.state == "unknown" })
}

// giveBack promises money of an attempt. Of the attempt that paid, it takes back what was sold, as far as there is some left.
func (n *naive) giveBack(attempt int, amount int64, key string) {
	f := &naiveRefund{key: key, attempt: attempt, amount: amount, state: "requested"}
	if attempt == n.paid {
		earned := total - n.released
		for _, each := range n.refunds {
			if each.state != "failed" && each.state != "canceled" {
				earned -= each.earned
			}
		}
		f.earned = min(amount, earned)
	}
	n.refunds = append(n.refunds, f)
}

func (n *naive) giveRest(attempt int) {
	if rest := n.refundable(attempt); rest > 0 {
		n.giveBack(attempt, rest, "")
	}
}

// end cancels an order of which nothing is shipped.
func (n *naive) end() {
	n.status, n.reserved = "cancelled", map[string]int64{}
	delete(n.holds, "fulfillment_failed")
}

// endIfRefunded cancels an order whose money has all gone back.
func (n *naive) endIfRefunded() {
	unsent := n.payable() || n.status == "confirmed" || n.status == "fulfilling"
	if n.captured() > 0 && n.back(false) >= n.captured() && len(n.parcels) == 0 && !n.open() && unsent {
		n.end()
	}
}

// shown is what a shopper is told of the money.
func (n *naive) shown() string {
	captured, back := n.captured(), n.back(false)
	if n.paid >= 0 {
		captured, back = n.attempts[n.paid].captured, 0
		for _, f := range n.refunds {
			if f.attempt == n.paid && f.state == "succeeded" {
				back += f.amount
			}
		}
	}
	for _, d := range n.disputes {
		if d.open() {
			return "disputed"
		}
	}
	if captured > 0 && back > 0 {
		if back >= captured {
			return "refunded"
		}
		return "partially_refunded"
	}
	if n.paid >= 0 {
		switch {
		case n.price() > 0 && captured >= n.price():
			return "paid"
		case n.attempts[n.paid].state == "authorized":
			return "authorized"
		case captured > 0:
			return "processing"
		}
		return "unpaid"
	}
	if captured > 0 {
		return "processing"
	}
	if len(n.attempts) == 0 {
		return "unpaid"
	}
	last := n.attempts[len(n.attempts)-1]
	if last.trying && last.state == "requires_action" {
		return "processing"
	}
	words := map[string]string{"authorized": "authorized", "processing": "processing", "unknown": "processing", "captured": "processing", "failed": "failed"}
	if word, there := words[last.state]; there {
		return word
	}
	if last.refusal != "" {
		return "failed"
	}
	return "unpaid"
}

// same compares the order with the model, member by member, and its books with the model's sums.
func (n *naive) same(d *desk) {
	d.t.Helper()
	r := d.o.Record()
	held := map[string]bool{}
	for _, h := range r.Holds {
		held[h.Key] = true
	}
	switch {
	case string(r.Status) != n.status, r.PaymentStatus() != n.shown():
		d.t.Fatalf("the order is %s and %s, the model %s and %s", r.Status, r.PaymentStatus(), n.status, n.shown())
	case !maps.Equal(held, n.holds):
		d.t.Fatalf("the order has holds %v, the model %v", held, n.holds)
	case n.payable() && !r.ExpiresAt.Equal(n.expires):
		d.t.Fatalf("the order expires at %v, the model at %v", r.ExpiresAt, n.expires)
	case r.Try != n.try, (r.TaskIn > 0) != n.waiting, r.Revocations != n.revoked:
		d.t.Fatalf("the order is at try %d, task %d, revocation %d; the model at %d, %v, %d", r.Try, r.TaskIn, r.Revocations, n.try, n.waiting, n.revoked)
	}
	n.sameMoney(d, r)
	n.sameGoods(d, r)
}

func (n *naive) sameMoney(d *desk, r order.Record) {
	d.t.Helper()
	if len(r.Attempts) != len(n.attempts) || len(r.Refunds) != len(n.refunds) || len(r.Disputes) != len(n.disputes) {
		d.t.Fatalf("%d attempts, %d refunds, %d disputes; the model %d, %d, %d", len(r.Attempts), len(r.Refunds), len(r.Disputes),
			len(n.attempts), len(n.refunds), len(n.disputes))
	}
	for i, a := range r.Attempts {
		m := n.attempts[i]
		if string(a.State) != m.state || a.Captured != m.captured || a.Paid != (n.paid == i) || a.LastError != m.refusal || a.Manual != m.manual ||
			a.Void != m.void || a.Fee != m.fee || a.Warned != m.warned || string(a.Risk) != m.risk || a.Try.IsZero() == m.trying || a.Tries != m.tries || a.Refusals != m.refused || !a.CaptureBefore.Equal(m.before) {
			d.t.Fatalf("attempt %d is %+v, the model's %+v", i, a, *m)
		}
	}
	books := map[string]int64{"receivable": -n.captured(), "gateway_clearing": n.captured() - n.back(false)}
	if n.paid >= 0 {
		books["receivable"] += total - n.released
		books["earned"] -= total - n.released
	}
	for _, a := range n.attempts {
		books["fees_payable"] -= a.fee
		books["fees"] += a.fee
	}
	if len(r.Captures) != len(n.captures) || r.Released.Amount != n.released {
		d.t.Fatalf("%d captures, %d released; the model %d, %d", len(r.Captures), r.Released.Amount, len(n.captures), n.released)
	}
	for i, t := range r.Captures {
		if m := n.captures[i]; string(t.State) != m.state || t.Amount != m.amount || t.Final != m.final || t.Attempt != r.Attempts[m.attempt].ID {
			d.t.Fatalf("capture %d is %+v, the model's %+v", i, t, *m)
		}
	}
	for i, f := range r.Refunds {
		m := n.refunds[i]
		if string(f.State) != m.state || f.Amount != m.amount || f.Attempt != r.Attempts[m.attempt].ID {
			d.t.Fatalf("refund %d is %+v, the model's %+v", i, f, *m)
		}
		if m.state == "failed" || m.state == "canceled" {
			continue
		}
		books["earned"] += m.earned
		books["receivable"] += m.amount - m.earned
		if m.state != "succeeded" {
			books["refunds_payable"] -= m.amount
		}
	}
	for _, each := range r.Disputes {
		m := n.disputes[each.Ref]
		if m == nil || m.said != each.DisputeFacts || r.Attempts[m.attempt].ID != each.Attempt {
			d.t.Fatalf("the dispute is %+v, the model's %+v", each, m)
		}
		where := "dispute_reserve"
		if each.State == "lost" || each.State == "accepted" {
			where = "dispute_losses"
		}
		books[where] += m.said.Withdrawn
		books["fees"] += m.said.Fee
		books["fees_payable"] -= m.said.Fee
		books["gateway_clearing"] -= m.said.Withdrawn
	}
	n.sameAnswers(d, r)
	sameBooks(d, books)
}

// sameBooks holds the ledger against the model's sums.
func sameBooks(d *desk, books map[string]int64) {
	d.t.Helper()
	got := map[string]int64{}
	for _, c := range d.chain {
		for _, p := range c.Postings {
			account := string(p.Account)
			if account == "revenue" || account == "tax" || account == "shipping" {
				account = "earned"
			}
			got[account] += p.Minor
		}
	}
	none := func(_ string, v int64) bool { return v == 0 }
	maps.DeleteFunc(got, none)
	maps.DeleteFunc(books, none)
	if !maps.Equal(got, books) {
		d.t.Fatalf("the books stand at %v, the model's at %v", got, books)
	}
}

func (n *naive) sameGoods(d *desk, r order.Record) {
	d.t.Helper()
	if len(r.Shipments) != len(n.parcels) {
		d.t.Fatalf("%d parcels, the model has %d", len(r.Shipments), len(n.parcels))
	}
	for i, s := range r.Shipments {
		if (s.State == "delivered") != n.parcels[i].there {
			d.t.Fatalf("parcel %d is %s, the model's there: %v", i, s.State, n.parcels[i].there)
		}
	}
	reserved, sold := map[string]int64{}, map[string]int64{}
	for _, c := range d.chain {
		for _, m := range c.Stock {
			sku := string(m.SKU)
			switch m.Kind {
			case "reserve":
				reserved[sku] += m.Quantity
			case "release":
				reserved[sku] -= m.Quantity
			case "sell":
				reserved[sku] -= m.Quantity
				sold[sku] += m.Quantity
			case "return":
				sold[sku] -= m.Quantity
			}
		}
	}
	n.sameReturns(d, r)
	for _, sku := range []string{"mug", "tea"} {
		if reserved[sku] != n.reserved[sku] || sold[sku] != n.sold[sku] {
			d.t.Fatalf("of %s %d are reserved and %d sold, in the model %d and %d", sku, reserved[sku], sold[sku], n.reserved[sku], n.sold[sku])
		}
	}
}
