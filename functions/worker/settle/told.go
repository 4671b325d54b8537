package settle

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
	"till/shared/settlement"
)

// said is what the gateways said.
type said struct {
	asked   []string // Those that answered to the end.
	records []settlement.Record
	faults  []unread
	fault   error // Why others did not.
}

type unread struct {
	gateway string
	settlement.Fault
}

const (
	// rowsMax bounds what one run holds in memory.
	rowsMax = 300_000
	// reserve is the time that must be left to ask for another page.
	reserve = 60 * time.Second
)

var errUnread = errors.New("the time was over before all was read")

// ask reads what every gateway settled. One that cannot be asked is left out whole: half of it would look like money that is missing.
func (h Handler) ask(ctx context.Context, from, to time.Time, found *reconcile.Findings) *said {
	all := &said{}
	for _, name := range h.Gateways {
		g, err := h.Cashier.Gateway(ctx, name)
		if fault.Code(err) == "gateway_unavailable" {
			continue
		}
		teller, can := g.(settlement.Teller)
		if err == nil && !can {
			continue
		}
		var one said
		if err == nil {
			err = h.read(ctx, name, teller, from, to, &one)
		}
		told := reconcile.Told{Gateway: name, Rows: len(one.records)}
		if err != nil {
			told.Rows, told.Fault = 0, "unread"
			if code := fault.Code(err); code != "" {
				told.Fault = code
			}
			h.Log.LogAttrs(ctx, slog.LevelWarn, "settlement_unread", slog.String("gateway", name), slog.String("kind", fault.KindOf(err).String()),
				slog.String("code", fault.Code(err)), slog.Any("err", err))
			all.fault = errors.Join(all.fault, err)
		} else {
			all.asked, all.records, all.faults = append(all.asked, name), append(all.records, one.records...), append(all.faults, one.faults...)
		}
		found.Gateways = append(found.Gateways, told)
	}
	return all
}

func (h Handler) read(ctx context.Context, name string, t settlement.Teller, from, to time.Time, out *said) error {
	for cursor, first := "", true; first || cursor != ""; first = false {
		if deadline, limited := ctx.Deadline(); limited && deadline.Sub(h.Now()) < reserve || len(out.records) > rowsMax {
			return errUnread
		}
		page, err := t.Settled(ctx, from, to, cursor)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			if r.Gateway == name {
				out.records = append(out.records, r)
			}
		}
		for _, f := range page.Faults {
			out.faults = append(out.faults, unread{name, f})
		}
		if page.Next == cursor {
			break // A list that goes in circles has ended.
		}
		cursor = page.Next
	}
	return nil
}

// orders are the orders that a comparison is about.
type orders struct {
	all   map[order.ID]order.Record
	ids   []order.ID
	byRef map[string]at // Made when it is asked for.
}

const (
	pageSize = 100
	// ordersMax bounds what one run holds in memory.
	ordersMax = 200_000
	// lookMax bounds how many rows that name no order of ours are looked up at their gateway.
	lookMax = 200
)

