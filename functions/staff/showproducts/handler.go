// Package showproducts shows staff the catalogue: all of it, one product with its version, and what was changed by whom.
package showproducts

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
)

// Handler shows products. Every field is required.
type Handler struct {
	Product  func(context.Context, catalog.SKU) (catalog.Product, error)
	List     func(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error)
	Versions func(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Version, error)
	Now      func() time.Time
}

// The routes.
const (
	RouteList    = "GET /staff/products"
	RouteHistory = "GET /staff/products/{sku}/history"
)

const (
	pageSize    = 100
	historySize = 20
	listName    = "staff_products"
)

// Handle answers GET /staff/products, GET /staff/products/{sku} and GET /staff/products/{sku}/history.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	cursor := req.QueryStringParameters["next"]
	if req.RouteKey == RouteList {
		return h.list(ctx, cursor)
	}
	sku, err := catalog.ParseSKU(req.PathParameters["sku"])
	if err != nil {
		return apigw.Response{}, fault.New(fault.NotFound, "showproducts.Handle", "not_found", "")
	}
	if req.RouteKey == RouteHistory {
		return h.history(ctx, sku, cursor)
	}
	p, err := h.Product(ctx, sku)
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, p, apigw.ETag(p.Version))
}

type page struct {
	Products []catalog.Product `json:"products"`
	Next     string            `json:"next,omitempty"`
}

// list shows what is listed, then what is not, each by SKU.
func (h Handler) list(ctx context.Context, cursor string) (apigw.Response, error) {
	list, position := catalog.Listed, ""
	if cursor != "" {
		text, err := apigw.DecodeCursor(listName, cursor)
		if err != nil {
			return apigw.Response{}, err
		}
		first, rest, _ := strings.Cut(text, ":")
		if list, position = catalog.List(first), rest; list != catalog.Listed && list != catalog.Unlisted {
			return apigw.Response{}, cursorInvalid()
		}
	}
	products, next, err := h.List(ctx, list, position, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{Products: append([]catalog.Product{}, products...)}
	switch {
	case next != "":
		next = string(list) + ":" + next
	case list == catalog.Listed:
		next = string(catalog.Unlisted) + ":"
	}
	if next != "" {
		if out.Next, err = apigw.EncodeCursor(listName, next); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

func cursorInvalid() error {
	return &fault.Error{Kind: fault.Unreadable, Op: "showproducts.Handle", Code: "cursor_invalid", At: "?next", Msg: "Must be the next of a page of this list."}
}

type versions struct {
	Versions []catalog.Version `json:"versions"`
	Next     string            `json:"next,omitempty"`
}

// history shows a product's versions, newest first. One that is put again is a new version.
func (h Handler) history(ctx context.Context, sku catalog.SKU, cursor string) (apigw.Response, error) {
	name, before := "product_history "+string(sku), 0
	if cursor != "" {
		text, err := apigw.DecodeCursor(name, cursor)
		if err != nil {
			return apigw.Response{}, err
		}
		if before, err = strconv.Atoi(text); err != nil || before < 1 {
			return apigw.Response{}, cursorInvalid()
		}
	} else if _, err := h.Product(ctx, sku); err != nil {
		return apigw.Response{}, err
	}
	got, err := h.Versions(ctx, sku, before, historySize)
	if err != nil {
		return apigw.Response{}, err
	}
	out := versions{Versions: append([]catalog.Version{}, got...)}
	if len(got) == historySize && got[historySize-1].N > 1 {
		if out.Next, err = apigw.EncodeCursor(name, strconv.Itoa(got[historySize-1].N)); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}
