package assembly_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/assembly"
	"till/functions/step/compensate"
	"till/functions/step/complete"
	"till/functions/step/prepare"
	"till/functions/step/requestshipment"
	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/edge/hook"
	"till/shared/eventfile"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/settings"
)

func (s *services) tools() assembly.Tools {
	tools := s.Tools("hung")
	tools.Now = time.Now
	return tools
}

func (s *services) accounts() settings.Gateways {
	return settings.Gateways{SecretsARN: "arn:gateways", ReturnURL: "https://api.shop.example"}
}

// run is one function, made ready while everything works: it calls the function once and says what it gave.
type run func(context.Context) (string, error)

// http is a function behind the HTTP API.
func (s *services) http(f apigw.Func, req apigw.Request) run {
	s.SignIn(&req)
	return func(ctx context.Context) (string, error) {
		resp, err := f(ctx, req)
		return http.StatusText(resp.StatusCode), err
	}
}

// batch is a function behind a queue, with ten messages.
func (s *services) batch(f assembly.Batch, body string) run {
	bodies := make([]string, 10)
	for i := range bodies {
		bodies[i] = body
	}
	return func(ctx context.Context) (string, error) {
		resp, err := f(ctx, shoptest.Batch(bodies...))
		if len(resp.BatchItemFailures) > 0 {
			return "some come again", err
		}
		return "all done", err
	}
}

func step[In, Out any](f func(context.Context, In) (Out, error), in In) run {
	return func(ctx context.Context) (string, error) {
		if _, err := f(ctx, in); err != nil {
			return "an error for the machine", nil //nolint:nilerr // that is its answer
		}
		return "done", nil
	}
}

// Limits of a function's answer, as template.yaml has them: 15 s, 30 s for those that nobody waits for, and five minutes for the one
// that reads the gateways' lists.
const (
	soon   = 15 * time.Second
	later  = 30 * time.Second
	atLast = 5 * time.Minute
)

// ready makes a function ready in a shop of its own.
type ready struct {
	within time.Duration
	make   func(t *testing.T, s *services) run
}

func about(t *testing.T, function, file string, o shoptest.Opened, more ...string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, function, file, append(o.Words()[:2], more...)...)
}

// coded is a request with the code that was mailed for it.
func coded(t *testing.T, s *services, function, file, purpose string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, function, file, "CODE_TOKEN", shoptest.CodeToken("ada@example.com", s.Code(purpose)))
}

