package reportledger

import (
	"context"
	"net/http"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/reconcile/daybook"
	"till/shared/routing"
)

// Gateways is the route of how the gateways did, and do.
const Gateways = "GET /staff/reports/gateways"

// ordersAtOnce is how many orders are read at a time: as many as one batch read gives.
const ordersAtOnce = 100

// did is how a gateway did on a day, and does now. All of it is safe to log.
type did struct {
	Gateway   string `json:"gateway"`
	Payments  int    `json:"payments"`
	Succeeded int    `json:"succeeded"`
	Declined  int    `json:"declined"`  // Ended unpaid, after a refusal of the card or the bank.
	Failed    int    `json:"failed"`    // Not begun.
	Abandoned int    `json:"abandoned"` // Ended unpaid, without a refusal.
	Open      int    `json:"open"`
	Unknown   int    `json:"unknown"`
	// Percent is Succeeded of all that succeeded, were declined or failed; nil if there is none.
	Percent *int              `json:"success_percent,omitempty"`
	State   routing.State     `json:"state"`
	Until   time.Time         `json:"until,omitzero"`
	Last    []routing.Failure `json:"last_failures,omitempty"`
	Heard   time.Time         `json:"heard,omitzero"`
	Missed  int               `json:"missed"`
}

type gatewaysAnswer struct {
	Day      string `json:"day"`
	Gateways []*did `json:"gateways"`
}

// gateways answers GET /staff/reports/gateways?day=…: what became of the payments of orders placed on the day (today unless asked), and how
// each gateway does now.
func (h Handler) gateways(ctx context.Context, day string) (apigw.Response, error) {
	if day == "" {
		day = h.Now().UTC().Format(time.DateOnly)
	}
	if _, err := daybook.NewDay(day, nil, false); err != nil {
		return apigw.Response{}, fault.At("?day", err)
	}
	breakers, err := h.Breakers(ctx, h.Gateways)
	if err != nil {
		return apigw.Response{}, err
	}
	out, of := gatewaysAnswer{Day: day}, map[string]*did{}
	for _, name := range h.Gateways {
		b := breakers[name]
		one := &did{Gateway: name, State: b.State(h.Now()), Last: b.Last, Heard: b.Heard, Missed: b.Missed}
		if one.State != routing.Closed {
			one.Until = b.Retry
		}
		out.Gateways, of[name] = append(out.Gateways, one), one
	}
	if err := h.placed(ctx, day, of); err != nil {
		return apigw.Response{}, err
	}
	for _, one := range out.Gateways {
		if ended := one.Succeeded + one.Declined + one.Failed; ended > 0 {
			percent := 100 * one.Succeeded / ended
			one.Percent = &percent
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

// placed counts the payments of the orders of a day. Errors: those of the store; fault.Unavailable, code report_too_large.
func (h Handler) placed(ctx context.Context, day string, of map[string]*did) error {
	cursor := ""
	for range h.Books.Pages {
		ids, next, err := h.Books.Placed(ctx, day, cursor, ordersAtOnce)
		if err != nil {
			return err
		}
		orders, err := h.Books.Orders(ctx, ids)
		if err != nil {
			return err
		}
		for _, o := range orders {
			count(o, of)
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
	return fault.New(fault.Unavailable, "reportledger.placed", "report_too_large", "This day has too many orders to sum up here.")
}

// count adds an order's payments.
func count(o *order.Order, of map[string]*did) {
	for _, a := range o.Record().Attempts {
		one, known := of[a.Gateway]
		if !known {
			continue
		}
		one.Payments++
		switch a.State {
		case payment.Captured, payment.Authorized:
			one.Succeeded++
		case payment.Failed:
			one.Failed++
		case payment.Canceled, payment.Expired:
			if a.LastError != "" {
				one.Declined++
			} else {
				one.Abandoned++
			}
		case payment.Unknown:
			one.Unknown++
		case payment.Initiating, payment.RequiresAction, payment.Processing:
			one.Open++
		}
	}
}
