// Package putproduct puts products into the catalogue, or new versions of them: one, or many at once.
package putproduct

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/edge/goods"
	"till/shared/fault"
)

// Handler puts products. Every field is required.
type Handler struct {
	Product  func(context.Context, catalog.SKU) (catalog.Product, error)
	Products func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Product, error)
	Save     func(context.Context, catalog.Product, catalog.Edit) error
	Now      func() time.Time
}

// RouteImport is the route of many at once.
const RouteImport = "POST /staff/products/import"

// ImportMax is how many products one import may have; a body has 64 KiB at most as well.
const ImportMax = 100

// Handle answers PUT /staff/products/{sku} and POST /staff/products/import.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	who, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	condition, err := apigw.ReadCondition(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	if req.RouteKey == RouteImport {
		return h.bring(ctx, body, "staff:"+who.Sub)
	}
	return h.put(ctx, catalog.SKU(req.PathParameters["sku"]), body, condition, "staff:"+who.Sub)
}

// put stores one product. What is left out of the body is empty after it. Orders keep the prices that they were placed at. What is there
// already stays as it is, whatever was seen before: a repeat succeeds.
func (h Handler) put(ctx context.Context, sku catalog.SKU, body *apigw.Body, c apigw.Condition, by string) (apigw.Response, error) {
	var r goods.Request
	wrong, err := body.Shape(&r)
	if err != nil {
		return apigw.Response{}, err
	}
	if r.SKU != "" && r.SKU != string(sku) {
		wrong = errors.Join(wrong, invalid("sku_invalid", "#/sku", "Must be the address's, or be left out."))
	}
	r.SKU = string(sku)
	p, err := r.Product()
	if err = errors.Join(wrong, fault.At("#", err)); err != nil {
		return apigw.Response{}, err
	}
	old, err := h.Product(ctx, sku)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return apigw.Response{}, err
	}
	if err != nil {
		old = catalog.Product{}
	}
	if old.Version == 0 || !old.Same(p) {
		if err := c.Requires(old.Version); err != nil {
			return apigw.Response{}, err
		}
		if err := h.Save(ctx, p, catalog.Edit{Before: old.Version, By: by, At: h.Now()}); err != nil {
			return apigw.Response{}, err
		}
		p.Version = old.Version + 1
		old = p
	}
	return apigw.JSON(http.StatusOK, old, apigw.ETag(old.Version))
}

func invalid(code, at, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "putproduct.Handle", Code: code, At: at, Msg: msg}
}

type importRequest struct {
	DryRun   bool            `json:"dry_run"`
	Products []goods.Request `json:"products" fault:"lines_invalid"`
}

type importAnswer struct {
	DryRun    bool         `json:"dry_run"`
	Lines     []goods.Line `json:"lines"`
	Made      int          `json:"made"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"`
	Refused   int          `json:"refused"`
	Failed    int          `json:"failed"`
}

// bring stores many products, each on its own.
func (h Handler) bring(ctx context.Context, body *apigw.Body, by string) (apigw.Response, error) {
	var r importRequest
	if err := body.Into(&r); err != nil {
		return apigw.Response{}, err
	}
	if len(r.Products) == 0 || len(r.Products) > ImportMax {
		return apigw.Response{}, invalid("lines_invalid", "#/products", fmt.Sprintf("Must hold 1 to %d products.", ImportMax))
	}
	lines, err := goods.Bringer{Products: h.Products, Save: h.Save, Now: h.Now}.Bring(ctx, r.Products, by, r.DryRun)
	if err != nil {
		return apigw.Response{}, err
	}
	a := importAnswer{DryRun: r.DryRun, Lines: lines}
	for _, l := range lines {
		switch l.Result {
		case goods.Made:
			a.Made++
		case goods.Changed:
			a.Changed++
		case goods.Unchanged:
			a.Unchanged++
		case goods.Refused:
			a.Refused++
		default:
			a.Failed++
		}
	}
	return apigw.JSON(http.StatusOK, a)
}