// shoppers are the functions that a shopper calls.
func shoppers() map[string]ready {
	origins := []string{shoptest.Origin}
	return map[string]ready{
		"listproducts": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.ListProducts(s.tools(), s.store()), eventfile.Request(t, "listproducts", "first-page"))
		}},
		"showproduct": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.ShowProduct(s.tools(), s.store()), eventfile.Request(t, "showproduct", "shown"))
		}},
		"quote": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.Quote(s.tools(), settings.Quote{Offered: []string{"stripe"}}, s.store()), eventfile.Request(t, "quote", "quoted"))
		}},
		"placeorder": {soon, func(t *testing.T, s *services) run {
			set := settings.PlaceOrder{Origins: origins, Offered: []string{"stripe"}, StockHold: 30 * time.Minute}
			return s.http(assembly.PlaceOrder(s.tools(), set, s.store(), s.Vault, s.links, nil), eventfile.Request(t, "placeorder", "placed"))
		}},
		"vieworder": {soon, func(t *testing.T, s *services) run {
			o := s.Place("k")
			return s.http(assembly.ViewOrder(s.tools(), s.store(), s.links), about(t, "vieworder", "opened", o, "ORDER_TOKEN", o.Token))
		}},
		"startpayment": {soon, func(t *testing.T, s *services) run {
			o, set := s.Place("k"), settings.StartPayment{Gateways: s.accounts(), Offered: []string{"stripe"}, Origins: origins, ReturnOrigins: origins}
			return s.http(assembly.StartPayment(s.tools(), set, s.store(), s.links, s.gateways), about(t, "startpayment", "hosted", o, "ORDER_TOKEN", o.Token))
		}},
		"startpayment, another way than before": {soon, func(t *testing.T, s *services) run {
			o, set := s.Place("k"), settings.StartPayment{Gateways: s.accounts(), Offered: []string{"stripe"}, Origins: origins, ReturnOrigins: origins}
			s.Pay(o, "before")
			return s.http(assembly.StartPayment(s.tools(), set, s.store(), s.links, s.gateways), about(t, "startpayment", "embedded", o, "ORDER_TOKEN", o.Token))
		}},
		"returnpayment": {soon, func(t *testing.T, s *services) run {
			o := s.Place("k")
			id := s.Pay(o, "pay")
			s.Tell(id, paymenttest.Paid)
			set := settings.ReturnPayment{Gateways: s.accounts(), ShopURL: shoptest.Origin}
			return s.http(assembly.ReturnPayment(s.tools(), set, s.store(), s.gateways), about(t, "returnpayment", "returned", o, "PAYMENT_ID", string(id)))
		}},
		"cancelorder": {soon, func(t *testing.T, s *services) run {
			o, set := s.Place("k"), settings.CancelOrder{Gateways: s.accounts(), Origins: origins}
			s.Pay(o, "pay")
			return s.http(assembly.CancelOrder(s.tools(), set, s.store(), s.links, s.gateways, s), about(t, "cancelorder", "cancelled", o, "ORDER_TOKEN", o.Token))
		}},
		"cancelorder, paid and waited for": {soon, func(t *testing.T, s *services) run {
			set := settings.CancelOrder{Gateways: s.accounts(), Origins: origins}
			o, _ := s.Packing("k")
			return s.http(assembly.CancelOrder(s.tools(), set, s.store(), s.links, s.gateways, s), about(t, "cancelorder", "cancelled", o, "ORDER_TOKEN", o.Token))
		}},
		"myorders": {soon, func(t *testing.T, s *services) run {
			s.Accounts = true
			s.Place("k")
			return s.http(assembly.MyOrders(s.tools(), settings.MyOrders{Accounts: true}, s.store(), s.Vault, s.links), eventfile.Request(t, "myorders", "first-page"))
		}},
		"exportcustomer": {soon, func(t *testing.T, s *services) run {
			s.Place("k")
			return s.http(assembly.ExportCustomer(s.tools(), settings.ExportCustomer{}, s.store(), s.Vault), coded(t, s, "exportcustomer", "exported", "export"))
		}},
		"erasecustomer": {soon, func(t *testing.T, s *services) run {
			s.Place("k")
			return s.http(assembly.EraseCustomer(s.tools(), settings.EraseCustomer{Origins: origins}, s.store(), s.Vault), coded(t, s, "erasecustomer", "erased", "erasure"))
		}},
		"sendlink": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.SendLink(s.tools(), settings.SendLink{Origins: origins}, s.Vault, s.send), about(t, "sendlink", "asked", s.Place("k")))
		}},
		"askreturn": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Delivered("k")
			return s.http(assembly.AskReturn(s.tools(), settings.AskReturn{Origins: origins}, s.store(), s.Vault, s.links), about(t, "askreturn", "asked", o, "ORDER_TOKEN", o.Token))
		}},
		"editorder": {soon, func(t *testing.T, s *services) run {
			o, set := s.Place("k"), settings.EditOrder{Gateways: s.accounts(), Origins: origins, Offered: []string{"stripe"}}
			s.Pay(o, "pay")
			return s.http(assembly.EditOrder(s.tools(), set, s.store(), s.Vault, s.links, s.gateways, nil), about(t, "editorder", "another-address", o, "ORDER_TOKEN", o.Token))
		}},
		"fallback": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.Fallback(s.tools(), settings.Fallback{}), eventfile.Request(t, "fallback", "empty-part"))
		}},
	}
}

// receivers are the functions that gateways call.
func receivers() map[string]ready {
	out := map[string]ready{}
	for name, receive := range map[string]func(assembly.Tools, assembly.Inbox, hook.Verify, assembly.Send) apigw.Func{
		"receivestripe": assembly.ReceiveStripe, "receivepaypal": assembly.ReceivePayPal, "receivesquare": assembly.ReceiveSquare,
	} {
		out[name] = ready{soon, func(t *testing.T, s *services) run {
			return s.http(receive(s.tools(), s.store(), s.verify, s.send), s.Webhook(t, "succeeded", "ORDER_ID", "ord_x", "PAYMENT_ID", "pay_x"))
		}}
	}
	return out
}

