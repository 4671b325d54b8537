// Package settle compares the books with what the gateways have settled, each day, mends what it can, and closes the day.
package settle

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"till/shared/cashier"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
	"till/shared/telemetry"
)

// Handler settles. Every field is required.
type Handler struct {
	Gateways []string // Their names; one that the shop has no account with is passed over.
	Cashier  cashier.Cashier
	Books    daybook.Source
	// ByRef gives the order that a gateway's reference leads to; fault.NotFound if there is none.
	ByRef       func(ctx context.Context, gateway, ref string) (order.ID, error)
	SaveEntry   func(context.Context, reconcile.Entry) error
	SaveClosing func(ctx context.Context, day string, closing []daybook.Balance) error
	Save        func(context.Context, reconcile.Findings) error
	Now         func() time.Time
	Log         *slog.Logger
	Meter       *telemetry.Metrics
}

const (
	// window is how many days each run looks at: what one run misses, the next ones see, and no cursor can be lost or wrong. Stripe and
	// PayPal list money within hours, Square when it is paid out.
	window = 10
	// lag is how long money may be on its way into a settlement: two working days and a long weekend.
	lag = 5 * 24 * time.Hour
	day = 24 * time.Hour
)

var settler = cashier.Who{Who: "settle"}

// Handle is one run: about the days before today (UTC). It is due some hours after midnight, since a gateway lists the last of a day with
// delay. Errors: joined; the next run looks at the same days again.
func (h Handler) Handle(ctx context.Context) error {
	today := h.Now().UTC().Truncate(day)
	return errors.Join(h.compare(ctx, today), h.closeDays(ctx, today))
}

// compare holds the books against the settlements. What differs is fetched from its gateway first, and compared once more: a webhook
// that was lost for good is no difference that people must look at.
func (h Handler) compare(ctx context.Context, today time.Time) error {
	from := today.Add(-window * day)
	found := reconcile.Findings{Day: today.Add(-day).Format(time.DateOnly), From: from, At: h.Now().UTC().Truncate(time.Second)}
	said := h.ask(ctx, from, today, &found)
	orders, err := h.orders(ctx, from, today, said)
	if err != nil {
		return err
	}
	result := h.match(said, orders, from, today)
	if ids := h.mend(ctx, result.Differences, orders, said); len(ids) > 0 {
		if err := orders.again(ctx, h.Books.Orders, ids); err != nil {
			return err
		}
		before := len(result.Differences)
		result = h.match(said, orders, from, today)
		found.Mended = max(before-len(result.Differences), 0)
	}
	found.Keep(result.Differences)
	found.Waiting = len(result.Waiting)
	h.tell(ctx, found)
	return errors.Join(said.fault, h.book(ctx, result.Journal), h.Save(ctx, found))
}

// match compares what the gateways said with the orders. Of what is older than the window only a part of the rows is seen: nothing is
// concluded of it.
func (h Handler) match(said *said, orders *orders, from, to time.Time) reconcile.Result {
	book, old := orders.book(from)
	m := reconcile.New(book, reconcile.Options{Gateways: said.asked, From: from, AsOf: to, Lag: lag, ByDay: true})
	for _, r := range said.records {
		m.Add(r)
	}
	result := m.Result()
	var keep []reconcile.Difference
	for _, f := range said.faults {
		keep = append(keep, reconcile.Unread(f.gateway, f.Fault))
	}
	for _, d := range result.Differences {
		if !old[thing{d.Subject, d.Gateway, d.Attempt, d.Refund, d.Ref}] {
			keep = append(keep, d)
		}
	}
	result.Differences = keep
	return result
}

// book stores what the settlements bring into the ledger, dated today. What is stored already stays as it is.
func (h Handler) book(ctx context.Context, journal []reconcile.Entry) error {
	for _, e := range journal {
		e.At = h.Now().UTC().Truncate(time.Millisecond)
		if err := h.SaveEntry(ctx, e); err != nil && fault.Code(err) != "entry_differs" {
			return err
		}
	}
	return nil
}

// toldMax bounds how many differences are written into the log; all that are kept are in the report.
const toldMax = 50

// tell wakes somebody about differences, by the orders' names. A gateway that could not be asked is one, too.
func (h Handler) tell(ctx context.Context, f reconcile.Findings) {
	for _, d := range f.Differences[:min(len(f.Differences), toldMax)] {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "settlement_differs", slog.String("code", string(d.Code)), slog.String("gateway", d.Gateway),
			slog.String("ref", d.Ref), slog.String("order_id", d.Order), slog.String("attempt_id", d.Attempt))
	}
	h.Meter.Count(telemetry.LedgerDifference, len(f.Differences)+f.Left, telemetry.Dimension{})
}

// closeDays stores what each day closed with that is over and has no closing yet, since the last one that has. A shop's first closing is
// of the day before its first run.
func (h Handler) closeDays(ctx context.Context, today time.Time) error {
	first := today.Add(-day)
	for n := 1; n <= window; n++ {
		_, err := h.Books.Closing(ctx, today.Add(-time.Duration(n)*day).Format(time.DateOnly))
		if err == nil {
			first = today.Add(-time.Duration(n-1) * day)
			break
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	for at := first; at.Before(today); at = at.Add(day) {
		name := at.Format(time.DateOnly)
		report, err := h.Books.Day(ctx, name)
		if err != nil {
			return err
		}
		if !report.Balanced {
			h.Log.LogAttrs(ctx, slog.LevelError, "books_uneven", slog.String("day", name), slog.Any("sources", report.Uneven))
			h.Meter.Count(telemetry.LedgerDifference, 1, telemetry.Dimension{})
		}
		if err := h.SaveClosing(ctx, name, report.Closing()); err != nil {
			return err
		}
	}
	return nil
}

// mendMax bounds how many payments one run fetches.
const mendMax = 200

// mend brings the orders up to date about which a gateway and the books differ, as a webhook would. It gives those that learnt something.
func (h Handler) mend(ctx context.Context, differences []reconcile.Difference, orders *orders, said *said) []order.ID {
	type who struct {
		order   order.ID
		attempt payment.AttemptID
		dispute string
	}
	asked := map[who]bool{}
	var learnt []order.ID
	for _, d := range differences {
		if d.Code == reconcile.FeeDiffers || d.Subject == reconcile.Payout || d.Subject == reconcile.Row {
			continue // There is nothing to fetch.
		}
		id, attempt, known := orders.about(d, said)
		w := who{order: id, attempt: attempt}
		if d.Subject == reconcile.Dispute {
			w.dispute = d.Ref
		}
		if !known || asked[w] || len(asked) == mendMax {
			continue
		}
		asked[w] = true
		_, news, err := h.Cashier.SettleDisputes(ctx, id, attempt, said.disputes(d), settler)
		if err != nil {
			h.Log.LogAttrs(ctx, slog.LevelWarn, "settle_fetch_failed", slog.String("order_id", string(id)), slog.String("kind", fault.KindOf(err).String()),
				slog.String("code", fault.Code(err)))
			continue
		}
		if news != "" {
			learnt = append(learnt, id)
		}
	}
	return learnt
}
