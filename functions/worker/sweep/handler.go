// Package sweep heals what was lost on the way: every minute it looks at all that is overdue and does what should have been
// done.
package sweep

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"till/shared/cashier"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/planted"
	"till/shared/telemetry"
)

// Handler sweeps. Every field is required.
type Handler struct {
	Cashier     cashier.Cashier
	Ending      cashier.Ending
	DueOrders   func(ctx context.Context, before time.Time, limit int) ([]order.ID, error)
	DueEvents   func(ctx context.Context, before time.Time, limit int) ([]string, error)
	EventsIn    func(ctx context.Context, state inbox.State, cursor string, limit int) (keys []string, next string, err error)
	Event       func(ctx context.Context, key string) (inbox.Item, error)
	ByRef       func(ctx context.Context, gateway, ref string) (order.ID, error)
	Settle      func(ctx context.Context, key string, next inbox.State, reason string, now time.Time) error
	Events      func(ctx context.Context, body string) error // To the events queue.
	Fulfillment func(ctx context.Context, body string) error // To the fulfillment queue.
	Mail        func(ctx context.Context, body string) error // To the mail queue.
	// Shipped tells the machine that its order is shipped. A task that is answered already is no error.
	Shipped func(ctx context.Context, token string) error
	Now     func() time.Time
	Log     *slog.Logger
	Meter   *telemetry.Metrics
}

const (
	pageSize = 100
	// roundsMax bounds one run; what is left is overdue still, and the next minute's run takes it.
	roundsMax = 20
	// failuresMax is how many events may fail in one run until the rest waits for the next: then it is the queue or the store that is down.
	failuresMax = 10
	// reserve is the time that must be left to begin with another order: a gateway's call and what stores its answer.
	reserve = 10 * time.Second
)

// Handle is one run. An order or event that cannot be helped now does not keep the others waiting. Errors: joined, those of the
// lists and of events.
func (h Handler) Handle(ctx context.Context) error {
	err := errors.Join(h.events(ctx), h.arrivals(ctx), h.orders(ctx))
	if err == nil {
		h.Meter.Count(telemetry.SweepDone, 1, telemetry.Dimension{})
	}
	return err
}

// events sends every event again that should be applied by now, and puts off the next time. One that cannot be sent keeps no other waiting.
func (h Handler) events(ctx context.Context) error {
	now := h.Now()
	due, err := h.DueEvents(ctx, now, pageSize)
	if err != nil {
		return err
	}
	oldest, failed := time.Duration(0), []error(nil)
	for _, key := range due {
		parked, err := h.event(ctx, key, now)
		oldest = max(oldest, parked)
		if err != nil {
			failed = append(failed, err)
		}
		if len(failed) >= failuresMax || err != nil && h.over(ctx) {
			break
		}
	}
	h.Meter.Seconds(telemetry.InboxParked, oldest, telemetry.Dimension{})
	return errors.Join(failed...)
}

// event sends one again, and gives for how long it has been parked.
func (h Handler) event(ctx context.Context, key string, now time.Time) (parked time.Duration, err error) {
	item, err := h.Event(ctx, key)
	if fault.Is(err, fault.NotFound) || (err == nil && (item.State.Settled() || item.Due.After(now))) {
		return 0, nil // The index was behind.
	}
	if err != nil {
		return 0, err
	}
	if planted.Bug(13) && !item.LeaseUntil.IsZero() {
		return 0, nil
	}
	if item.State == inbox.Parked {
		parked = now.Sub(item.ReceivedAt)
	}
	if err := h.Events(ctx, message.ForEvent(key)); err != nil {
		return parked, err
	}
	if err := h.Settle(ctx, key, item.State, item.Reason, now); err != nil && fault.Code(err) != "inbox_settled" {
		return parked, err // It is sent once more in a minute, which the worker bears.
	}
	return parked, nil
}

func (h Handler) orders(ctx context.Context) error {
	seen := map[order.ID]bool{}
	for range roundsMax {
		due, err := h.DueOrders(ctx, h.Now(), pageSize)
		if err != nil {
			return err
		}
		fresh := 0
		for _, id := range due {
			if seen[id] {
				continue
			}
			seen[id] = true
			fresh++
			if h.over(ctx) {
				return nil
			}
			if err := h.heal(ctx, id); err != nil {
				h.Log.LogAttrs(ctx, slog.LevelWarn, "sweep_failed", slog.String("order_id", string(id)),
					slog.String("kind", fault.KindOf(err).String()), slog.String("code", fault.Code(err)), slog.Any("err", err))
			}
		}
		if fresh == 0 || len(due) < pageSize {
			break
		}
	}
	return nil
}

// over tells whether the run's time is nearly over.
func (h Handler) over(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() != nil || (limited && deadline.Sub(h.Now()) < reserve)
}

// heal does all that is overdue about one order, then marks it as looked at, so that what brought no news is asked again
// later.
func (h Handler) heal(ctx context.Context, id order.ID) error {
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return err
	}
	now := h.Now()
	if due := o.Record().Due; due.IsZero() || due.After(now) {
		return nil // The index was behind.
	}
	h.Meter.Seconds(telemetry.OrdersOverdue, now.Sub(o.Record().Due), telemetry.Dimension{})
	if o.Lapsing(now) {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "capture_expiring", slog.String("order_id", string(id)))
		h.Meter.Count(telemetry.CapturesExpiring, 1, telemetry.Dimension{})
	}
	if o.Unanswered(now) {
		h.Meter.Count(telemetry.DisputesDue, 1, telemetry.Dimension{})
	}
	h.unsent(ctx, o)
	var failed []error
	tasks := o.Overdue(now)
	for _, task := range tasks {
		if err := h.do(ctx, o, task); err != nil {
			failed = append(failed, err)
		}
	}
	asked := func(o *order.Order) (order.Change, error) {
		if due := o.Record().Due; due.IsZero() || due.After(now) {
			return order.Change{}, nil
		}
		return o.Asked(order.By{Who: "sweep", At: h.Now()})
	}
	var after *order.Order
	if len(tasks) == 0 { // Most only wait for people: nothing has been done that it would have to be read again for.
		after, _, err = h.Cashier.Book.ChangeFrom(ctx, o, asked)
	} else {
		after, _, err = h.Cashier.Book.Change(ctx, id, asked)
	}
	if err == nil {
		h.limbo(ctx, after)
	}
	return errors.Join(append(failed, err)...)
}