// staffed are the functions that staff call.
func staffed() map[string]ready {
	return map[string]ready{
		"listorders": {soon, func(t *testing.T, s *services) run {
			s.Place("k")
			return s.http(assembly.ListOrders(s.tools(), s.store()), eventfile.Request(t, "listorders", "as-viewer"))
		}},
		"showorder": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.ShowOrder(s.tools(), s.store(), s.Vault), about(t, "showorder", "shown", s.Place("k")))
		}},
		"returns": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Delivered("k")
			id := s.SendBack(o, "return-one")
			return s.http(assembly.Returns(s.tools(), settings.StaffRefund{Gateways: s.accounts()}, s.store(), s.Vault, s.gateways), about(t, "returns", "damaged", o, "RETURN_ID", string(id)))
		}},
		"refund": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Paid("k")
			return s.http(assembly.Refund(s.tools(), settings.StaffRefund{Gateways: s.accounts()}, s.store(), s.Vault, s.gateways), about(t, "refund", "a-part", o))
		}},
		"hold": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.Hold(s.tools(), s.store(), s.Vault), about(t, "hold", "held", s.Place("k")))
		}},
		"approve": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Paid("k")
			_, _, err := s.Cashier().Book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
				return o.RequestRefund(order.NewRefund{Key: "r1", Amount: 2000, Alone: 1000}, order.By{Who: "staff:another", At: s.Now()})
			})
			if err != nil {
				t.Fatal(err)
			}
			req := about(t, "approve", "approved", o, "REFUND_ID", string(order.RefundIDFor(o.ID, "r1")))
			return s.http(assembly.Approve(s.tools(), settings.StaffCancel{Gateways: s.accounts()}, s.store(), s.gateways), req)
		}},
		"cancel": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Promised("k")
			return s.http(assembly.Cancel(s.tools(), settings.StaffCancel{Gateways: s.accounts()}, s.store(), s.gateways, s), about(t, "cancel", "cancelled", o))
		}},
		"capture": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Promised("k")
			return s.http(assembly.Capture(s.tools(), settings.StaffPay{Gateways: s.accounts()}, s.store(), s.Vault, s.gateways), about(t, "capture", "a-part", o))
		}},
		"void": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Promised("k")
			return s.http(assembly.Void(s.tools(), settings.StaffPay{Gateways: s.accounts()}, s.store(), s.Vault, s.gateways), about(t, "void", "given-up", o))
		}},
		"inbox": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.StaffInbox(s.tools(), s.store(), s.send), eventfile.Request(t, "inbox", "parked"))
		}},
		"dispute": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Disputed("k")
			return s.http(assembly.Dispute(s.tools(), settings.StaffDispute{Gateways: s.accounts()}, s.store(), s.Vault, s.gateways), about(t, "dispute", "sent", o))
		}},
		"lift": {soon, func(t *testing.T, s *services) run {
			o := s.Place("k")
			s.Serve(s.Staff("hold", "held", o.Words()[:2]...))
			return s.http(assembly.Lift(s.tools(), s.store()), about(t, "lift", "lifted", o))
		}},
		"ship": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Promised("k")
			s.Pump()
			return s.http(assembly.Ship(s.tools(), settings.StaffCancel{Gateways: s.accounts()}, s.store(), s.gateways, s), about(t, "ship", "everything", o))
		}},
		"deliver": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Shipped("k")
			return s.http(assembly.Deliver(s.tools(), s.store()), about(t, "deliver", "delivered", o))
		}},
		"putproduct": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.PutProduct(s.tools(), s.store()), eventfile.Request(t, "putproduct", "put"))
		}},
		"showproducts": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.ShowProducts(s.tools(), s.store()), eventfile.Request(t, "showproducts", "one"))
		}},
		"shopsettings": {soon, func(t *testing.T, s *services) run {
			set := settings.StaffSettings{Offered: []string{"stripe"}}
			return s.http(assembly.ShopSettings(s.tools(), set, s.store()), eventfile.Request(t, "shopsettings", "put"))
		}},
		"setstock": {soon, func(t *testing.T, s *services) run {
			return s.http(assembly.SetStock(s.tools(), s.store()), eventfile.Request(t, "setstock", "counted"))
		}},
	}
}

