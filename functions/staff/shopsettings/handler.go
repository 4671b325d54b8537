// Package shopsettings lets staff read and change what is decided about the shop, and see who decided what when.
package shopsettings

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/shop"
)

// Handler keeps the settings. Every field is required.
type Handler struct {
	Last     func(context.Context) (shop.Version, error)
	At       func(ctx context.Context, n int) (shop.Version, error)
	Before   func(ctx context.Context, n, limit int) ([]shop.Version, error)
	Save     func(context.Context, shop.Version) error
	Gateways []string // Those that the shop is deployed with.
	Now      func() time.Time
}

const (
	pageSize = 10
	listName = "settings"
)

// view is one version as staff see it. settings is what was decided: to put it back, put that. in_force is what is read from it, with
// what is built in.
type view struct {
	summary
	Settings shop.Settings `json:"settings"`
	InForce  shop.Settings `json:"in_force"`
}

// summary says who made a version and when. The version of a shop whose settings nobody has changed is 0.
type summary struct {
	Version   int       `json:"version"`
	ChangedAt time.Time `json:"changed_at,omitzero"`
	ChangedBy string    `json:"changed_by,omitempty"`
}

type page struct {
	Versions []summary `json:"versions"`
	Next     string    `json:"next,omitempty"`
}

// Handle answers GET and PUT /staff/settings, GET /staff/settings/history and GET /staff/settings/history/{version}. Every role may look;
// admins change, signed in a short while ago: the settings say how money is taken and given back.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if req.RequestContext.HTTP.Method == http.MethodPut {
		return h.put(ctx, req)
	}
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	switch req.RouteKey {
	case "GET /staff/settings/history":
		return h.history(ctx, req)
	case "GET /staff/settings/history/{version}":
		n, err := strconv.Atoi(req.PathParameters["version"])
		if err != nil {
			return apigw.Response{}, order.NotFound("shopsettings.Handle")
		}
		return answer(h.At(ctx, n))
	}
	return answer(h.Last(ctx))
}

func answer(v shop.Version, err error) (apigw.Response, error) {
	if err != nil {
		return apigw.Response{}, err
	}
	var tag []apigw.Option
	if v.N > 0 { // What nobody has changed yet is not there.
		tag = append(tag, apigw.ETag(v.N))
	}
	return apigw.JSON(http.StatusOK, view{summaryOf(v), v.Settings, v.Settings.Whole()}, tag...)
}

func summaryOf(v shop.Version) summary { return summary{v.N, v.At, v.By} }

func (h Handler) history(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	before := 0
	if cursor := req.QueryStringParameters["next"]; cursor != "" {
		position, err := apigw.DecodeCursor(listName, cursor)
		if err != nil {
			return apigw.Response{}, err
		}
		if before, err = strconv.Atoi(position); err != nil || before < 1 {
			return apigw.Response{}, &fault.Error{Kind: fault.Unreadable, Op: "shopsettings.history", Code: "cursor_invalid", At: "?next",
				Msg: "Must be the next of a page of this list."}
		}
	}
	versions, err := h.Before(ctx, before, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{Versions: make([]summary, 0, len(versions))}
	for _, v := range versions {
		out.Versions = append(out.Versions, summaryOf(v))
	}
	if n := len(versions); n == pageSize && versions[n-1].N > 1 {
		if out.Next, err = apigw.EncodeCursor(listName, strconv.Itoa(versions[n-1].N)); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

// put stores a whole new version on top of the one that the caller has seen.
func (h Handler) put(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	staff, err := apigw.RequireStaff(req, h.Now(), apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	if err := staff.RequireRecent(h.Now()); err != nil {
		return apigw.Response{}, err
	}
	seen, err := apigw.ReadCondition(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	var s shop.Settings
	misshapen, err := body.Shape(&s)
	if err != nil {
		return apigw.Response{}, err
	}
	if err := errors.Join(misshapen, s.Check(h.Gateways)); err != nil {
		return apigw.Response{}, err
	}
	return h.save(ctx, seen, shop.Version{At: h.Now().UTC(), By: "staff:" + staff.Sub, Settings: s})
}

func (h Handler) save(ctx context.Context, seen apigw.Condition, v shop.Version) (apigw.Response, error) {
	last, err := h.Last(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	if stale := seen.Requires(last.N); stale != nil {
		if last.N > 0 && seen.Requires(last.N-1) == nil && last.By == v.By && reflect.DeepEqual(last.Settings, v.Settings) {
			return answer(last, nil) // The same request again, whose first answer was lost.
		}
		return apigw.Response{}, stale
	}
	v.N = last.N + 1
	err = h.Save(ctx, v)
	if fault.Code(err) == order.VersionConflict { // Somebody was quicker, just now: then they have seen what we have.
		return apigw.Response{}, &fault.Error{Kind: fault.Stale, Op: "shopsettings.save", Code: "precondition_failed", At: "If-Match",
			Msg: "It was changed by somebody else. Read it again."}
	}
	return answer(v, err)
}
