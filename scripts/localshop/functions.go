package localshop

import (
	"context"
	"errors"
	"fmt"

	"till/functions/assembly"
	"till/scripts/localcloud/template"
	"till/shared/edge/apigw"
	"till/shared/edge/hook"
	"till/shared/settings"
	startup "till/shared/startup/gateways"
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
		if s.options.Direct {
			code.takes = eventOf(function)
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
		"shopper/quote":        wire(settings.LoadQuote, func(s *Shop, p Parts, set settings.Quote) any { return assembly.Quote(p.Tools, set, p.Store) }),
		"shopper/placeorder": wire(settings.LoadPlaceOrder, func(s *Shop, p Parts, set settings.PlaceOrder) any {
			return assembly.PlaceOrder(p.Tools, set, p.Store, p.Vault, p.Links, nil)
		}),
		"shopper/vieworder": wire(settings.LoadViewOrder, func(s *Shop, p Parts, _ settings.ViewOrder) any {
			return assembly.ViewOrder(p.Tools, p.Store, p.Links)
		}),
		"shopper/startpayment": wire(settings.LoadStartPayment, func(s *Shop, p Parts, set settings.StartPayment) any {
			return assembly.StartPayment(p.Tools, set, p.Store, p.Links, p.gateways(set.Gateways))
		}),
		"shopper/confirmpayment": wire(settings.LoadConfirmPayment, func(s *Shop, p Parts, set settings.ConfirmPayment) any {
			return assembly.ConfirmPayment(p.Tools, set, p.Store, p.Links, p.gateways(set.Gateways))
		}),
		"shopper/returnpayment": wire(settings.LoadReturnPayment, func(s *Shop, p Parts, set settings.ReturnPayment) any {
			return assembly.ReturnPayment(p.Tools, set, p.Store, p.gateways(set.Gateways))
		}),
		"shopper/cancelorder": wire(settings.LoadCancelOrder, func(s *Shop, p Parts, set settings.CancelOrder) any {
			return assembly.CancelOrder(p.Tools, set, p.Store, p.Links, p.gateways(set.Gateways), p.Machine(""))
		}),
		"shopper/editorder": wire(settings.LoadEditOrder, func(s *Shop, p Parts, set settings.EditOrder) any {
			return assembly.EditOrder(p.Tools, set, p.Store, p.Vault, p.Links, p.gateways(set.Gateways), nil)
		}),
		"shopper/askreturn": wire(settings.LoadAskReturn, func(s *Shop, p Parts, set settings.AskReturn) any {
			return assembly.AskReturn(p.Tools, set, p.Store, p.Vault, p.Links)
		}),
		"shopper/sendlink": wire(settings.LoadSendLink, func(s *Shop, p Parts, set settings.SendLink) any {
			return assembly.SendLink(p.Tools, set, p.Vault, p.Queue(set.MailQueueURL))
		}),
		"shopper/exportcustomer": wire(settings.LoadExportCustomer, func(s *Shop, p Parts, set settings.ExportCustomer) any {
			return assembly.ExportCustomer(p.Tools, set, p.Store, p.Vault)
		}),
		"shopper/erasecustomer": wire(settings.LoadEraseCustomer, func(s *Shop, p Parts, set settings.EraseCustomer) any {
			return assembly.EraseCustomer(p.Tools, set, p.Store, p.Vault)
		}),
		"shopper/myorders": wire(settings.LoadMyOrders, func(s *Shop, p Parts, set settings.MyOrders) any {
			return assembly.MyOrders(p.Tools, set, p.Store, p.Vault, p.Links)
		}),
		"shopper/fallback":      wire(settings.LoadFallback, func(s *Shop, p Parts, set settings.Fallback) any { return assembly.Fallback(p.Tools, set) }),
		"webhook/receivestripe": receiver("stripe", assembly.ReceiveStripe),
		"webhook/receivepaypal": receiver("paypal", assembly.ReceivePayPal),
		"webhook/receivesquare": receiver("square", assembly.ReceiveSquare),
	}
}

