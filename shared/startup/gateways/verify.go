package gateways

import (
	"context"

	"till/shared/edge/hook"
	"till/shared/fault"
	"till/shared/payment"
)

// Verify gives the check of a gateway's webhooks. A signature that does not fit has the secrets read again first, as often as reload
// allows, since they may have been rotated. reload tells whether it read them; it may be nil. Errors: those of Keys and of the
// gateway's verifier; fault.NotFound, code gateway_unavailable, for a gateway that the shop has no account with.
func Verify(c Config, name string, reload func(context.Context) (bool, error)) hook.Verify {
	var verifier kept[hook.Verify]
	current := func(ctx context.Context) (hook.Verify, error) {
		keys, err := c.Keys(ctx)
		if err != nil {
			return nil, err
		}
		with, build := accounts()[name].verify(c, keys)
		if with == nil {
			return nil, fault.New(fault.NotFound, "gateways.Verify", "gateway_unavailable", "")
		}
		return verifier.get(with, build)
	}
	return func(ctx context.Context, raw []byte, header func(string) string) (payment.Event, error) {
		verify, err := current(ctx)
		if err != nil {
			return payment.Event{}, err
		}
		event, err := verify(ctx, raw, header)
		if fault.Code(err) != "signature_invalid" || reload == nil {
			return event, err
		}
		if _, reloadErr := reload(ctx); reloadErr != nil {
			return event, err
		}
		// Also when this call was not let: another delivery's may have been, after this one took the old secrets.
		if verify, err = current(ctx); err != nil {
			return payment.Event{}, err
		}
		return verify(ctx, raw, header)
	}
}