// moneyed are more of the functions that take money, give it back or count it.
func moneyed() map[string]ready {
	return map[string]ready{
		"confirmpayment": {soon, func(t *testing.T, s *services) run {
			o := s.Place("k")
			id := s.Pay(o, "pay")
			set := settings.ConfirmPayment{Gateways: s.accounts(), Origins: []string{shoptest.Origin}}
			req := about(t, "confirmpayment", "token", o, "ORDER_TOKEN", o.Token, "PAYMENT_ID", string(id))
			return s.http(assembly.ConfirmPayment(s.tools(), set, s.store(), s.links, s.gateways), req)
		}},
		"confirmpayment, agreed to at the gateway": {soon, func(t *testing.T, s *services) run {
			o := s.Place("k")
			id := s.Pay(o, "pay")
			s.Tell(id, paymenttest.Agreed)
			set := settings.ConfirmPayment{Gateways: s.accounts(), Origins: []string{shoptest.Origin}}
			req := about(t, "confirmpayment", "no-body", o, "ORDER_TOKEN", o.Token, "PAYMENT_ID", string(id))
			return s.http(assembly.ConfirmPayment(s.tools(), set, s.store(), s.links, s.gateways), req)
		}},
		"cancel, paid and waited for": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Packing("k")
			return s.http(assembly.Cancel(s.tools(), settings.StaffCancel{Gateways: s.accounts()}, s.store(), s.gateways, s), about(t, "cancel", "cancelled", o))
		}},
		"reportledger": {soon, func(t *testing.T, s *services) run {
			s.Paid("k")
			s.Wait(24 * time.Hour)
			s.Packing("l")
			return s.http(assembly.ReportLedger(s.tools(), s.store()), eventfile.Request(t, "reportledger", "today"))
		}},
		"reportledger, of gateways": {soon, func(t *testing.T, s *services) run {
			s.Paid("k")
			return s.http(assembly.ReportLedger(s.tools(), s.store()), eventfile.Request(t, "reportledger", "gateways"))
		}},
		"reportledger, what differs": {soon, func(t *testing.T, s *services) run {
			if err := s.Settle(); err != nil {
				t.Fatal(err)
			}
			return s.http(assembly.ReportLedger(s.tools(), s.store()), eventfile.Request(t, "reportledger", "differences"))
		}},
	}
}

// workers are the functions that nobody waits for.
func workers() map[string]ready {
	return map[string]ready{
		"applyevent": {later, func(t *testing.T, s *services) run {
			o := s.Place("k")
			id := s.Pay(o, "pay")
			s.Tell(id, paymenttest.Paid)
			e := payment.Event{Gateway: "stripe", ID: "evt_1", Subject: payment.AboutPayment, Order: string(o.ID), Attempt: id, APIVersion: "2023-10-16", Created: time.Now()}
			if _, _, err := s.Store.PutEvent(t.Context(), inbox.Receive(e, time.Now())); err != nil {
				t.Fatal(err)
			}
			return s.batch(assembly.ApplyEvent(s.tools(), settings.ApplyEvent{Gateways: s.accounts()}, s.store(), s.gateways), message.ForEvent(e.Key()))
		}},
		"relay": {later, func(t *testing.T, s *services) run {
			s.Paid("k")
			stream, f := s.Written.Stream(), assembly.Relay(s.tools(), s.send, s.send)
			return func(ctx context.Context) (string, error) {
				resp, err := f(ctx, stream)
				if len(resp.BatchItemFailures) > 0 {
					return "some come again", err
				}
				return "all done", err
			}
		}},
		"beginfulfillment": {later, func(t *testing.T, s *services) run {
			o, _ := s.Paid("k")
			return s.batch(assembly.BeginFulfillment(s.tools(), s.store(), s), message.ForFulfillment(o.ID, 1))
		}},
		"notify": {later, func(t *testing.T, s *services) run {
			o, _ := s.Paid("k")
			owed := s.Order(o).Record().Owed[0]
			f := assembly.Notify(s.tools(), settings.Notify{ShopURL: shoptest.Origin}, s.store(), s.Vault, s.links, s.mail)
			return s.batch(f, message.ForMail(o.ID, owed.N, owed.Kind))
		}},
		"reconcile": {atLast, func(_ *testing.T, s *services) run {
			for i := range 3 {
				s.Gateway.Told = append(s.Gateway.Told, payment.Event{Gateway: "stripe", ID: fmt.Sprint("evt_", i), Type: "x", Subject: payment.AboutPayment,
					Created: time.Now().Add(-time.Hour)})
			}
			f := assembly.Reconcile(s.tools(), s.store(), s.gateways, s.send)
			return func(ctx context.Context) (string, error) {
				if err := f(ctx); err != nil {
					return "not all seen", nil //nolint:nilerr // the next run looks again
				}
				return "reconciled", nil
			}
		}},
		"settle": {atLast, func(_ *testing.T, s *services) run {
			s.Paid("k")
			s.Wait(24 * time.Hour)
			f := assembly.Settle(s.tools(), settings.Settle{Gateways: s.accounts()}, s.store(), s.gateways)
			return func(ctx context.Context) (string, error) {
				if err := f(ctx); err != nil {
					return "not all seen", nil //nolint:nilerr // the next run looks again
				}
				return "settled", nil
			}
		}},
		"watchstock": {atLast, func(t *testing.T, s *services) run {
			s.Paid("k")
			low := int64(1000)
			w := catalog.Wish{Entry: catalog.Entry{Low: &low}, Over: catalog.AnyEntry}
			_, bad := s.Store.EnterStock(t.Context(), "mug-blue", w)
			worse := s.Store.SaveStockCheck(t.Context(), catalog.StockCheck{First: s.Now().UTC().Format(time.DateOnly)})
			if bad != nil || worse != nil {
				t.Fatal(bad, worse)
			}
			f := assembly.WatchStock(s.tools(), s.store())
			return func(ctx context.Context) (string, error) {
				if err := f(ctx); err != nil {
					return "not all seen", nil //nolint:nilerr // the next run looks again
				}
				return "watched", nil
			}
		}},
		"sweep": {later, func(t *testing.T, s *services) run {
			for _, key := range []string{"a", "b"} {
				o := s.Place(key)
				s.Pay(o, "pay "+key)
				s.Paid("paid " + key)
			}
			time.Sleep(2 * time.Hour)
			s.Wait(time.Since(s.Now()))
			f := assembly.Sweep(s.tools(), settings.Sweep{Gateways: s.accounts()}, s.store(), s.gateways, assembly.Queues{Events: s.send, Fulfillment: s.send, Mail: s.send}, s)
			return func(ctx context.Context) (string, error) {
				if err := f(ctx); err != nil {
					return "not all swept", nil //nolint:nilerr // the next minute's does it
				}
				return "swept", nil
			}
		}},
	}
}

