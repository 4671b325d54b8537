package order_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fulfillment"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

// world is a desk with what is true outside of it: payments and refunds at the gateway, stock on the shelf. It is the naive
// model that an order is held against.
type world struct {
	*desk
	t        *rapid.T
	stock    map[catalog.SKU]catalog.Stock
	attempts []payment.AttemptID
	truth    map[payment.AttemptID]payment.Facts
	told     []payment.Facts // All that the gateway ever said: old news may come again at any time.
	paidOnce bool
	seen     map[string]string // Of each refund and attempt, the state that it was in.
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, truth: map[payment.AttemptID]payment.Facts{}, seen: map[string]string{}, stock: map[catalog.SKU]catalog.Stock{
		"mug": {SKU: "mug", Free: rapid.Int64Range(2, 3).Draw(t, "mugs")}, "tea": {SKU: "tea", Free: 2}}}
	w.desk = place(t)
	w.apply(w.chain[0])
	return w
}

// fits tells whether the shelf allows a change's moves.
func (w *world) fits(c order.Change) (map[catalog.SKU]catalog.Stock, bool) {
	next := map[catalog.SKU]catalog.Stock{"mug": w.stock["mug"], "tea": w.stock["tea"]}
	for _, m := range c.Stock {
		after, err := next[m.SKU].Apply(m)
		if err != nil {
			return nil, false
		}
		next[m.SKU] = after
	}
	return next, true
}

// apply does a change's moves on the shelf: I1 and I10, nothing is given back twice, and what is reserved is the order's.
func (w *world) apply(c order.Change) {
	next, fits := w.fits(c)
	if !fits {
		w.t.Fatalf("I1: %q moves %v of %v", c.Kind, c.Stock, w.stock)
	}
	w.stock = next
	r := w.o.Record()
	for _, l := range r.Lines {
		want := int64(0)
		if slices.Contains([]order.Status{order.AwaitingPayment, order.PaymentProcessing, order.Confirmed, order.Fulfilling}, r.Status) {
			want = l.Quantity
		}
		for _, s := range r.Shipments {
			for _, in := range s.Lines {
				if in.SKU == l.SKU && want > 0 {
					want -= in.Quantity
				}
			}
		}
		if got := next[l.SKU].Reserved; got != want {
			w.t.Fatalf("I10: %d of %s are reserved for a %s order, want %d", got, l.SKU, r.Status, want)
		}
	}
}

// step runs a verb as Book would. Nothing that a verb refuses, and no news, may change anything; and no verb steps back.
func (w *world) step(verb func(*order.Order) (order.Change, error)) order.Change {
	before := w.o.Record()
	c, err := w.desk.try(verb)
	after := w.o.Record()
	if err != nil || c.IsZero() {
		if after.N != before.N || after.Head != before.Head {
			w.t.Fatalf("nothing happened, and yet %d became %d", before.N, after.N)
		}
		return c
	}
	w.apply(c)
	if after.N != before.N+1 {
		w.t.Fatalf("I8: version %d follows %d", after.N, before.N)
	}
	if from, to := before.Status, after.Status; from != to && !from.CanBecome(to) &&
		!slices.ContainsFunc(order.Statuses(), func(by order.Status) bool {
			return from.CanBecome(by) && by.CanBecome(to) && by == order.AwaitingPayment
		}) {
		w.t.Fatalf("I8: a %s order became %s by %q", from, to, c.Kind)
	}
	w.neverBack(after)
	w.bounded(after)
	return c
}

// neverBack is I18: attempts and refunds make legal moves only, and what was paid stays so.
func (w *world) neverBack(r order.Record) {
	for _, a := range r.Attempts {
		was := payment.State(w.seen[string(a.ID)])
		if was != "" && was != a.State && !was.CanBecome(a.State) {
			w.t.Fatalf("I18: attempt %s was %s and is %s", a.ID, was, a.State)
		}
		w.seen[string(a.ID)] = string(a.State)
	}
	for _, f := range r.Refunds {
		was := payment.RefundState(w.seen[string(f.ID)])
		if was != "" && was != f.State && !was.CanBecome(f.State) {
			w.t.Fatalf("I18: refund %s was %s and is %s", f.ID, was, f.State)
		}
		w.seen[string(f.ID)] = string(f.State)
	}
	pays := r.PaymentStatus()
	if w.paidOnce && !slices.Contains([]string{"paid", "partially_refunded", "refunded", "disputed"}, pays) {
		w.t.Fatalf("I18: what was paid is shown as %s", pays)
	}
	w.paidOnce = w.paidOnce || pays == "paid"
}

