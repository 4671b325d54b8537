package apigw

import (
	"context"
	"net/http"
	"strings"
	"time"

	"till/shared/telemetry"
)

// Measure counts what every HTTP function counts, around Serve: how long each request took, and the requests refused
// for card data. function is one of our own names, "shopper/placeorder".
func Measure(metrics *telemetry.Metrics, function string, now func() time.Time, f Func) Func {
	return func(ctx context.Context, req Request) (Response, error) {
		begun := now()
		resp, err := f(ctx, req)
		metrics.Millis(telemetry.Latency, now().Sub(begun), telemetry.Function(function))
		// A problem document holds no text of the sender's, so the code stands in it only when it is its code.
		if resp.StatusCode == http.StatusUnprocessableEntity && strings.Contains(resp.Body, `"code":"`+codeCard+`"`) {
			metrics.Count(telemetry.CardDataBlocked, 1, telemetry.Function(function))
		}
		return resp, err
	}
}