// tasks are those of the fulfillment machine, and the sign-in's trigger.
func tasks() map[string]ready {
	return map[string]ready{
		"prepare": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Paid("k")
			return step(assembly.Prepare(s.tools(), s.store()), prepare.Input{OrderID: o.ID, Try: 1})
		}},
		"requestshipment": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Packing("k")
			return step(assembly.RequestShipment(s.tools(), s.store()), requestshipment.Input{OrderID: o.ID, Try: 1, TaskToken: "t"})
		}},
		"complete": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Shipped("k")
			return step(assembly.Complete(s.tools(), s.store()), complete.Input{OrderID: o.ID})
		}},
		"compensate": {soon, func(t *testing.T, s *services) run {
			o, _ := s.Packing("k")
			return step(assembly.Compensate(s.tools(), s.store()), compensate.Input{OrderID: o.ID, Try: 1, Error: json.RawMessage(`{}`)})
		}},
		"tokenclaims": {5 * time.Second, func(_ *testing.T, s *services) run {
			f := assembly.TokenClaims(s.tools())
			return func(ctx context.Context) (string, error) {
				_, err := f(ctx, events.CognitoEventUserPoolsPreTokenGenV2_0{})
				return "done", err
			}
		}},
	}
}

// after runs a function with everything hung from a call on. It gives how long the answer took, what it was, and how many calls
// hung.
func after(t *testing.T, from int, r ready) (took time.Duration, said string, hung int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newServices(t)
		f := r.make(t, s)
		s.mu.Lock()
		s.calls, s.from = 0, from
		s.mu.Unlock()
		ctx, stop := context.WithTimeout(t.Context(), r.within)
		defer stop()
		began := time.Now()
		var err error
		if said, err = f(ctx); err != nil {
			t.Errorf("from call %d on: %v goes to Lambda", from, err)
		}
		took, hung = time.Since(began), s.hung
	})
	return took, said, hung
}

func groups() []map[string]ready {
	return []map[string]ready{shoppers(), receivers(), staffed(), moneyed(), workers(), tasks()}
}

// TestEveryFunctionIsHung: no function is left out of the tables.
func TestEveryFunctionIsHung(t *testing.T) {
	folders, err := filepath.Glob("../*/*/lambda")
	if err != nil || len(folders) < 20 {
		t.Fatalf("%d functions, %v", len(folders), err)
	}
	for _, folder := range folders {
		name := filepath.Base(filepath.Dir(folder))
		if !slices.ContainsFunc(groups(), func(group map[string]ready) bool { _, in := group[name]; return in }) {
			t.Errorf("%s is not tried with everything hung", name)
		}
	}
}

// TestAnAnswerComesThoughEverythingHangs: of each function, whichever call is the first that hangs, and all that come after it.
func TestAnAnswerComesThoughEverythingHangs(t *testing.T) {
	for _, group := range groups() {
		for name, r := range group {
			t.Run(name, func(t *testing.T) {
				var slowest time.Duration
				from := 1
				for ; from < 200; from++ {
					took, said, hung := after(t, from, r)
					slowest = max(slowest, took)
					if took >= r.within {
						t.Errorf("from call %d on all hangs, %d did: %q after %v, more than %v", from, hung, said, took, r.within)
					}
					if hung == 0 {
						t.Logf("%d calls; the slowest answer after %v; %q when all is well", from-1, slowest, said)
						break
					}
				}
				if from == 200 {
					t.Error("there is no end to its calls")
				}
			})
		}
	}
}