// bounded is I14 for what we ask back ourselves, and I3: what counts as paid is the total.
func (w *world) bounded(r order.Record) {
	for _, a := range r.Attempts {
		mine, there := int64(0), int64(0)
		for _, f := range r.Refunds {
			switch {
			case f.Attempt != a.ID || !f.State.Live():
			case f.Cause == payment.AtGateway:
				there += f.Amount
			default:
				mine += f.Amount
			}
		}
		if mine > a.Captured || there > a.Captured {
			w.t.Fatalf("I14: of %d captured, %d and %d go back", a.Captured, mine, there)
		}
		if a.ID == r.PaidBy && a.Captured < r.Price() && a.State != payment.Authorized && r.Status != order.Cancelled {
			w.t.Fatalf("I12: %d of %d pay for the order", a.Captured, r.Total)
		}
	}
}

// tell applies what the gateway says, as the cashier does: with stock, and without if there is none.
func (w *world) tell(f payment.Facts) {
	if w.attempts == nil {
		return
	}
	w.told = append(w.told, f)
	data, err := w.o.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	trial, err := order.Decode(data)
	if err != nil {
		w.t.Fatal(err)
	}
	restock := true
	if c, err := trial.ApplyPayment(f, true, w.gateway()); err == nil {
		_, restock = w.fits(c)
	}
	verb := func(o *order.Order) (order.Change, error) { return o.ApplyPayment(f, restock, w.gateway()) }
	w.step(verb)
	if c := w.step(verb); !c.IsZero() {
		w.t.Fatalf("lesson 15: the same news again made a change %q", c.Kind)
	}
}

// pay lets something happen at the gateway: a payment goes on, in steps that a gateway makes.
func (w *world) pay() {
	id := rapid.SampledFrom(w.attempts).Draw(w.t, "attempt")
	f, known := w.truth[id]
	if !known {
		f = facts(w.desk, id, payment.RequiresAction)
	}
	next := rapid.SampledFrom([]payment.State{payment.RequiresAction, payment.Processing, payment.Captured, payment.Canceled, payment.Expired}).Draw(w.t, "becomes")
	if a, _ := w.o.Attempt(id); a.Manual && f.State.Open() && rapid.Bool().Draw(w.t, "promised") {
		next, f.CaptureBefore = payment.Authorized, w.now.Add(5*24*time.Hour)
	}
	if f.State != payment.Captured {
		f.State, f.LastError = next, ""
		if next == payment.RequiresAction {
			f.LastError = rapid.SampledFrom([]string{"", "card_declined", "expired_card"}).Draw(w.t, "refusal")
		}
		if next == payment.Captured {
			f.Captured = rapid.SampledFrom([]int64{total, total, total, total, total - 1, total + 1}).Draw(w.t, "captured")
			f.Amount = money.Of(total, rapid.SampledFrom([]money.Currency{"EUR", "EUR", "EUR", "EUR", "EUR", "USD"}).Draw(w.t, "currency"))
		}
	}
	w.truth[id] = f
	w.tell(f)
}

// stale tells something old again.
func (w *world) stale() {
	if len(w.told) > 0 {
		w.tell(rapid.SampledFrom(w.told).Draw(w.t, "old news"))
	}
}

