package localshop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"till/functions/assembly"
	"till/scripts/localcloud/template"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup/stripe"
)

// wiring is one function: it reads its settings, as the template gives them, and puts the function together.
type wiring func(s *Shop, p Parts, get settings.Getenv) (any, error)

// wire reads settings and, if they are whole, assembles.
func wire[T any](read func(settings.Getenv) (T, error), assemble func(*Shop, Parts, T) any) wiring {
	return func(s *Shop, p Parts, get settings.Getenv) (any, error) {
		set, err := read(get)
		if err != nil {
			return nil, err
		}
		return assemble(s, p, set), nil
	}
}

// functions gives every function of the template its code, with the settings that the template gives it.
func (s *Shop) functions() error {
	all := map[string]wiring{}
	for _, group := range []map[string]wiring{shopper(), workers(), staff()} {
		for folder, w := range group {
			all[folder] = w
		}
	}
	var faults []error
	for _, f := range s.shop.Functions {
		folder := folderOf(f)
		w, known := all[folder]
		if !known {
			faults = append(faults, fmt.Errorf("localshop: %s has no wiring for %s", f.LogicalID, f.CodeURI))
			continue
		}
		begin := func() (any, error) {
			return w(s, s.partsOf(f), func(name string) string { return f.Environment[name] })
		}
		function, err := begin()
		if err != nil {
			faults = append(faults, fmt.Errorf("localshop: %s: %w", f.LogicalID, err))
			continue
		}
		code := &environments{begin: begin, cold: func() bool { return s.options.Environments(f) }}
		if s.options.Environments == nil { // All calls share one, but for the runtime's own part.
			code.begin, code.cold = func() (any, error) { return function, nil }, func() bool { return false }
		}
		faults = append(faults, s.Cloud.Handle(f.CodeURI, code))
	}
	return errors.Join(faults...)
}

// folderOf gives "shopper/placeorder" for "functions/shopper/placeorder/lambda/".
func folderOf(f template.Function) string {
	const prefix, suffix = "functions/", "/lambda/"
	if len(f.CodeURI) < len(prefix)+len(suffix) {
		return f.CodeURI
	}
	return f.CodeURI[len(prefix) : len(f.CodeURI)-len(suffix)]
}

func shopper() map[string]wiring {
	return map[string]wiring{
		"shopper/listproducts": wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.ListProducts(p.Tools, p.Store) }),
		"shopper/showproduct":  wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.ShowProduct(p.Tools, p.Store) }),
		"shopper/quote":        wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.Quote(p.Tools, p.Store) }),
		"shopper/placeorder": wire(settings.LoadPlaceOrder, func(s *Shop, p Parts, set settings.PlaceOrder) any {
			return assembly.PlaceOrder(p.Tools, set, p.Store, p.Vault, p.Links)
		}),
		"shopper/vieworder": wire(settings.LoadViewOrder, func(s *Shop, p Parts, _ settings.ViewOrder) any {
			return assembly.ViewOrder(p.Tools, p.Store, p.Links)
		}),
		"shopper/startpayment": wire(settings.LoadStartPayment, func(s *Shop, p Parts, set settings.StartPayment) any {
			return assembly.StartPayment(p.Tools, set, p.Store, p.Links, p.gateways(set.Stripe))
		}),
		"shopper/returnpayment": wire(settings.LoadReturnPayment, func(s *Shop, p Parts, set settings.ReturnPayment) any {
			return assembly.ReturnPayment(p.Tools, set, p.Store, p.gateways(set.Stripe))
		}),
		"shopper/cancelorder": wire(settings.LoadCancelOrder, func(s *Shop, p Parts, set settings.CancelOrder) any {
			return assembly.CancelOrder(p.Tools, set, p.Store, p.Links, p.gateways(set.Stripe), p.Machine(""))
		}),
		"shopper/fallback": wire(settings.LoadFallback, func(s *Shop, p Parts, set settings.Fallback) any { return assembly.Fallback(p.Tools, set) }),
		"webhook/receivestripe": wire(settings.LoadReceiveStripe, func(s *Shop, p Parts, set settings.ReceiveStripe) any {
			return assembly.ReceiveStripe(p.Tools, p.Store, stripe.Verify(p.Stripe, nil, set.Stage, p.Tools.Now), p.Queue(set.EventsQueueURL))
		}),
	}
}

