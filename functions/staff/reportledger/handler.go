// Package reportledger shows staff what a day moved on every account of the ledger, where the gateways' settlements differ
// from it, and how the gateways did.
package reportledger

import (
	"context"
	"net/http"
	"strings"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
	"till/shared/routing"
)

// Handler reports a day. Every field is required.
type Handler struct {
	Books daybook.Source
	// Findings gives what the comparison with the gateways' settlements found on a day; fault.NotFound if none was made.
	Findings func(ctx context.Context, day string) (reconcile.Findings, error)
	// Breakers tells how well gateways do.
	Breakers func(ctx context.Context, gateways []string) (map[string]routing.Breaker, error)
	Gateways []string // Of which is reported.
	Now      func() time.Time
}

// Differences is the route of what the daily comparison found; the other is of the ledger.
const Differences = "GET /staff/reports/differences"

// Handle answers GET /staff/reports/ledger?day=…&format=…: a whole day (today unless asked), per gateway and currency what each account
// opened with, what was debited and credited, and what it closes with. format is json unless csv is asked for.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin); err != nil {
		return apigw.Response{}, err
	}
	switch req.RouteKey {
	case Differences:
		return h.differences(ctx, req.QueryStringParameters["day"])
	case Gateways:
		return h.gateways(ctx, req.QueryStringParameters["day"])
	}
	day, format := req.QueryStringParameters["day"], req.QueryStringParameters["format"]
	if day == "" {
		day = h.Now().UTC().Format(time.DateOnly)
	}
	if format != "" && format != "json" && format != "csv" {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "reportledger.Handle", Code: "format_invalid", At: "?format", Msg: "Must be json or csv."}
	}
	report, err := h.Books.Day(ctx, day)
	if fault.Code(err) == "day_invalid" {
		return apigw.Response{}, fault.At("?day", err)
	}
	if err != nil {
		return apigw.Response{}, err
	}
	if format == "csv" {
		return table(report)
	}
	resp, err := apigw.JSON(http.StatusOK, report)
	if err != nil {
		return apigw.Response{}, err
	}
	resp.Headers["Content-Disposition"] = named("inline", day, "json")
	return resp, nil
}

// differences answers GET /staff/reports/differences?day=…: what the comparison of that day (yesterday unless asked) found, each difference with
// what is to be done about it. 404 if there was none.
func (h Handler) differences(ctx context.Context, day string) (apigw.Response, error) {
	if day == "" {
		day = h.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	}
	if _, err := daybook.NewDay(day, nil, false); err != nil {
		return apigw.Response{}, fault.At("?day", err)
	}
	found, err := h.Findings(ctx, day)
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, found)
}

// named is a Content-Disposition. https://www.rfc-editor.org/rfc/rfc6266
func named(how, day, kind string) string { return how + `; filename="ledger-` + day + `.` + kind + `"` }

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
