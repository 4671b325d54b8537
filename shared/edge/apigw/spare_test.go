package apigw_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"till/shared/edge/apigw"
)

// ends is a context with a deadline of some clock.
type ends struct {
	context.Context
	at time.Time
}

func (e ends) Deadline() (time.Time, bool) { return e.at, true }

func TestAHandlersTimeEndsASecondBeforeTheFunctionsOnWhateverClock(t *testing.T) {
	for name, morning := range map[string]time.Time{
		"the wall's":              time.Now(),
		"one that is long past":   time.Date(1999, 3, 2, 9, 0, 0, 0, time.UTC),
		"one that is far in time": time.Date(2090, 3, 2, 9, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var told time.Time
				f := apigw.Serve(slog.New(slog.DiscardHandler), func() time.Time { return morning }, func(ctx context.Context, _ apigw.Request) (apigw.Response, error) {
					told, _ = ctx.Deadline()
					<-ctx.Done()
					return apigw.Response{}, ctx.Err()
				})
				if _, err := f(ends{t.Context(), morning.Add(15 * time.Second)}, request()); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took != 14*time.Second || !told.Equal(morning.Add(14*time.Second)) {
					t.Errorf("it was given %s, and told that it has until %s", took, told)
				}
			})
		})
	}
}