func workers() map[string]wiring {
	return map[string]wiring{
		"worker/applyevent": wire(settings.LoadApplyEvent, func(s *Shop, p Parts, set settings.ApplyEvent) any {
			return assembly.ApplyEvent(p.Tools, set, p.Store, p.gateways(set.Gateways))
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
		"worker/reconcile": wire(settings.LoadReconcile, func(s *Shop, p Parts, set settings.Reconcile) any {
			return assembly.Reconcile(p.Tools, p.Store, p.gateways(set.Gateways), p.Queue(set.EventsQueueURL))
		}),
		"worker/settle": wire(settings.LoadSettle, func(s *Shop, p Parts, set settings.Settle) any {
			return assembly.Settle(p.Tools, set, p.Store, p.gateways(set.Gateways))
		}),
		"worker/sweep": wire(settings.LoadSweep, func(s *Shop, p Parts, set settings.Sweep) any {
			queues := assembly.Queues{Events: p.Queue(set.EventsQueueURL), Fulfillment: p.Queue(set.FulfillmentQueueURL), Mail: p.Queue(set.MailQueueURL)}
			return assembly.Sweep(p.Tools, set, p.Store, p.gateways(set.Gateways), queues, p.Machine(""))
		}),
		"worker/watchstock": wire(settings.LoadWatchStock, func(s *Shop, p Parts, _ settings.WatchStock) any {
			return assembly.WatchStock(p.Tools, p.Store)
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
			return assembly.Refund(p.Tools, set, p.Store, p.Vault, p.gateways(set.Gateways))
		}),
		"staff/returns": wire(settings.LoadStaffRefund, func(s *Shop, p Parts, set settings.StaffRefund) any {
			return assembly.Returns(p.Tools, set, p.Store, p.Vault, p.gateways(set.Gateways))
		}),
		"staff/approve": wire(settings.LoadStaffCancel, func(s *Shop, p Parts, set settings.StaffCancel) any {
			return assembly.Approve(p.Tools, set, p.Store, p.gateways(set.Gateways))
		}),
		"staff/capture": wire(settings.LoadStaffPay, func(s *Shop, p Parts, set settings.StaffPay) any {
			return assembly.Capture(p.Tools, set, p.Store, p.Vault, p.gateways(set.Gateways))
		}),
		"staff/inbox": wire(settings.LoadStaffInbox, func(s *Shop, p Parts, set settings.StaffInbox) any {
			return assembly.StaffInbox(p.Tools, p.Store, p.Queue(set.EventsQueueURL))
		}),
		"staff/dispute": wire(settings.LoadStaffDispute, func(s *Shop, p Parts, set settings.StaffDispute) any {
			return assembly.Dispute(p.Tools, set, p.Store, p.Vault, p.gateways(set.Gateways))
		}),
		"staff/void": wire(settings.LoadStaffPay, func(s *Shop, p Parts, set settings.StaffPay) any {
			return assembly.Void(p.Tools, set, p.Store, p.Vault, p.gateways(set.Gateways))
		}),
		"staff/cancel": wire(settings.LoadStaffCancel, func(s *Shop, p Parts, set settings.StaffCancel) any {
			return assembly.Cancel(p.Tools, set, p.Store, p.gateways(set.Gateways), p.Machine(""))
		}),
		"staff/reportledger": wire(settings.LoadStaffReports, func(s *Shop, p Parts, _ settings.StaffReports) any { return assembly.ReportLedger(p.Tools, p.Store) }),
		"staff/hold":         wire(settings.LoadStaffSealed, func(s *Shop, p Parts, _ settings.StaffSealed) any { return assembly.Hold(p.Tools, p.Store, p.Vault) }),
		"staff/lift":         wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.Lift(p.Tools, p.Store) }),
		"staff/ship": wire(settings.LoadStaffCancel, func(s *Shop, p Parts, set settings.StaffCancel) any {
			return assembly.Ship(p.Tools, set, p.Store, p.gateways(set.Gateways), p.Machine(""))
		}),
		"staff/deliver": wire(settings.LoadStaff, func(s *Shop, p Parts, _ settings.Staff) any { return assembly.Deliver(p.Tools, p.Store) }),
		"staff/tokenclaims": wire(settings.LoadTokenClaims, func(s *Shop, p Parts, _ settings.TokenClaims) any {
			return assembly.TokenClaims(p.Tools)
		}),
		"staff/putproduct":   wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.PutProduct(p.Tools, p.Store) }),
		"staff/showproducts": wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.ShowProducts(p.Tools, p.Store) }),
		"staff/shopsettings": wire(settings.LoadStaffSettings, func(s *Shop, p Parts, set settings.StaffSettings) any {
			return assembly.ShopSettings(p.Tools, set, p.Store)
		}),
		"staff/setstock": wire(settings.LoadCatalogue, func(s *Shop, p Parts, _ settings.Catalogue) any { return assembly.SetStock(p.Tools, p.Store) }),
	}
}

func (p Parts) accounts(set settings.Gateways) startup.Config {
	return startup.Config{Keys: p.Keys, Stage: localStage, APIURL: set.ReturnURL, LocalURL: set.LocalURL, Transport: p.Gateway, Now: p.Tools.Now}
}

func (p Parts) gateways(set settings.Gateways) assembly.Gateways {
	return startup.Open(p.accounts(set))
}

// receiver is one of the functions that gateways call.
func receiver(name string, assemble func(assembly.Tools, assembly.Inbox, hook.Verify, assembly.Send) apigw.Func) wiring {
	return wire(settings.LoadReceive, func(s *Shop, p Parts, set settings.Receive) any {
		return assemble(p.Tools, p.Store, startup.Verify(p.accounts(set.Gateways), name, nil), p.Queue(set.EventsQueueURL))
	})
}

func (s *Shop) queue(url string) assembly.Send {
	return func(ctx context.Context, body string) error { return s.send(ctx, url, body) }
}
