package localshop_test

import (
	"bytes"
	"fmt"
	"slices"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/stripesim"
	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

func skuOf(text string) catalog.SKU { return catalog.SKU(text) }

// story is an order with its whole chain, and what the gateway knows of it.
type story struct {
	o       *order.Order
	r       order.Record
	changes []order.Change
	book    stripesim.Book
}

func (w *world) stories() []story {
	w.t.Helper()
	books := map[string]stripesim.Book{}
	for _, b := range w.Stripe.Books() {
		books[b.Reference] = b
	}
	out := []story{}
	for _, id := range w.Store.AllOrders() {
		o, err := w.Store.Order(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		changes, err := w.Store.Changes(w.t.Context(), id, 0, 10_000)
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, story{o, o.Record(), changes, books[string(id)]})
	}
	return out
}

// sound checks what must hold at every moment, in the gateway's own books as well as in ours.
func (w *world) sound() {
	w.t.Helper()
	stories := w.stories()
	w.stockAddsUp(stories)
	index := map[order.ID]bool{}
	due, err := w.Store.DueOrders(w.t.Context(), w.Clock.Now().AddDate(10, 0, 0), 100_000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, id := range due {
		index[id] = true
	}
	for _, s := range stories {
		for rule, broken := range map[string]string{
			"I2 NeverShipUnpaid": s.shippedUnpaid(), "I3 NeverChargeTwice": s.chargedTwice(), "I7 Totals": s.wrongTotals(),
			"I8 LegalMoves": s.illegalMoves(), "I10 ReturnedOnce": s.wrongReturn(), "I12 AmountMatch": s.wrongAmount(),
			"I14 RefundBounded": s.refundedTooMuch(), "I19 Deadline": s.withoutDue(index[s.r.ID]), "I20 ChainWhole": s.brokenChain(),
			"I21 BooksBalance": s.unbalanced(), "I22 OneChargeable": s.chargeableTwice(),
		} {
			if broken != "" {
				w.t.Errorf("%s: %s (%s): %s", rule, s.r.ID, s.r.Status, broken)
			}
		}
	}
	w.effectsOnce()
}

// stockAddsUp is I1: no counter below zero, nothing made or lost, reserved and sold as the orders say.
func (w *world) stockAddsUp(stories []story) {
	w.t.Helper()
	reserved, sold := map[catalog.SKU]int64{}, map[catalog.SKU]int64{}
	for _, s := range stories {
		shipped := map[catalog.SKU]int64{}
		for _, parcel := range s.r.Shipments {
			for _, l := range parcel.Lines {
				shipped[l.SKU] += l.Quantity
				sold[l.SKU] += l.Quantity
			}
		}
		switch s.r.Status {
		case order.AwaitingPayment, order.PaymentProcessing, order.Confirmed, order.Fulfilling:
			for _, l := range s.r.Lines {
				reserved[l.SKU] += l.Quantity - shipped[l.SKU]
			}
		case order.Created, order.Shipped, order.Delivered, order.Completed, order.Expired, order.Cancelled:
		}
	}
	for _, s := range w.Store.AllStocks() {
		if min(s.Free, s.Reserved, s.Sold) < 0 || s.Reserved != reserved[s.SKU] || s.Sold != sold[s.SKU] ||
			s.OnHand()+s.Sold != w.received[s.SKU] {
			w.t.Errorf("I1 NoOversell: %s: %+v; orders reserve %d and were sold %d of %d", s.SKU, s, reserved[s.SKU], sold[s.SKU], w.received[s.SKU])
		}
	}
}

// shippedUnpaid replays the chain to each parcel: it was paid in full and not on hold when it was handed over.
func (s story) shippedUnpaid() string {
	for i, c := range s.changes {
		if !slices.ContainsFunc(c.Stock, func(m catalog.Move) bool { return m.Kind == catalog.Sell }) {
			continue
		}
		before, err := order.Replay(s.changes[:i])
		if err != nil {
			return err.Error()
		}
		if r := before.Record(); r.Captured() < r.Total || len(r.Holds) > 0 {
			return fmt.Sprintf("change %d shipped with %d of %d captured and %d holds", c.N, r.Captured(), r.Total, len(r.Holds))
		}
	}
	if len(s.r.Shipments) > 0 && s.book.Captured < s.r.Total {
		return fmt.Sprintf("shipped; the gateway captured %d of %d", s.book.Captured, s.r.Total)
	}
	return ""
}

func (s story) chargedTwice() string {
	if s.book.Captured > s.r.Total || s.book.Charges > 1 {
		return fmt.Sprintf("captured %d in %d charges, total %d", s.book.Captured, s.book.Charges, s.r.Total)
	}
	return ""
}

func (s story) wrongTotals() string {
	var lines int64
	for _, l := range s.r.Lines {
		lines += l.Total
	}
	if lines != s.r.Subtotal || s.r.Subtotal-s.r.Discount+s.r.Shipping+s.r.Tax != s.r.Total {
		return fmt.Sprintf("lines %d, %+v", lines, s.r)
	}
	for _, a := range s.r.Attempts {
		if a.Amount != s.r.Total {
			return fmt.Sprintf("attempt %s asks for %d of %d", a.ID, a.Amount, s.r.Total)
		}
	}
	if s.book.Currency != "" && s.book.Currency != string(s.r.Currency) {
		return "the gateway has it in " + s.book.Currency
	}
	return ""
}

// illegalMoves walks the chain: only moves of the tables, only late money out of an end, no payment's rank ever lower.
func (s story) illegalMoves() string {
	was := order.Record{Status: order.Created}
	for i := range s.changes {
		o, err := order.Replay(s.changes[:i+1])
		if err != nil {
			return err.Error()
		}
		now := o.Record()
		if now.Status != was.Status && !was.Status.CanBecome(now.Status) {
			return fmt.Sprintf("change %d: %s to %s", i+1, was.Status, now.Status)
		}
		for _, a := range was.Attempts {
			j := slices.IndexFunc(now.Attempts, func(b payment.Attempt) bool { return b.ID == a.ID })
			if j < 0 || (now.Attempts[j].State != a.State && !a.State.CanBecome(now.Attempts[j].State)) || now.Attempts[j].Captured < a.Captured {
				return fmt.Sprintf("change %d: attempt %s stepped back from %s", i+1, a.ID, a.State)
			}
		}
		was = now
	}
	return ""
}

// wrongReturn sums the moves of the chain: what is not shipped is reserved while the order lives, and free after it.
func (s story) wrongReturn() string {
	held := map[catalog.SKU]int64{}
	for _, c := range s.changes {
		for _, m := range c.Stock {
			_, reserved, _ := m.Deltas()
			held[m.SKU] += reserved
		}
	}
	if !s.r.Status.Ended() && s.r.Status != order.Shipped && s.r.Status != order.Delivered {
		return "" // stockAddsUp has compared it.
	}
	for sku, n := range held {
		if n != 0 {
			return fmt.Sprintf("%d of %s are still reserved", n, sku)
		}
	}
	return ""
}

func (s story) wrongAmount() string {
	if s.r.PaidBy == "" {
		return ""
	}
	if a, found := s.o.Attempt(s.r.PaidBy); !found || a.Captured != s.r.Total {
		return fmt.Sprintf("paid by %d, total %d", a.Captured, s.r.Total)
	}
	return ""
}

func (s story) refundedTooMuch() string {
	var promised int64
	for _, f := range s.r.Refunds {
		if f.State.Live() {
			promised += f.Amount
		}
	}
	for _, d := range s.r.Disputes {
		if d.Lost {
			promised += d.Amount
		}
	}
	if promised > s.r.Captured() || s.book.Refunded+s.book.RefundsPending > s.book.Captured {
		return fmt.Sprintf("promised %d of %d; gateway: %+v", promised, s.r.Captured(), s.book)
	}
	return ""
}

// withoutDue: whatever is unfinished has a deadline, and stands in the index.
func (s story) withoutDue(indexed bool) string {
	_, open := s.o.OpenAttempt()
	unfinished := !s.r.Status.Ended() || open || len(s.o.OpenRefunds()) > 0 || len(s.r.Owed) > 0 || len(s.r.Holds) > 0 ||
		(s.r.TaskIn > 0 && s.r.Status != order.Fulfilling)
	if unfinished && (s.r.Due.IsZero() || !indexed) {
		return fmt.Sprintf("unfinished, due %s, indexed %t", s.r.Due, indexed)
	}
	return ""
}

func (s story) brokenChain() string {
	o, err := order.Replay(s.changes)
	if err != nil {
		return err.Error()
	}
	replayed, bad := o.Encode()
	stored, worse := s.o.Encode()
	if bad != nil || worse != nil || !bytes.Equal(replayed, stored) {
		return fmt.Sprintf("replayed %s, stored %s", replayed, stored)
	}
	return ""
}

func (s story) unbalanced() string {
	for _, c := range s.changes {
		if err := ledger.Check(c.Postings); err != nil {
			return fmt.Sprintf("change %d: %v", c.N, err)
		}
	}
	return ""
}

func (s story) chargeableTwice() string {
	if s.book.Chargeable > 1 {
		return fmt.Sprintf("%d payments are or can be charged", s.book.Chargeable)
	}
	return ""
}

// effectsOnce is I23: one running execution per order, one mail per key.
func (w *world) effectsOnce() {
	w.t.Helper()
	running := map[string]int{}
	for _, e := range w.Cloud.Machines.Executions(100_000) {
		if e.Status == asl.Running {
			running[e.Input[:min(len(e.Input), 44)]]++ // {"order_id":"ord_…": the try may differ.
		}
	}
	for input, n := range running {
		if n > 1 {
			w.t.Errorf("I23 EffectsOnce: %d executions run for %s", n, input)
		}
	}
	mails := map[string]int{}
	for _, m := range w.Mails.All() {
		mails[m.Key]++
	}
	for key, n := range mails {
		if n > 1 && !w.mailsTwice {
			w.t.Errorf("I23 EffectsOnce: mail %s was sent %d times", key, n)
		}
	}
}
