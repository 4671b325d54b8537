package sweep

import (
	"context"
	"log/slog"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/payment"
)

// arrivalsMax is of how many parked events, the oldest first, it is looked each minute whether what they wait for has come.
const arrivalsMax = 50

// arrivals sends the parked events again whose order has come meanwhile, however long they would have waited yet. Where nothing is parked
// this is one look at an index that is empty.
func (h Handler) arrivals(ctx context.Context) error {
	keys, _, err := h.EventsIn(ctx, inbox.Parked, "", arrivalsMax)
	if err != nil {
		return err
	}
	for _, key := range keys {
		item, err := h.Event(ctx, key)
		if fault.Is(err, fault.NotFound) || err == nil && (item.State != inbox.Parked || !item.Due.After(h.Now()) || h.Now().Before(item.LeaseUntil)) {
			continue // Settled or taken meanwhile; or sent again just now, since its time had come.
		}
		if err != nil {
			return err
		}
		come, err := h.arrived(ctx, item.Event)
		if err != nil {
			return err
		}
		if !come {
			continue
		}
		if err := h.Events(ctx, message.ForEvent(key)); err != nil {
			return err
		}
		h.Log.LogAttrs(ctx, slog.LevelInfo, "event_arrived", slog.String("event_id", item.Event.ID), slog.String("type", item.Event.Type))
	}
	return nil
}

// arrived tells whether there is an attempt that an event is about: by our own reference in it, else by the gateway's.
func (h Handler) arrived(ctx context.Context, e payment.Event) (bool, error) {
	id, err := order.ParseID(e.Order)
	ours := err == nil && e.Attempt != ""
	if !ours {
		if e.Intent == "" {
			return false, nil
		}
		if id, err = h.ByRef(ctx, e.Gateway, e.Intent); err != nil {
			return false, unless(err, fault.NotFound)
		}
	}
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return false, unless(err, fault.NotFound)
	}
	for _, a := range o.Record().Attempts {
		if ours && a.ID == e.Attempt || !ours && a.Gateway == e.Gateway && a.Intent == e.Intent {
			return true, nil
		}
	}
	return false, nil
}

// unless is nil for an error of a kind.
func unless(err error, kind fault.Kind) error {
	if fault.Is(err, kind) {
		return nil
	}
	return err
}
