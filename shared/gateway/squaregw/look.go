package squaregw

import (
	"context"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

const (
	// lookBefore and lookAfter are how far from an attempt's start orders are looked for that may be its own: clocks differ, and
	// starts are repeated.
	lookBefore, lookAfter = 5 * time.Minute, time.Hour
	// ordersPage is the most that one page of orders holds, without their items.
	// https://developer.squareup.com/reference/square/orders-api/search-orders
	ordersPage = 500
	// pagesMax bounds the calls of one look: 5,000 orders made within about an hour.
	pagesMax = 10
)

// look finds the order of an attempt by our reference, among those that were made when it was started. What is looked for is never in a
// shopper's hands: its answer was lost.
func (g *Gateway) look(ctx context.Context, op string, a payment.Attempt) (string, error) {
	query := object{
		"filter": object{
			"state_filter": object{"states": []string{orderOpen, orderCompleted, orderCanceled, orderDraft}},
			"date_time_filter": object{"created_at": object{
				"start_at": a.At.Add(-lookBefore).UTC().Format(time.RFC3339), "end_at": a.At.Add(lookAfter).UTC().Format(time.RFC3339)}},
		},
		"sort": object{"sort_field": "CREATED_AT", "sort_order": "ASC"},
	}
	cursor := ""
	for range pagesMax {
		body := object{"location_ids": []string{g.location}, "query": query, "limit": ordersPage}
		if cursor != "" {
			body["cursor"] = cursor
		}
		var page struct {
			Orders []orderWire `json:"orders"`
			Cursor string      `json:"cursor"`
		}
		if err := g.search(ctx, op, "/v2/orders/search", body, &page); err != nil {
			return "", err
		}
		for _, o := range page.Orders {
			if a.ID != "" && o.Metadata[attemptKey] == string(a.ID) && payment.IsRef(o.ID, 192) {
				return o.ID, nil
			}
		}
		if cursor = page.Cursor; cursor == "" {
			return "", notFound(op)
		}
	}
	return "", fault.New(fault.Unavailable, op, "too_many_payments", payment.RefusalText(fault.Unavailable))
}