// dispute lets a bank ask for money back, or decide.
func (w *world) dispute() {
	id := rapid.SampledFrom(w.attempts).Draw(w.t, "attempt")
	f, known := w.truth[id]
	if !known || f.Captured == 0 {
		return
	}
	f.Disputes = []payment.DisputeFacts{{Ref: "dp_1", Amount: 500, State: rapid.SampledFrom(payment.DisputeStates()).Draw(w.t, "dispute"),
		Withdrawn: rapid.SampledFrom([]int64{0, 500, 300}).Draw(w.t, "withdrawn"), Fee: rapid.SampledFrom([]int64{0, 15}).Draw(w.t, "fee")}}
	w.truth[id] = f
	w.tell(f)
}

// capture lets the gateway take what we asked for, or refuse it.
func (w *world) capture() {
	t, open := w.o.OpenCapture()
	f := w.truth[t.Attempt]
	if !open {
		return
	}
	refusal := ""
	switch left := f.Amount.Minor() - f.Captured; {
	case f.State != payment.Authorized || t.Amount > left || rapid.IntRange(0, 4).Draw(w.t, "refused") == 0:
		refusal = "refused"
	default:
		if f.Captured += t.Amount; t.Final {
			f.State, f.CaptureBefore = payment.Captured, time.Time{}
		}
	}
	w.truth[t.Attempt] = f
	w.told = append(w.told, f)
	w.step(func(o *order.Order) (order.Change, error) { return o.ApplyCapture(t.ID, refusal, f, w.gateway()) })
}

// refund lets the gateway's dashboard give a little back, or a refund of ours go on.
func (w *world) refund() {
	r := w.o.Record()
	if len(r.Refunds) > 0 && rapid.Bool().Draw(w.t, "ours") {
		f := rapid.SampledFrom(r.Refunds).Draw(w.t, "refund")
		s := rapid.SampledFrom([]payment.RefundState{payment.RefundUnknown, payment.RefundPending, payment.RefundSucceeded, payment.RefundFailed, payment.RefundCanceled}).Draw(w.t, "becomes")
		said := payment.RefundFacts{ID: f.ID, Ref: f.Ref, State: s, Amount: f.Amount}
		w.step(func(o *order.Order) (order.Change, error) { return o.ApplyRefund(f.Attempt, said, w.gateway()) })
		return
	}
	id := rapid.SampledFrom(w.attempts).Draw(w.t, "attempt")
	f, known := w.truth[id]
	if !known || f.Captured < 10 || f.Amount.Currency() != "EUR" || len(f.Refunds) > 3 {
		return
	}
	f.Refunds = append(slices.Clone(f.Refunds), payment.RefundFacts{Ref: fmt.Sprintf("re_%s_%d", id, len(f.Refunds)), State: payment.RefundSucceeded, Amount: 3})
	w.truth[id] = f
	w.tell(f)
}

// people is what staff and shoppers ask for, wisely or not.
func (w *world) people() {
	w.step(rapid.SampledFrom([]func(*order.Order) (order.Change, error){
		cancel(w.desk), asked(w.desk), capture(w.desk, order.NewCapture{Key: fmt.Sprint("c", rapid.IntRange(0, 3).Draw(w.t, "key")),
			Amount: rapid.Int64Range(0, total).Draw(w.t, "amount"), Final: rapid.Bool().Draw(w.t, "final")}),
		func(o *order.Order) (order.Change, error) { return o.RequestVoid(nil, w.by("staff:1")) },
		func(o *order.Order) (order.Change, error) { return o.Hold("manual", nil, w.by("staff:1")) },
		func(o *order.Order) (order.Change, error) { return o.Lift("manual", w.by("staff:1")) },
		func(o *order.Order) (order.Change, error) { return o.Lift("amount_mismatch", w.by("staff:1")) },
		func(o *order.Order) (order.Change, error) { return o.Lift("fulfillment_failed", w.by("staff:1")) },
		askBack(w.desk, fmt.Sprint("r", rapid.IntRange(0, 5).Draw(w.t, "key")), rapid.Int64Range(1, total).Draw(w.t, "amount")),
		ship(w.desk, fmt.Sprint(rapid.IntRange(0, 3).Draw(w.t, "number"))),
		ship(w.desk, fmt.Sprint(rapid.IntRange(0, 3).Draw(w.t, "number")), fulfillment.Line{SKU: "mug", Quantity: 1}),
		func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", w.by("staff:1")) },
		func(o *order.Order) (order.Change, error) { return o.Deliver("shp_2", w.by("staff:1")) },
		func(o *order.Order) (order.Change, error) { return o.RequestReturn(back("mug", 1), w.by("shopper")) },
		func(o *order.Order) (order.Change, error) { return o.RequestReturn(back("tea", 1), w.by("shopper")) },
		func(o *order.Order) (order.Change, error) {
			return o.ReceiveReturn(order.ReturnIDFor(o.ID(), "b-mug"), came(w.desk, "mug", 1, 0), w.by("staff:1"))
		},
		func(o *order.Order) (order.Change, error) {
			return o.ReceiveReturn(order.ReturnIDFor(o.ID(), "b-tea"), came(w.desk, "tea", 0, 1), w.by("staff:1"))
		},
		func(o *order.Order) (order.Change, error) { return o.Expire(w.by("sweep")) },
		func(o *order.Order) (order.Change, error) { return o.Finish(w.by("sweep")) },
	}).Draw(w.t, "wish"))
}