// orders loads the orders placed in the window, and older ones that the gateways name.
func (h Handler) orders(ctx context.Context, from, to time.Time, s *said) (*orders, error) {
	out := &orders{all: map[order.ID]order.Record{}}
	for at := from; at.Before(to); at = at.Add(day) {
		for cursor, first := "", true; first || cursor != ""; first = false {
			ids, next, err := h.Books.Placed(ctx, at.Format(time.DateOnly), cursor, pageSize)
			if err != nil {
				return nil, err
			}
			if len(out.all) > ordersMax {
				return nil, fault.New(fault.TooLarge, "settle.orders", "report_too_large", "")
			}
			if err := out.again(ctx, h.Books.Orders, ids); err != nil {
				return nil, err
			}
			cursor = next
		}
	}
	var named []order.ID
	seen := map[order.ID]bool{}
	for _, r := range s.records {
		id, err := order.ParseID(r.Order)
		if _, there := out.all[id]; err == nil && !there && !seen[id] {
			seen[id] = true
			named = append(named, id)
		}
	}
	for page := range slices.Chunk(append(named, h.unnamed(ctx, out, s)...), pageSize) {
		if err := out.again(ctx, h.Books.Orders, page); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unnamed finds orders for rows that name none of ours and that no order known so far explains: by the gateway's reference, else by
// asking the gateway for the metadata that we gave the payment.
func (h Handler) unnamed(ctx context.Context, o *orders, s *said) []order.ID {
	known := o.refs()
	var out []order.ID
	looked := map[string]bool{}
	for _, r := range s.records {
		ref := r.Payment
		if ref == "" {
			ref = r.Charge
		}
		key := r.Gateway + "#" + ref
		if r.Order != "" || ref == "" || known[r.Gateway+"#"+r.Payment] != (at{}) || known[r.Gateway+"#"+r.Charge] != (at{}) || looked[key] || len(looked) == lookMax {
			continue
		}
		looked[key] = true
		id, err := h.ByRef(ctx, r.Gateway, ref)
		if fault.Is(err, fault.NotFound) {
			var g payment.Gateway
			if g, err = h.Cashier.Gateway(ctx, r.Gateway); err == nil {
				var f payment.Facts
				if f, err = g.Find(ctx, ref); err == nil {
					id, err = order.ParseID(f.Order)
				}
			}
		}
		if err == nil {
			out = append(out, id) // Else it stays a difference: nobody knows it.
		}
	}
	return out
}

// again loads orders, also ones that are known and may have changed.
func (o *orders) again(ctx context.Context, load func(context.Context, []order.ID) ([]*order.Order, error), ids []order.ID) error {
	for page := range slices.Chunk(ids, pageSize) {
		loaded, err := load(ctx, page)
		if err != nil {
			return err
		}
		for _, each := range loaded {
			if _, there := o.all[each.ID()]; !there {
				o.ids = append(o.ids, each.ID())
			}
			r := each.Record() // Of all that it holds, only the money is needed here, of very many.
			o.all[each.ID()] = order.Record{ID: r.ID, Currency: r.Currency, Attempts: r.Attempts, Refunds: r.Refunds, Disputes: r.Disputes}
		}
	}
	o.byRef = nil
	return nil
}

// thing names what a difference is about.
type thing struct {
	about                         reconcile.Subject
	gateway, attempt, refund, ref string
}

// book is the orders as a settlement is compared with them, and which things in it are older than the window. Their fees are left
// out: they were booked when the first of their rows was seen.
func (o *orders) book(from time.Time) (reconcile.Book, map[thing]bool) {
	var b reconcile.Book
	for _, id := range o.ids {
		daybook.Items(&b, o.all[id])
	}
	old := map[thing]bool{}
	for about, items := range map[reconcile.Subject][]reconcile.Item{reconcile.Payment: b.Payments, reconcile.Refund: b.Refunds, reconcile.Dispute: b.Disputes} {
		for i := range items {
			if it := &items[i]; it.At.Before(from) {
				old[thing{about, it.Gateway, it.Attempt, it.Refund, it.Ref}] = true
				it.Fee, it.FeeKnown = 0, false
			}
		}
	}
	return b, old
}

// at is where a gateway's reference leads.
type at struct {
	order   order.ID
	attempt payment.AttemptID
}

// refs leads from gateways' references of payments to orders.
func (o *orders) refs() map[string]at {
	if o.byRef != nil {
		return o.byRef
	}
	out := map[string]at{}
	for _, id := range o.ids {
		for _, a := range o.all[id].Attempts {
			for _, ref := range [...]string{a.Intent, a.Session, a.Charge} {
				if ref != "" {
					out[a.Gateway+"#"+ref] = at{id, a.ID}
				}
			}
		}
	}
	o.byRef = out
	return out
}

// about says which payment of ours a difference is about: what it names itself, else where the rows lead that it was found in.
func (o *orders) about(d reconcile.Difference, s *said) (order.ID, payment.AttemptID, bool) {
	if r, known := o.all[order.ID(d.Order)]; known {
		for _, a := range r.Attempts {
			if a.ID == payment.AttemptID(d.Attempt) {
				return r.ID, a.ID, true
			}
		}
	}
	refs := o.refs()
	for _, r := range s.records {
		if r.Gateway != d.Gateway || d.Ref != r.Ref && d.Ref != r.ID && d.Ref != r.Payment && d.Ref != r.Charge {
			continue
		}
		for _, ref := range [...]string{r.Payment, r.Charge} {
			if to := refs[r.Gateway+"#"+ref]; to != (at{}) {
				return to.order, to.attempt, true
			}
		}
	}
	return "", "", false
}

// disputes are those that the rows name in which a difference was found.
func (s *said) disputes(d reconcile.Difference) []string {
	if d.Subject != reconcile.Dispute {
		return nil
	}
	var out []string
	for _, r := range s.records {
		about := r.Kind == settlement.Dispute || r.Kind == settlement.DisputeReversed
		if about && r.Gateway == d.Gateway && (d.Ref == r.Ref || d.Ref == r.ID || d.Ref == r.Payment || d.Ref == r.Charge) {
			out = append(out, r.Ref)
		}
	}
	return out
}
