package localshop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

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
		function, err := w(s, s.partsOf(f), func(name string) string { return f.Environment[name] })
		if err != nil {
			faults = append(faults, fmt.Errorf("localshop: %s: %w", f.LogicalID, err))
			continue
		}
		faults = append(faults, s.Cloud.Handle(f.CodeURI, handler{function}))
	}
	return errors.Join(faults...)
}

// handler invokes a function as the Lambda runtime does. The runtime's own handler keeps one output buffer, as a Lambda
// environment serves one request at a time; here many run at once, so each has a handler of its own.
type handler struct{ function any }

// Invoke is lambda.Handler's.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return lambda.NewHandler(h.function).Invoke(ctx, payload)
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
		"shopper/listproducts": wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.ListProducts(s.tools, p.Store) }),
		"shopper/showproduct":  wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.ShowProduct(s.tools, p.Store) }),
		"shopper/quote":        wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.Quote(s.tools, p.Store) }),
		"shopper/placeorder": wire(settings.LoadPlaceOrder, func(s *Shop, p Parts, set settings.PlaceOrder) any {
			return assembly.PlaceOrder(s.tools, set, p.Store, p.Vault, p.Links)
		}),
		"shopper/vieworder": wire(settings.LoadViewOrder, func(s *Shop, p Parts, _ settings.ViewOrder) any {
			return assembly.ViewOrder(s.tools, p.Store, p.Links)
		}),
		"shopper/startpayment": wire(settings.LoadStartPayment, func(s *Shop, p Parts, set settings.StartPayment) any {
			return assembly.StartPayment(s.tools, set, p.Store, p.Links, s.gateways(p.Stripe, set.Stripe))
		}),
		"shopper/returnpayment": wire(settings.LoadReturnPayment, func(s *Shop, p Parts, set settings.ReturnPayment) any {
			return assembly.ReturnPayment(s.tools, set, p.Store, s.gateways(p.Stripe, set.Stripe))
		}),
		"shopper/cancelorder": wire(settings.LoadCancelOrder, func(s *Shop, p Parts, set settings.CancelOrder) any {
			return assembly.CancelOrder(s.tools, set, p.Store, p.Links, s.gateways(p.Stripe, set.Stripe), p.Machine(""))
		}),
		"shopper/fallback": wire(settings.LoadFallback, func(s *Shop, p Parts, set settings.Fallback) any { return assembly.Fallback(s.tools, set) }),
		"webhook/receivestripe": wire(settings.LoadReceiveStripe, func(s *Shop, p Parts, set settings.ReceiveStripe) any {
			return assembly.ReceiveStripe(s.tools, p.Store, stripe.Verify(p.Stripe, nil, set.Stage, s.Clock.Now), p.Queue(set.EventsQueueURL))
		}),
	}
}

func workers() map[string]wiring {
	return map[string]wiring{
		"worker/applyevent": wire(settings.LoadApplyEvent, func(s *Shop, p Parts, set settings.ApplyEvent) any {
			return assembly.ApplyEvent(s.tools, set, p.Store, s.gateways(p.Stripe, set.Stripe))
		}),
		"worker/relay": wire(settings.LoadRelay, func(s *Shop, p Parts, set settings.Relay) any {
			return assembly.Relay(s.tools, p.Queue(set.FulfillmentQueueURL), p.Queue(set.MailQueueURL))
		}),
		"worker/beginfulfillment": wire(settings.LoadBeginFulfillment, func(s *Shop, p Parts, set settings.BeginFulfillment) any {
			return assembly.BeginFulfillment(s.tools, p.Store, p.Machine(set.StateMachineARN))
		}),
		"worker/notify": wire(settings.LoadNotify, func(s *Shop, p Parts, set settings.Notify) any {
			return assembly.Notify(s.tools, set, p.Store, p.Vault, p.Links, p.Mail)
		}),
		"worker/sweep": wire(settings.LoadSweep, func(s *Shop, p Parts, set settings.Sweep) any {
			queues := assembly.Queues{Events: p.Queue(set.EventsQueueURL), Fulfillment: p.Queue(set.FulfillmentQueueURL), Mail: p.Queue(set.MailQueueURL)}
			return assembly.Sweep(s.tools, set, p.Store, s.gateways(p.Stripe, set.Stripe), queues, p.Machine(""))
		}),
		"step/prepare": wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any { return assembly.Prepare(s.tools, p.Store) }),
		"step/requestshipment": wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any {
			return assembly.RequestShipment(s.tools, p.Store)
		}),
		"step/complete":   wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any { return assembly.Complete(s.tools, p.Store) }),
		"step/compensate": wire(settings.LoadStep, func(s *Shop, p Parts, _ settings.Step) any { return assembly.Compensate(s.tools, p.Store) }),
	}
}

func staff() map[string]wiring {
	return map[string]wiring{
		"staff/listorders": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.ListOrders(s.tools, p.Store) }),
		"staff/showorder": wire(settings.LoadStaffSealed, func(s *Shop, p Parts, _ settings.StaffSealed) any {
			return assembly.ShowOrder(s.tools, p.Store, p.Vault)
		}),
		"staff/refund": wire(settings.LoadStaffRefund, func(s *Shop, p Parts, set settings.StaffRefund) any {
			return assembly.Refund(s.tools, set, p.Store, p.Vault, s.gateways(p.Stripe, set.Stripe))
		}),
		"staff/hold": wire(settings.LoadStaffSealed, func(s *Shop, p Parts, _ settings.StaffSealed) any { return assembly.Hold(s.tools, p.Store, p.Vault) }),
		"staff/lift": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.Lift(s.tools, p.Store) }),
		"staff/ship": wire(settings.LoadStaffShip, func(s *Shop, p Parts, _ settings.StaffShip) any {
			return assembly.Ship(s.tools, p.Store, p.Machine(""))
		}),
		"staff/deliver": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.Deliver(s.tools, p.Store) }),
		"staff/tokenclaims": wire(settings.LoadTokenClaims, func(s *Shop, p Parts, _ settings.TokenClaims) any {
			return assembly.TokenClaims(s.tools)
		}),
		"staff/putproduct": wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.PutProduct(s.tools, p.Store) }),
		"staff/setstock":   wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.SetStock(s.tools, p.Store) }),
	}
}

// account gives the keys of the simulated Stripe account, in the shape in which Secrets Manager holds them.
func account(context.Context) (secrets.Stripe, error) {
	var keys secrets.Stripe
	err := json.Unmarshal([]byte(`{"api_key":"`+stripeSecretKey+`","publishable_key":"`+StripePublicKey+`","webhook_secrets":["`+webhookSecret+`"]}`), &keys)
	return keys, err
}

func (s *Shop) gateways(keys stripe.Keys, set settings.Stripe) assembly.Gateways {
	return stripe.Gateways(keys, localStage, set.APIURL, counted{s.Stripe.Transport(), &s.gatewayCalls})
}

func (s *Shop) queue(url string) assembly.Send {
	return func(ctx context.Context, body string) error { return s.send(ctx, url, body) }
}