// machine is what the fulfillment machine does, under a try's name that may be an old one.
func (w *world) machine() {
	try := rapid.IntRange(max(w.o.Record().Try-1, 0), w.o.Record().Try).Draw(w.t, "try")
	w.step(rapid.SampledFrom([]func(*order.Order) (order.Change, error){
		func(o *order.Order) (order.Change, error) { return o.Prepare(try, w.by("fulfillment")) },
		func(o *order.Order) (order.Change, error) { return o.AwaitShipment(try, "t", w.by("fulfillment")) },
		func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(w.by("fulfillment")) },
		fail(w.desk, try),
	}).Draw(w.t, "task"))
}

// onward is what comes next when all goes well.
func (w *world) onward() {
	r := w.o.Record()
	next := map[order.Status]func(*order.Order) (order.Change, error){
		order.Confirmed:  func(o *order.Order) (order.Change, error) { return o.Prepare(r.Try, w.by("fulfillment")) },
		order.Fulfilling: ship(w.desk, fmt.Sprint("n", len(r.Shipments))),
		order.Shipped:    func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", w.by("staff:1")) },
		order.Delivered:  func(o *order.Order) (order.Change, error) { return o.Finish(w.by("sweep")) },
	}
	a, open := w.o.OpenAttempt()
	switch {
	case open && a.State == payment.Initiating:
		w.step(ready(w.desk, a.ID))
	case r.Status == order.Fulfilling && r.TaskIn == 0:
		w.step(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(r.Try, "t", w.by("fulfillment")) })
	case next[r.Status] != nil:
		w.step(next[r.Status])
	}
	for _, m := range r.Owed {
		w.step(func(o *order.Order) (order.Change, error) { return o.MailSent(m.Kind, m.N, w.by("notify")) })
	}
}

func (w *world) begin() {
	key := fmt.Sprint(rapid.IntRange(0, 4).Draw(w.t, "key"))
	id := order.AttemptIDFor(w.o.ID(), key)
	w.step(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: key, Print: "f", Gateway: "stripe", Mode: payment.Hosted, Manual: key > "2"}, w.by("shopper"))
	})
	if _, there := w.o.Attempt(id); there && !slices.Contains(w.attempts, id) {
		w.attempts = append(w.attempts, id)
	}
}

func anyLifeIsLawful(t *rapid.T) {
	w := newWorld(t)
	w.begin()
	for range rapid.IntRange(50, 150).Draw(t, "steps") {
		w.wait(time.Duration(rapid.Int64Range(0, int64(20*time.Minute)).Draw(t, "later")))
		rapid.SampledFrom([]func(){w.begin, w.pay, w.pay, w.stale, w.dispute, w.capture, w.refund, w.people, w.machine, w.onward, w.onward, w.onward}).Draw(t, "who")()
	}
}

func TestModel(t *testing.T) { rapid.Check(t, anyLifeIsLawful) }
func FuzzModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyLifeIsLawful)) }
