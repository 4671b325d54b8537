// Package watchstock tells staff when little of a product is left, and once a day compares all stock with the records of what changed it.
package watchstock

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/telemetry"
)

// Handler watches stock. Every field is required.
type Handler struct {
	Watched func(ctx context.Context, cursor string, limit int) ([]catalog.Watch, string, error)
	Stocks  func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	// Told notes since when staff know that little is left; zero, that there is enough again. fault.Conflict if they decided anew meanwhile.
	Told     func(ctx context.Context, w catalog.Watch, since time.Time) error
	Products func(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error)
	Spread   func(context.Context, catalog.SKU) (catalog.Spread, error)
	Entries  func(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error)
	Placed   func(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error)
	Chain    func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Days     func(context.Context) ([]catalog.StockDay, error)
	SaveDay  func(context.Context, catalog.StockDay) error
	Checked  func(context.Context) (catalog.StockCheck, error) // The zero value, if there was none.
	Save     func(context.Context, catalog.StockCheck) error
	Now      func() time.Time
	Log      *slog.Logger
	Meter    *telemetry.Metrics
}

// pageSize is how many of anything are read at a time.
const pageSize = 100

// Handle is one run, of which one is due each quarter of an hour. Errors: joined; the next run does what this one did not.
func (h Handler) Handle(ctx context.Context) error {
	return errors.Join(h.low(ctx), h.drift(ctx))
}

// low tells of each watched product once when it falls below what staff said. Orders write nothing for that.
func (h Handler) low(ctx context.Context) error {
	for cursor := ""; ; {
		watches, next, err := h.Watched(ctx, cursor, pageSize)
		if err != nil {
			return err
		}
		if err := h.look(ctx, watches); err != nil {
			return err
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

// look tells first and notes it then: a run that is cut off between the two tells again, and no notice is lost.
func (h Handler) look(ctx context.Context, watches []catalog.Watch) error {
	if len(watches) == 0 {
		return nil
	}
	skus := make([]catalog.SKU, len(watches))
	for i, w := range watches {
		skus[i] = w.SKU
	}
	stocks, err := h.Stocks(ctx, skus)
	if err != nil {
		return err
	}
	for _, w := range watches {
		free := stocks[w.SKU].Free
		if w.Is(free) == !w.Since.IsZero() {
			continue
		}
		var since time.Time
		if w.Is(free) {
			since = h.Now().UTC().Truncate(time.Second)
			h.Log.LogAttrs(ctx, slog.LevelWarn, "stock_low", slog.String("sku", string(w.SKU)), slog.Int64("free", free), slog.Int64("below", w.Below))
			h.Meter.Count(telemetry.StockLow, 1, telemetry.Dimension{})
		}
		if err := h.Told(ctx, w, since); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

const (
	// checkEach is how long after a comparison the next one is due: a little less than a day, so that it stays at the same time of it.
	checkEach = 24*time.Hour - 10*time.Minute
	// telling is the time that is left for telling what was found.
	telling = time.Minute
	// toldMax bounds how many differences are written into the log; more are in the stored check.
	toldMax = 50
)

// drift compares, if that is due, and once more before it wakes anybody.
func (h Handler) drift(ctx context.Context) error {
	last, err := h.Checked(ctx)
	if err != nil {
		return err
	}
	began := h.Now()
	if began.Sub(last.At) < checkEach {
		return nil
	}
	known, err := h.known(ctx)
	if err != nil {
		return err
	}
	got, err := h.recount(ctx, last.First, known)
	if err == nil && len(got.found) > 0 {
		got, err = h.again(ctx, got, known)
	}
	if err != nil {
		return err
	}
	if err := h.keep(ctx, known, got.rest); err != nil {
		return err
	}
	h.tell(ctx, got.found)
	check := catalog.StockCheck{At: began.UTC().Truncate(time.Second), First: got.first, Products: got.products}
	check.Keep(got.found)
	return h.Save(ctx, check)
}

// again compares once more: an order that was not listed yet is by then. What is still found is compared with every order there ever was: a
// day that is not what was kept of it is no difference. A shop that has too many for that is told without.
func (h Handler) again(ctx context.Context, first recounted, known map[string]catalog.StockDay) (recounted, error) {
	second, err := h.recount(ctx, first.first, known)
	if err != nil {
		return recounted{}, err
	}
	second.found = catalog.Both(first.found, second.found)
	if len(second.found) == 0 || len(known) == 0 {
		return second, nil
	}
	in := ctx
	if end, has := ctx.Deadline(); has {
		var cancel context.CancelFunc
		in, cancel = context.WithDeadline(ctx, end.Add(-telling))
		defer cancel()
	}
	third, err := h.recount(in, second.first, nil)
	switch {
	case err == nil:
		third.found = catalog.Both(second.found, third.found)
		return third, nil
	case in.Err() != nil && ctx.Err() == nil:
		h.Log.LogAttrs(ctx, slog.LevelWarn, "stock_not_all_read")
		return second, nil
	}
	return recounted{}, err
}

// tell wakes somebody about differences, by the products' names.
func (h Handler) tell(ctx context.Context, found []catalog.Difference) {
	for _, d := range found[:min(len(found), toldMax)] {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "stock_drifts", slog.String("sku", string(d.SKU)), slog.String("location", string(d.Location)),
			slog.String("bin", string(d.Bin)), slog.String("counter", string(d.Counter)), slog.Int64("counted", d.Counted), slog.Int64("recorded", d.Recorded))
	}
	h.Meter.Count(telemetry.StockDrift, len(found), telemetry.Dimension{})
}
