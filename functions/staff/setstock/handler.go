// Package setstock shows staff a product's stock and takes in what they have counted, brought, taken or decided.
package setstock

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/shop"
)

// Handler keeps stock. Every field is required.
type Handler struct {
	Shop    shop.Read // What staff have decided.
	Spread  func(context.Context, catalog.SKU) (catalog.Spread, error)
	Enter   func(context.Context, catalog.SKU, catalog.Wish) (catalog.Stock, error)
	Entries func(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error)
	Watched func(ctx context.Context, cursor string, limit int) ([]catalog.Watch, string, error)
	Stocks  func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Checked func(context.Context) (catalog.StockCheck, error)
	Now     func() time.Time
}

// RouteEntries is the route by which units come and go.
const RouteEntries = "POST /staff/stock/{sku}/entries"

const pageSize = 20

type countRequest struct {
	OnHand    *int64  `json:"on_hand" fault:"quantity_invalid"`
	Reason    string  `json:"reason" fault:"reason_invalid"`
	Reference string  `json:"reference" fault:"reference_invalid"`
	Backorder *int64  `json:"backorder" fault:"quantity_invalid"`
	Expected  *string `json:"expected_on" fault:"day_invalid"`
	Location  string  `json:"location" fault:"location_invalid"`
	Counters  *int64  `json:"counters" fault:"counters_invalid"`
	Low       *int64  `json:"low_below" fault:"quantity_invalid"`
}

type entryRequest struct {
	Change    int64  `json:"change" fault:"quantity_invalid"`
	Reason    string `json:"reason" fault:"reason_invalid"`
	Reference string `json:"reference" fault:"reference_invalid"`
	Location  string `json:"location" fault:"location_invalid"`
	To        string `json:"to" fault:"location_invalid"`
	Quantity  int64  `json:"quantity" fault:"quantity_invalid"`
}

type answer struct {
	SKU         catalog.SKU          `json:"sku"`
	OnHand      int64                `json:"on_hand"`
	Free        int64                `json:"free"`
	Reserved    int64                `json:"reserved"`
	Sold        int64                `json:"sold"`
	Backorder   int64                `json:"backorder,omitempty"`
	Expected    string               `json:"expected_on,omitempty"`
	LowBelow    int64                `json:"low_below,omitempty"`
	Low         bool                 `json:"low,omitempty"`
	Locations   []place              `json:"locations,omitempty"`
	Differences []catalog.Difference `json:"differences,omitempty"`
	Checked     *time.Time           `json:"checked_at,omitempty"`
	Entries     []catalog.Entry      `json:"entries,omitempty"`
	Next        string               `json:"next,omitempty"`
}

// place is a product's stock at one location.
type place struct {
	Location catalog.Location `json:"location"`
	OnHand   int64            `json:"on_hand"`
	Free     int64            `json:"free"`
	Reserved int64            `json:"reserved"`
	Sold     int64            `json:"sold"`
	Counters int              `json:"counters"`
}

func view(s catalog.Stock) answer {
	return answer{SKU: s.SKU, OnHand: s.OnHand(), Free: s.Free, Reserved: s.Reserved, Sold: s.Sold, Backorder: s.Backorder, Expected: s.Expected}
}

