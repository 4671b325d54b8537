// Package reportledger shows staff what a day moved on every account of the ledger.
package reportledger

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

// Handler reports a day. Every field is required.
type Handler struct {
	// Closing gives what a day closed with; fault.NotFound if that was never stored: then the next one opens with nothing, and says so.
	Closing func(ctx context.Context, day string) ([]daybook.Balance, error)
	// Entries gives what settlements brought on a day.
	Entries func(ctx context.Context, day string) ([]reconcile.Entry, error)
	Placed  func(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error)
	// Late lists the changes of a day that have postings and are of orders placed on another.
	Late   func(ctx context.Context, day, cursor string, limit int) (changes []order.Change, next string, err error)
	Orders func(context.Context, []order.ID) ([]*order.Order, error)
	Chain  func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Now    func() time.Time
}

const (
	// pageSize is how many orders or changes are read at a time: as many as one batch read gives.
	pageSize = 100
	// pagesMax is how many pages one answer sums, within the function's time.
	pagesMax = 100
	// chainSize is how many changes of an order are read at a time; most have fewer.
	chainSize = 100
	// chainsAtOnce is how many orders' changes are read at the same time.
	chainsAtOnce = 16
)

// Handle answers GET /staff/reports/ledger?day=…&format=…: a whole day (today unless asked), per gateway and currency what each account
// opened with, what was debited and credited, and what it closes with. format is json unless csv is asked for.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin); err != nil {
		return apigw.Response{}, err
	}
	day, format := req.QueryStringParameters["day"], req.QueryStringParameters["format"]
	if day == "" {
		day = h.Now().UTC().Format(time.DateOnly)
	}
	if format != "" && format != "json" && format != "csv" {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "reportledger.Handle", Code: "format_invalid", At: "?format", Msg: "Must be json or csv."}
	}
	d, err := h.open(ctx, day)
	if err != nil {
		return apigw.Response{}, err
	}
	if err := h.fill(ctx, d, day); err != nil {
		return apigw.Response{}, err
	}
	if format == "csv" {
		return table(d.Report())
	}
	resp, err := apigw.JSON(http.StatusOK, d.Report())
	if err != nil {
		return apigw.Response{}, err
	}
	resp.Headers["Content-Disposition"] = named("inline", day, "json")
	return resp, nil
}

// named is a Content-Disposition. https://www.rfc-editor.org/rfc/rfc6266
func named(how, day, kind string) string { return how + `; filename="ledger-` + day + `.` + kind + `"` }

// open begins the day with what the one before closed with.
func (h Handler) open(ctx context.Context, day string) (*daybook.Day, error) {
	d, err := daybook.NewDay(day, nil, false)
	if err != nil {
		return nil, fault.At("?day", err)
	}
	opening, err := h.Closing(ctx, daybook.Before(day))
	if fault.Is(err, fault.NotFound) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	return daybook.NewDay(day, opening, true)
}

// fill adds what the day moved: settlements, changes of the orders placed on it, and of others. Errors: fault.Unavailable, code report_too_large,
// a day with more than one answer can sum.
func (h Handler) fill(ctx context.Context, d *daybook.Day, day string) error {
	settled, err := h.Entries(ctx, day)
	if err != nil {
		return err
	}
	for _, e := range settled {
		if err := d.Add(daybook.Entry{Gateway: e.Gateway, Currency: e.Currency, At: e.At, Source: e.Key, Postings: e.Postings}); err != nil {
			return err
		}
	}
	err = pages(func(cursor string) (string, error) {
		ids, next, err := h.Placed(ctx, day, cursor, pageSize)
		if err != nil {
			return "", err
		}
		return next, h.own(ctx, d, ids)
	})
	if err != nil {
		return err
	}
	return pages(func(cursor string) (string, error) {
		changes, next, err := h.Late(ctx, day, cursor, pageSize)
		if err != nil {
			return "", err
		}
		return next, h.late(ctx, d, changes)
	})
}

// pages calls page with each cursor, beginning with none, until there is no next.
func pages(page func(cursor string) (string, error)) error {
	cursor := ""
	for range pagesMax {
		var err error
		if cursor, err = page(cursor); err != nil || cursor == "" {
			return err
		}
	}
	return fault.New(fault.Unavailable, "reportledger.pages", "report_too_large", "This day has too many changes to sum up here.")
}

// own adds the changes of orders placed on the day; the day itself leaves out those of later days.
func (h Handler) own(ctx context.Context, d *daybook.Day, ids []order.ID) error {
	orders, err := h.Orders(ctx, ids)
	if err != nil {
		return err
	}
	entries, faults := make([][]daybook.Entry, len(orders)), make([]error, len(orders))
	var all sync.WaitGroup
	places := make(chan struct{}, chainsAtOnce)
	for i, o := range orders {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			entries[i], faults[i] = h.chain(ctx, o.Record())
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return add(d, slices.Concat(entries...))
}

// late adds changes of orders placed on other days. Only for an order paid at several gateways is its chain read.
func (h Handler) late(ctx context.Context, d *daybook.Day, changes []order.Change) error {
	var ids []order.ID
	for _, c := range changes {
		if !slices.Contains(ids, c.Order) {
			ids = append(ids, c.Order)
		}
	}
	orders, err := h.Orders(ctx, ids)
	if err != nil {
		return err
	}
	if len(orders) != len(ids) {
		return fault.New(fault.Internal, "reportledger.late", "order_missing", "")
	}
	for _, o := range orders {
		r := o.Record()
		gateway, one := daybook.GatewayOf(r)
		var chain []daybook.Entry
		if !one {
			if chain, err = h.chain(ctx, r); err != nil {
				return err
			}
		}
		for _, c := range changes {
			if c.Order != r.ID {
				continue
			}
			e := daybook.EntryOf(r, c, gateway)
			if i := slices.IndexFunc(chain, func(other daybook.Entry) bool { return other.Source == e.Source }); i >= 0 {
				e = chain[i]
			}
			if err := d.Add(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// chain reads all changes of an order and gives each its gateway.
func (h Handler) chain(ctx context.Context, r order.Record) ([]daybook.Entry, error) {
	var all []order.Change
	for {
		more, err := h.Chain(ctx, r.ID, len(all), chainSize)
		if err != nil {
			return nil, err
		}
		if all = append(all, more...); len(more) < chainSize {
			break
		}
	}
	gateway, one := daybook.GatewayOf(r)
	if !one {
		return daybook.Chain(r, all)
	}
	var out []daybook.Entry
	for _, c := range all {
		out = append(out, daybook.EntryOf(r, c, gateway))
	}
	return out, nil
}

func add(d *daybook.Day, entries []daybook.Entry) error {
	for _, e := range entries {
		if err := d.Add(e); err != nil {
			return err
		}
	}
	return nil
}

// table answers with the report as CSV, to be opened in a spreadsheet.
func table(r daybook.Report) (apigw.Response, error) {
	var b strings.Builder
	if err := r.CSV(&b); err != nil {
		return apigw.Response{}, fault.Wrap(fault.Internal, "reportledger.table", err)
	}
	resp, err := apigw.Empty(http.StatusOK)
	if err != nil {
		return apigw.Response{}, err
	}
	resp.Headers["Content-Type"] = "text/csv; charset=utf-8"
	resp.Headers["Content-Disposition"] = named("attachment", r.Day, "csv")
	resp.Body = b.String()
	return resp, nil
}
