package apigw_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/telemetry"
)

func TestMeasure(t *testing.T) {
	tests := []struct {
		name string
		err  error
		card bool
	}{
		{"an answer", nil, false},
		{"another fault", fault.New(fault.Invalid, "x", "email_invalid", ""), false},
		{"card data", fault.New(fault.Invalid, "x", "card_data_rejected", ""), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			clock := time.Unix(1_790_000_000, 0)
			now := func() time.Time { clock = clock.Add(7 * time.Millisecond); return clock }
			f := apigw.Serve(slog.New(slog.DiscardHandler), time.Now, func(context.Context, apigw.Request) (apigw.Response, error) {
				return apigw.Response{StatusCode: 200}, tt.err
			})
			metrics := telemetry.NewMetrics(&out, "test", now)
			if _, err := apigw.Measure(metrics, "shopper/placeorder", now, f)(context.Background(), request()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), `"Latency":7`) || strings.Contains(out.String(), `"CardDataBlocked":1`) != tt.card {
				t.Errorf("got %s", out.String())
			}
		})
	}
}