// Handle answers GET /staff/stock, GET and PUT /staff/stock/{sku} and POST /staff/stock/{sku}/entries.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if req.RouteKey == RouteWatched {
		return h.watched(ctx, req)
	}
	sku, unknown := catalog.ParseSKU(req.PathParameters["sku"])
	if unknown != nil {
		unknown = fault.New(fault.NotFound, "setstock.Handle", "not_found", "")
	}
	if req.RequestContext.HTTP.Method == http.MethodGet {
		if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
			return apigw.Response{}, err
		}
		if unknown != nil {
			return apigw.Response{}, unknown
		}
		return h.show(ctx, sku, req.QueryStringParameters["next"])
	}
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	who, err := apigw.RequireStaff(req, h.Now(), apigw.Packer, apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	w := catalog.Wish{Entry: catalog.Entry{By: "staff:" + who.Sub, At: h.Now().UTC().Truncate(time.Millisecond)}, Over: catalog.AnyEntry}
	if req.RouteKey == RouteEntries {
		key, err := apigw.IdempotencyKey(req)
		if err != nil {
			return apigw.Response{}, err
		}
		sum := sha256.Sum256([]byte(key))
		w.Key = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	condition, err := apigw.ReadCondition(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	if err := h.wish(ctx, req, body, sku, &w); err != nil {
		return apigw.Response{}, err
	}
	if unknown != nil {
		return apigw.Response{}, unknown
	}
	if err := errors.Join(w.Check()...); err != nil {
		return apigw.Response{}, err
	}
	if condition.Sent() && w.Key == "" {
		if w.Over, err = h.last(ctx, sku); err != nil {
			return apigw.Response{}, err
		}
		if err := condition.Allows(w.Over); err != nil {
			return apigw.Response{}, err
		}
	}
	s, err := h.Enter(ctx, sku, w)
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, view(s))
}

// wish reads what is to be done.
func (h Handler) wish(ctx context.Context, req apigw.Request, body *apigw.Body, sku catalog.SKU, w *catalog.Wish) error {
	if req.RouteKey == RouteEntries {
		var r entryRequest
		misshapen, err := body.Shape(&r)
		if err != nil {
			return err
		}
		w.Change, w.Reason, w.Reference, w.Moved = r.Change, r.Reason, r.Reference, r.Quantity
		elsewhere := h.places(ctx, sku, w, r.Location, r.To)
		if elsewhere != nil && !fault.Is(elsewhere, fault.Invalid) {
			return elsewhere
		}
		faults := []error{misshapen, elsewhere}
		switch {
		case r.To != "" && r.Change != 0:
			faults = append(faults, invalid("quantity_invalid", "#/change", "Nothing comes or goes when units are brought to another location."))
		case r.To == "" && r.Quantity != 0:
			faults = append(faults, invalid("quantity_invalid", "#/quantity", "Must be left out, unless units are brought to another location."))
		case r.To == "" && r.Change == 0:
			faults = append(faults, invalid("quantity_invalid", "#/change", "Must say how many units have come, or below zero how many are gone."))
		}
		if r.Reason == "" {
			faults = append(faults, invalid("reason_invalid", "#/reason", "Must say why: received, damaged, lost."))
		}
		return errors.Join(faults...)
	}
	var r countRequest
	misshapen, err := body.Shape(&r)
	if err != nil {
		return err
	}
	w.Counted, w.Reason, w.Reference, w.Low = r.OnHand, r.Reason, r.Reference, r.Low
	if r.Counters != nil {
		if w.Counters = int(min(*r.Counters, catalog.CountersMax+1)); *r.Counters < 1 {
			misshapen = errors.Join(misshapen, invalid("counters_invalid", "#/counters", "Must be a whole number from 1 to 16."))
		}
	}
	elsewhere := h.places(ctx, sku, w, r.Location, "")
	if elsewhere != nil && !fault.Is(elsewhere, fault.Invalid) {
		return elsewhere
	}
	faults := []error{misshapen, elsewhere}
	if r.OnHand == nil && r.Backorder == nil && r.Expected == nil && r.Counters == nil && r.Low == nil {
		faults = append(faults, invalid("quantity_invalid", "#/on_hand", "Must say how many units are on hand."))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if r.Backorder == nil && r.Expected == nil || sku == "" {
		return nil
	}
	old, err := h.Spread(ctx, sku)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	w.Plan = &catalog.Plan{Backorder: old.Backorder, Expected: old.Expected}
	if r.Backorder != nil {
		w.Plan.Backorder = *r.Backorder
	}
	if r.Expected != nil {
		w.Plan.Expected = *r.Expected
	}
	return nil
}

// places notes where an entry is. Errors: fault.Invalid: location_invalid; location_unknown, of a location that neither the settings nor
// the product have.
func (h Handler) places(ctx context.Context, sku catalog.SKU, w *catalog.Wish, at, to string) error {
	if at == "" && to == "" {
		return nil
	}
	if to != "" && at == "" {
		at = string(catalog.Main)
	}
	w.Location, w.To = catalog.Location(at), catalog.Location(to)
	decided, err := h.Shop(ctx)
	if err != nil || sku == "" {
		return err
	}
	old, err := h.Spread(ctx, sku)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	var faults []error
	for _, each := range [...]struct{ at, name string }{{"#/location", at}, {"#/to", to}} {
		l, err := catalog.ParseLocation(each.name)
		if err != nil {
			faults = append(faults, fault.At(each.at, err))
		} else if !decided.Keeps(l) && !old.Has(l) {
			faults = append(faults, invalid("location_unknown", each.at, "The shop keeps no goods there. Add the location to its settings first."))
		}
	}
	return errors.Join(faults...)
}

func invalid(code, at, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "setstock.Handle", Code: code, At: at, Msg: msg}
}

// last is the number of the last entry, 0 if there is none.
func (h Handler) last(ctx context.Context, sku catalog.SKU) (int, error) {
	entries, err := h.Entries(ctx, sku, 0, 1)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	return entries[0].N, nil
}

// show answers with the stock and what staff did to it, newest first. The entries are read first: their number, the ETag, is then never
// newer than the counters beside it.
func (h Handler) show(ctx context.Context, sku catalog.SKU, cursor string) (apigw.Response, error) {
	name, before := "stock "+string(sku), 0
	if cursor != "" {
		text, err := apigw.DecodeCursor(name, cursor)
		if err != nil {
			return apigw.Response{}, err
		}
		if before, err = strconv.Atoi(text); err != nil || before < 1 {
			return apigw.Response{}, &fault.Error{Kind: fault.Unreadable, Op: "setstock.show", Code: "cursor_invalid", At: "?next",
				Msg: "Must be the next of a page of this list."}
		}
	}
	entries, err := h.Entries(ctx, sku, before, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	s, err := h.Spread(ctx, sku)
	if err != nil {
		return apigw.Response{}, err
	}
	a := view(s.Stock())
	a.Entries, a.LowBelow, a.Low = entries, s.Low, a.Free < s.Low
	check, err := h.Checked(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	if !check.At.IsZero() {
		a.Checked, a.Differences = &check.At, check.Of(sku)
	}
	for _, p := range s.Layout {
		at := s.At(p.Location)
		a.Locations = append(a.Locations, place{p.Location, at.OnHand(), at.Free, at.Reserved, at.Sold, p.Counters})
	}
	if len(entries) == pageSize && entries[pageSize-1].N > 1 {
		if a.Next, err = apigw.EncodeCursor(name, strconv.Itoa(entries[pageSize-1].N)); err != nil {
			return apigw.Response{}, err
		}
	}
	if len(entries) == 0 || before > 0 {
		return apigw.JSON(http.StatusOK, a)
	}
	return apigw.JSON(http.StatusOK, a, apigw.ETag(entries[0].N))
}