func workers() map[string]wiring {
	return map[string]wiring{
		"worker/applyevent": wire(settings.LoadApplyEvent, func(s *Shop, p Parts, set settings.ApplyEvent) any {
			return assembly.ApplyEvent(p.Tools, set, p.Store, p.gateways(set.Stripe))
		}),
		"worker/relay": wire(settings.LoadRelay, func(s *Shop, p Parts, set settings.Relay) any {
			return assembly.Relay(p.Tools, p.Queue(set.FulfillmentQueueURL), p.Queue(set.MailQueueURL))
		}),
		"worker/beginfulfillment": wire(settings.LoadBeginFulfillment, func(s *Shop, p Parts, set settings.BeginFulfillment) any {
			return assembly.BeginFulfillment(p.Tools, p.Store, p.Machine(set.StateMachineARN))
		}),
		"worker/notify": wire(settings.LoadNotify, func(s *Shop, p Parts, set settings.Notify) any {
			return assembly.Notify(p.Tools, set, p.Store, p.Vault, p.Links, p.Mail)
		}),
		"worker/sweep": wire(settings.LoadSweep, func(s *Shop, p Parts, set settings.Sweep) any {
			queues := assembly.Queues{Events: p.Queue(set.EventsQueueURL), Fulfillment: p.Queue(set.FulfillmentQueueURL), Mail: p.Queue(set.MailQueueURL)}
			return assembly.Sweep(p.Tools, set, p.Store, p.gateways(set.Stripe), queues, p.Machine(""))
		}),
		"step/prepare": wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any { return assembly.Prepare(p.Tools, p.Store) }),
		"step/requestshipment": wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any {
			return assembly.RequestShipment(p.Tools, p.Store)
		}),
		"step/complete":   wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any { return assembly.Complete(p.Tools, p.Store) }),
		"step/compensate": wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any { return assembly.Compensate(p.Tools, p.Store) }),
	}
}

func staff() map[string]wiring {
	return map[string]wiring{
		"staff/listorders": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.ListOrders(p.Tools, p.Store) }),
		"staff/showorder": wire(settings.LoadStaffSealed, func(s *Shop, p Parts, _ settings.StaffSealed) any {
			return assembly.ShowOrder(p.Tools, p.Store, p.Vault)
		}),
		"staff/refund": wire(settings.LoadStaffRefund, func(s *Shop, p Parts, set settings.StaffRefund) any {
			return assembly.Refund(p.Tools, set, p.Store, p.Vault, p.gateways(set.Stripe))
		}),
		"staff/hold": wire(settings.LoadStaffSealed, func(s *Shop, p Parts, _ settings.StaffSealed) any { return assembly.Hold(p.Tools, p.Store, p.Vault) }),
		"staff/lift": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.Lift(p.Tools, p.Store) }),
		"staff/ship": wire(settings.LoadStaffShip, func(s *Shop, p Parts, _ settings.StaffShip) any {
			return assembly.Ship(p.Tools, p.Store, p.Machine(""))
		}),
		"staff/deliver": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.Deliver(p.Tools, p.Store) }),
		"staff/tokenclaims": wire(settings.LoadTokenClaims, func(s *Shop, p Parts, _ settings.TokenClaims) any {
			return assembly.TokenClaims(p.Tools)
		}),
		"staff/putproduct": wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.PutProduct(p.Tools, p.Store) }),
		"staff/setstock":   wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.SetStock(p.Tools, p.Store) }),
	}
}

// account gives the keys of the simulated Stripe account, in the shape in which Secrets Manager holds them.
func account(context.Context) (secrets.Stripe, error) {
	var keys secrets.Stripe
	err := json.Unmarshal([]byte(`{"api_key":"`+stripeSecretKey+`","publishable_key":"`+StripePublicKey+`","webhook_secrets":["`+webhookSecret+`"]}`), &keys)
	return keys, err
}

func (p Parts) gateways(set settings.Stripe) assembly.Gateways {
	return stripe.Gateways(p.Stripe, localStage, set.APIURL, p.Gateway)
}

func (s *Shop) queue(url string) assembly.Send {
	return func(ctx context.Context, body string) error { return s.send(ctx, url, body) }
}
