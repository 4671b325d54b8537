package setstock

import (
	"context"
	"net/http"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
)

// RouteWatched is the route of the products whose stock staff want to be told of.
const RouteWatched = "GET /staff/stock"

const watchedSize = 100

type watchedPage struct {
	Products []watchedProduct `json:"products"`
	Next     string           `json:"next,omitempty"`
}

type watchedProduct struct {
	SKU      catalog.SKU `json:"sku"`
	Free     int64       `json:"free"`
	LowBelow int64       `json:"low_below"`
	Low      bool        `json:"low"`
	Since    *time.Time  `json:"since,omitempty"` // Staff were told then.
}

// watched lists the watched products by SKU, a page at a time; with low=true those of which little is left. A page may hold few, or none,
// and still have a next.
func (h Handler) watched(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	low := req.QueryStringParameters["low"]
	if low != "" && low != "true" && low != "false" {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "setstock.watched", Code: "query_invalid", At: "?low", Msg: "Must be true or false."}
	}
	list, position := "watched "+low, ""
	if cursor := req.QueryStringParameters["next"]; cursor != "" {
		var err error
		if position, err = apigw.DecodeCursor(list, cursor); err != nil {
			return apigw.Response{}, err
		}
	}
	watches, next, err := h.Watched(ctx, position, watchedSize)
	if err != nil {
		return apigw.Response{}, err
	}
	skus := make([]catalog.SKU, len(watches))
	for i, w := range watches {
		skus[i] = w.SKU
	}
	stocks := map[catalog.SKU]catalog.Stock{}
	if len(skus) > 0 {
		if stocks, err = h.Stocks(ctx, skus); err != nil {
			return apigw.Response{}, err
		}
	}
	out := watchedPage{Products: make([]watchedProduct, 0, len(watches))}
	for _, w := range watches {
		p := watchedProduct{SKU: w.SKU, Free: stocks[w.SKU].Free, LowBelow: w.Below}
		p.Low = w.Is(p.Free)
		if !w.Since.IsZero() && p.Low {
			p.Since = &w.Since
		}
		if p.Low || low != "true" {
			out.Products = append(out.Products, p)
		}
	}
	if next != "" {
		if out.Next, err = apigw.EncodeCursor(list, next); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}
