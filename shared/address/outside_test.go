package address_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"till/shared/address"
	"till/shared/fault"
)

func TestAServiceThatKnowsAddresses(t *testing.T) {
	home, err := address.Parse(somewhere("DE", "10117"))
	if err != nil {
		t.Fatal(err)
	}
	stuck := make(chan struct{})
	defer close(stuck)
	answers := func(there bool, err error) address.Outside {
		return func(_ context.Context, a address.Address) (bool, error) {
			if a != home {
				t.Errorf("it is asked about %v", a.Country())
			}
			return there, err
		}
	}
	for _, tt := range []struct {
		name    string
		service address.Outside
		refused bool
	}{
		{"nobody is asked", nil, false},
		{"the address is there", answers(true, nil), false},
		{"the address is not there", answers(false, nil), true},
		{"it is down", answers(false, errors.New("down")), false},
		{"it does not answer", func(ctx context.Context, _ address.Address) (bool, error) { <-ctx.Done(); return false, nil }, false},
		{"it does not even stop", func(context.Context, address.Address) (bool, error) { <-stuck; return false, nil }, false},
		{"it panics", func(context.Context, address.Address) (bool, error) { panic("broken") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := time.Minute
			if tt.name == "it does not answer" || tt.name == "it does not even stop" {
				limit = time.Millisecond
			}
			err := tt.service.Check(t.Context(), home, limit)
			if (err != nil) != tt.refused || tt.refused && (fault.Code(err) != "address_invalid" || !fault.Is(err, fault.Invalid)) {
				t.Errorf("%v", err)
			}
		})
	}
	if err := answers(false, nil).Check(t.Context(), address.Address{}, time.Minute); err != nil {
		t.Errorf("no address: %v", err)
	}
}
