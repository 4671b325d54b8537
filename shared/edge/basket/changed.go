package basket

import (
	"context"
	"log/slog"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/pricing"
)

// OutsideLimit is how long a shopper waits for a service that knows addresses.
const OutsideLimit = 800 * time.Millisecond

// PriceChanged answers a shopper who was shown another total than the quote's: 409, price_changed, with the new quote to look at.
func PriceChanged(ctx context.Context, log *slog.Logger, req apigw.Request, q pricing.Quote) (apigw.Response, error) {
	changed := fault.New(fault.Conflict, "basket.PriceChanged", "price_changed", "The total has changed. Look at the new quote.")
	changed.At = "#/expected_total"
	return apigw.Fail(ctx, log, req, changed, apigw.Member("quote", View(q)))
}
