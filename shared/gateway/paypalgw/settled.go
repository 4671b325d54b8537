package paypalgw

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"till/shared/fault"
	"till/shared/settlement"
)

var _ settlement.Teller = (*Gateway)(nil)

const (
	transactionsPath = "/v1/reporting/transactions"
	// settledPage is the largest page, and settledPages how many a search gives. https://developer.paypal.com/docs/api/transaction-search/v1/
	settledPage  = 500
	settledPages = 20
	// settledSpan is the longest time that one search may be about.
	settledSpan = 31 * 24 * time.Hour
)

// Settled searches transactions, which PayPal lists up to three hours after they were made. The app must have the feature "Transaction
// Search". cursor is the number of the page. Errors: as settlement.Teller; fault.Invalid: cursor_invalid, span_invalid.
func (g *Gateway) Settled(ctx context.Context, from, to time.Time, cursor string) (settlement.Page, error) {
	const op = "paypalgw.Settled"
	number := 1
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 2 || n > settledPages {
			return settlement.Page{}, fault.New(fault.Invalid, op, "cursor_invalid", "")
		}
		number = n
	}
	if !from.Before(to) || to.Sub(from) > settledSpan {
		return settlement.Page{}, fault.New(fault.Invalid, op, "span_invalid", "")
	}
	query := url.Values{"start_date": {from.UTC().Format(time.RFC3339)}, "end_date": {to.Add(-time.Second).UTC().Format(time.RFC3339)},
		"fields": {"transaction_info"}, "balance_affecting_records_only": {"Y"},
		"page_size": {strconv.Itoa(settledPage)}, "page": {strconv.Itoa(number)}}
	var answer json.RawMessage
	if err := g.get(ctx, op, transactionsPath+"?"+query.Encode(), &answer); err != nil {
		return settlement.Page{}, err
	}
	var pages struct {
		Total int `json:"total_pages"`
	}
	if json.Unmarshal(answer, &pages) != nil {
		return settlement.Page{}, unreadable(op)
	}
	if pages.Total > settledPages {
		return settlement.Page{}, fault.New(fault.TooLarge, op, "settlement_too_large", "") // Ask for less: of the rest PayPal would say nothing.
	}
	out, err := settlement.ReadPage(answer, settlement.PayPalAPI)
	if err == nil && number < pages.Total {
		out.Next = strconv.Itoa(number + 1)
	}
	return out, err
}