// unsent wakes somebody about mails that do not go out, by the order's name.
func (h Handler) unsent(ctx context.Context, o *order.Order) {
	late, given := o.UnsentMails(h.Now())
	for what, mails := range map[string][]order.Message{"mail_late": late, "mail_given_up": given} {
		for _, m := range mails {
			h.Log.LogAttrs(ctx, slog.LevelWarn, what, slog.String("order_id", string(o.ID())), slog.String("kind", m.Kind), slog.Int("tries", m.Tries))
			h.Meter.Count(telemetry.MailsUnsent, 1, telemetry.Dimension{})
		}
	}
}

// limbo wakes somebody about each thing whose outcome has not become known, by the order's name.
func (h Handler) limbo(ctx context.Context, o *order.Order) {
	now := h.Now()
	for _, l := range o.Limbo() {
		waited := now.Sub(l.Since)
		if waited < order.LimboAfter {
			continue
		}
		h.Log.LogAttrs(ctx, slog.LevelError, "money_in_limbo", slog.String("order_id", string(o.ID())), slog.String("what", l.What),
			slog.String("id", l.ID), slog.String("gateway", l.Gateway), slog.Int("minutes", int(waited.Minutes())))
		h.Meter.Seconds(telemetry.MoneyInLimbo, waited, telemetry.Dimension{})
	}
}

var sweeper = cashier.Who{Who: "sweep"}

func (h Handler) do(ctx context.Context, o *order.Order, task order.Task) error {
	id, r := o.ID(), o.Record()
	switch task {
	case order.AskPayment:
		a, open := o.OpenAttempt()
		if !open {
			return nil
		}
		_, _, err := h.Cashier.Settle(ctx, id, a.ID, sweeper)
		return err
	case order.AskCapture:
		t, open := o.OpenCapture()
		if !open {
			return nil
		}
		_, err := h.Cashier.TakeCapture(ctx, id, t.ID, sweeper)
		return err
	case order.WarnOfLapse:
		_, err := h.Cashier.Lapse(ctx, id, sweeper)
		return err
	case order.Renew:
		_, err := h.Cashier.Renew(ctx, o, sweeper)
		return err
	case order.AskDispute:
		return h.Cashier.Disputes(ctx, o, sweeper)
	case order.AskRefund:
		return h.refunds(ctx, o)
	case order.EndUnpaid:
		return h.expire(ctx, id)
	case order.BeginAgain:
		return h.Fulfillment(ctx, message.ForFulfillment(id, r.Try))
	case order.AnswerTask:
		return h.answer(ctx, o)
	case order.FinishOrder:
		_, _, err := h.Cashier.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
			return o.Finish(order.By{Who: "sweep", At: h.Now()})
		})
		return err
	case order.MailAgain:
		for _, m := range o.DueMails(h.Now()) {
			if err := h.Mail(ctx, message.ForMail(id, m.N, m.Kind)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h Handler) refunds(ctx context.Context, o *order.Order) error {
	var failed []error
	for _, r := range o.OpenRefunds() {
		if _, err := h.Cashier.Refund(ctx, o.ID(), r.ID, sweeper); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// expire ends an unpaid order: at the gateway first, so that nobody can pay for stock that is given back. What was paid in
// the meantime confirms it instead.
func (h Handler) expire(ctx context.Context, id order.ID) error {
	if _, err := h.Cashier.Close(ctx, id, sweeper); err != nil {
		return err
	}
	_, _, err := h.Cashier.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
		if r := o.Record(); !r.Status.Payable() || r.HoldsMoney() || h.Now().Before(r.ExpiresAt) {
			return order.Change{}, nil
		}
		return o.Expire(order.By{Who: "sweep", At: h.Now()})
	})
	return err
}

// answer tells the machine what became of the order that it waits with, and closes the order's side: of a machine that is
// there no more nobody else would. What the machine's last task then does is a repeat.
func (h Handler) answer(ctx context.Context, o *order.Order) error {
	r := o.Record()
	cancelled := r.Status == order.Cancelled
	if r.TaskIn == 0 || (!cancelled && !o.AllShipped()) {
		return nil
	}
	c, err := h.Ending.Task(ctx, r.ID, r.TaskIn)
	if err != nil {
		return err
	}
	tell := h.Shipped
	if cancelled {
		tell = h.Ending.Stop
	}
	if err := tell(ctx, c.Task); err != nil {
		return err
	}
	_, _, err = h.Cashier.Book.Change(ctx, r.ID, func(o *order.Order) (order.Change, error) {
		by := order.By{Who: "sweep", At: h.Now()}
		switch now := o.Record(); {
		case now.TaskIn != r.TaskIn:
			return order.Change{}, nil // A later task waits.
		case now.Status == order.Cancelled:
			return o.FailFulfillment(now.Try, by)
		default:
			return o.CloseFulfillment(by)
		}
	})
	return err
}
