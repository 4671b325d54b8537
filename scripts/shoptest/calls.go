package shoptest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/assembly"
	"till/functions/step/prepare"
	"till/functions/step/requestshipment"
	"till/shared/edge/apigw"
	"till/shared/edge/apitest"
	"till/shared/memory"
	"till/shared/order"
	"till/shared/settings"
)

func (s *Shop) accounts() settings.Gateways {
	return settings.Gateways{SecretsARN: "arn:gateways", ReturnURL: "https://api.shop.example"}
}

// HTTP is every function behind the HTTP API by its route.
func (s *Shop) HTTP() map[string]apigw.Func {
	place := settings.PlaceOrder{Origins: []string{Origin}, Offered: []string{"stripe"}, StockHold: 30 * time.Minute, Accounts: s.Accounts}
	pay := settings.StartPayment{Gateways: s.accounts(), Offered: []string{"stripe"}, Origins: []string{Origin}, ReturnOrigins: []string{Origin}}
	decide := settings.StaffSettings{Offered: pay.Offered}
	funcs := map[string]apigw.Func{
		"GET /products":                     assembly.ListProducts(s.Tools("listproducts"), s.Store),
		"GET /products/{sku}":               assembly.ShowProduct(s.Tools("showproduct"), s.Store),
		"POST /quotes":                      assembly.Quote(s.Tools("quote"), settings.Quote{Offered: pay.Offered}, s.Store),
		"POST /orders":                      assembly.PlaceOrder(s.Tools("placeorder"), place, s.Store, s.Vault, s.Links, s.Outside),
		"GET /orders/{id}":                  assembly.ViewOrder(s.Tools("vieworder"), s.Store, s.Links),
		"GET /orders/{id}/payments/options": assembly.StartPayment(s.Tools("startpayment"), pay, s.Store, s.Links, s.Gateways),
		"POST /orders/{id}/payments":        assembly.StartPayment(s.Tools("startpayment"), pay, s.Store, s.Links, s.Gateways),
		"POST /orders/{id}/payments/{payment_id}/confirm":          assembly.ConfirmPayment(s.Tools("confirmpayment"), settings.ConfirmPayment{Gateways: s.accounts(), Origins: []string{Origin}}, s.Store, s.Links, s.Gateways),
		"GET /orders/{id}/payments/{payment_id}/return":            assembly.ReturnPayment(s.Tools("returnpayment"), settings.ReturnPayment{Gateways: s.accounts(), ShopURL: Origin}, s.Store, s.Gateways),
		"POST /orders/{id}/cancellation":                           assembly.CancelOrder(s.Tools("cancelorder"), settings.CancelOrder{Gateways: s.accounts(), Origins: []string{Origin}}, s.Store, s.Links, s.Gateways, s.Machine),
		"PATCH /orders/{id}":                                       assembly.EditOrder(s.Tools("editorder"), settings.EditOrder{Gateways: s.accounts(), Origins: []string{Origin}, Offered: pay.Offered}, s.Store, s.Vault, s.Links, s.Gateways, s.Outside),
		"POST /orders/{id}/link":                                   assembly.SendLink(s.Tools("sendlink"), settings.SendLink{Origins: []string{Origin}}, s.Vault, s.send("mail", s.Mail)),
		"POST /orders/{id}/returns":                                assembly.AskReturn(s.Tools("askreturn"), settings.AskReturn{Origins: []string{Origin}}, s.Store, s.Vault, s.Links),
		"PUT /staff/orders/{id}/returns/{return_id}":               assembly.Returns(s.Tools("returns"), settings.StaffRefund{Gateways: s.accounts()}, s.Store, s.Vault, s.Gateways),
		"POST /customers/code":                                     assembly.SendLink(s.Tools("sendlink"), settings.SendLink{Origins: []string{Origin}}, s.Vault, s.send("mail", s.Mail)),
		"GET /customers/export":                                    assembly.ExportCustomer(s.Tools("exportcustomer"), settings.ExportCustomer{}, s.Store, s.Vault),
		"DELETE /customers":                                        assembly.EraseCustomer(s.Tools("erasecustomer"), settings.EraseCustomer{Origins: []string{Origin}}, s.Store, s.Vault),
		"GET /account/orders":                                      s.myOrders(),
		"GET /account/orders/{id}":                                 s.myOrders(),
		"POST /webhooks/stripe":                                    assembly.ReceiveStripe(s.Tools("receivestripe"), s.Store, s.verify(), s.send("events", s.Events)),
		"POST /webhooks/paypal":                                    assembly.ReceivePayPal(s.Tools("receivepaypal"), s.Store, s.paypalVerify(), s.send("events", s.Events)),
		"POST /webhooks/square":                                    assembly.ReceiveSquare(s.Tools("receivesquare"), s.Store, s.squareVerify(), s.send("events", s.Events)),
		"GET /staff/orders":                                        assembly.ListOrders(s.Tools("listorders"), s.Store),
		"GET /staff/orders/{id}":                                   assembly.ShowOrder(s.Tools("showorder"), s.Store, s.Vault),
		"POST /staff/orders/{id}/refunds":                          assembly.Refund(s.Tools("refund"), settings.StaffRefund{Gateways: s.accounts()}, s.Store, s.Vault, s.Gateways),
		"POST /staff/orders/{id}/refunds/{refund_id}/approval":     assembly.Approve(s.Tools("approve"), settings.StaffCancel{Gateways: s.accounts()}, s.Store, s.Gateways),
		"POST /staff/orders/{id}/captures":                         assembly.Capture(s.Tools("capture"), settings.StaffPay{Gateways: s.accounts()}, s.Store, s.Vault, s.Gateways),
		"POST /staff/orders/{id}/void":                             assembly.Void(s.Tools("void"), settings.StaffPay{Gateways: s.accounts()}, s.Store, s.Vault, s.Gateways),
		"GET /staff/orders/{id}/disputes/{dispute}/evidence":       s.dispute(),
		"POST /staff/orders/{id}/disputes/{dispute}/evidence":      s.dispute(),
		"POST /staff/orders/{id}/disputes/{dispute}/acceptance":    s.dispute(),
		"POST /staff/orders/{id}/cancellation":                     assembly.Cancel(s.Tools("cancel"), settings.StaffCancel{Gateways: s.accounts()}, s.Store, s.Gateways, s.Machine),
		"GET /staff/inbox":                                         assembly.StaffInbox(s.Tools("inbox"), s.Store, s.send("events", s.Events)),
		"POST /staff/inbox/{event}/replay":                         assembly.StaffInbox(s.Tools("inbox"), s.Store, s.send("events", s.Events)),
		"GET /staff/reports/ledger":                                assembly.ReportLedger(s.Tools("reportledger"), s.Store),
		"GET /staff/reports/differences":                           assembly.ReportLedger(s.Tools("reportledger"), s.Store),
		"GET /staff/reports/gateways":                              assembly.ReportLedger(s.Tools("reportledger"), s.Store),
		"PUT /staff/orders/{id}/holds/{key}":                       assembly.Hold(s.Tools("hold"), s.Store, s.Vault),
		"DELETE /staff/orders/{id}/holds/{key}":                    assembly.Lift(s.Tools("lift"), s.Store),
		"POST /staff/orders/{id}/shipments":                        assembly.Ship(s.Tools("ship"), settings.StaffCancel{Gateways: s.accounts()}, s.Store, s.Gateways, s.Machine),
		"POST /staff/orders/{id}/shipments/{shipment_id}/delivery": assembly.Deliver(s.Tools("deliver"), s.Store),
		"PUT /staff/products/{sku}":                                assembly.PutProduct(s.Tools("putproduct"), s.Store),
		"GET /staff/products":                                      assembly.ShowProducts(s.Tools("showproducts"), s.Store),
		"GET /staff/products/{sku}":                                assembly.ShowProducts(s.Tools("showproducts"), s.Store),
		"GET /staff/products/{sku}/history":                        assembly.ShowProducts(s.Tools("showproducts"), s.Store),
		"POST /staff/products/import":                              assembly.PutProduct(s.Tools("putproduct"), s.Store),
		"GET /staff/settings":                                      assembly.ShopSettings(s.Tools("shopsettings"), decide, s.Store),
		"PUT /staff/settings":                                      assembly.ShopSettings(s.Tools("shopsettings"), decide, s.Store),
		"GET /staff/settings/history":                              assembly.ShopSettings(s.Tools("shopsettings"), decide, s.Store),
		"GET /staff/settings/history/{version}":                    assembly.ShopSettings(s.Tools("shopsettings"), decide, s.Store),
		"GET /staff/stock":                                         assembly.SetStock(s.Tools("setstock"), s.Store),
		"GET /staff/stock/{sku}":                                   assembly.SetStock(s.Tools("setstock"), s.Store),
		"POST /staff/stock/{sku}/entries":                          assembly.SetStock(s.Tools("setstock"), s.Store),
		"PUT /staff/stock/{sku}":                                   assembly.SetStock(s.Tools("setstock"), s.Store),
	}
	routes := make([]string, 0, len(funcs))
	for route := range funcs {
		routes = append(routes, route)
	}
	funcs["$default"] = assembly.Fallback(s.Tools("fallback"), settings.Fallback{Routes: routes})
	return funcs
}

func (s *Shop) myOrders() apigw.Func {
	return assembly.MyOrders(s.Tools("myorders"), settings.MyOrders{Accounts: s.Accounts}, s.Store, s.Vault, s.Links)
}

func (s *Shop) dispute() apigw.Func {
	return assembly.Dispute(s.Tools("dispute"), settings.StaffDispute{Gateways: s.accounts()}, s.Store, s.Vault, s.Gateways)
}

// Serve calls the function of a request's route and holds its answer to the contract. It may be called by many at once.
func (s *Shop) Serve(req apigw.Request) apigw.Response {
	s.Helper()
	f := s.HTTP()[req.RouteKey]
	if f == nil {
		s.Fatalf("no function has the route %q", req.RouteKey)
	}
	resp, err := f(s.Context(), req)
	if err != nil {
		s.Errorf("%s gives an error to Lambda: %v", req.RouteKey, err)
	}
	apitest.Check(s, req, resp)
	return resp
}

// ApplyEvents gives a batch to worker/applyevent.
func (s *Shop) ApplyEvents(batch events.SQSEvent) []string {
	s.Helper()
	f := assembly.ApplyEvent(s.Tools("applyevent"), settings.ApplyEvent{Gateways: s.accounts()}, s.Store, s.Gateways)
	return s.failures(f, batch)
}

// BeginFulfillment gives a batch to worker/beginfulfillment.
func (s *Shop) BeginFulfillment(batch events.SQSEvent) []string {
	s.Helper()
	return s.failures(assembly.BeginFulfillment(s.Tools("beginfulfillment"), s.Store, s.Machine), batch)
}

// Notify gives a batch to worker/notify.
func (s *Shop) Notify(batch events.SQSEvent) []string {
	s.Helper()
	set := settings.Notify{ShopURL: Origin}
	return s.failures(assembly.Notify(s.Tools("notify"), set, s.Store, s.Vault, s.Links, s.sendMail), batch)
}

// failures runs a batch and gives the ids of the messages that must come again.
func (s *Shop) failures(f assembly.Batch, batch events.SQSEvent) []string {
	s.Helper()
	resp, err := f(s.Context(), batch)
	if err != nil {
		s.Errorf("the whole batch comes again: %v", err)
	}
	if text, err := json.Marshal(resp); err != nil || strings.Contains(string(text), "null") {
		s.Errorf("the answer is %s, %v", text, err)
	}
	var ids []string
	for _, each := range resp.BatchItemFailures {
		ids = append(ids, each.ItemIdentifier)
	}
	return ids
}

// Relay gives stream records to worker/relay.
func (s *Shop) Relay(batch events.DynamoDBEvent) []string {
	s.Helper()
	f := assembly.Relay(s.Tools("relay"), s.send("fulfillment", s.Fulfillment), s.send("mail", s.Mail))
	resp, err := f(s.Context(), batch)
	if err != nil {
		s.Errorf("the whole batch comes again: %v", err)
	}
	if text, err := json.Marshal(resp); err != nil || strings.Contains(string(text), "null") {
		s.Errorf("the answer is %s, %v", text, err)
	}
	var ids []string
	for _, each := range resp.BatchItemFailures {
		ids = append(ids, each.ItemIdentifier)
	}
	return ids
}

// Sweep runs worker/sweep once.
func (s *Shop) Sweep() error {
	f := assembly.Sweep(s.Tools("sweep"), settings.Sweep{Gateways: s.accounts()}, s.Store, s.Gateways, assembly.Queues{
		Events: s.send("events", s.Events), Fulfillment: s.send("fulfillment", s.Fulfillment), Mail: s.send("mail", s.Mail),
	}, s.Machine)
	return f(s.Context())
}

// Settle runs worker/settle once.
func (s *Shop) Settle() error {
	return assembly.Settle(s.Tools("settle"), settings.Settle{Gateways: s.accounts()}, s.Store, s.Gateways)(s.Context())
}

// WatchStock runs worker/watchstock once.
func (s *Shop) WatchStock() error {
	return assembly.WatchStock(s.Tools("watchstock"), s.Store)(s.Context())
}

// Reconcile runs worker/reconcile once.
func (s *Shop) Reconcile() error {
	return assembly.Reconcile(s.Tools("reconcile"), s.Store, s.Gateways, s.send("events", s.Events))(s.Context())
}

// Batch makes an SQS batch of bodies, at their first delivery, with ids "1", "2" and so on.
func Batch(bodies ...string) events.SQSEvent {
	var batch events.SQSEvent
	for i, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: strconv.Itoa(i + 1), Body: body, Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		})
	}
	return batch
}

// Pump carries on what has happened, as the cloud would: the stream to the relay, the queues to their workers, and
// executions up to where they wait for a shipment. It fails the test if anything comes again.
func (s *Shop) Pump() {
	s.Helper()
	for range 20 {
		stream, bodies := s.Written.Stream(), [...][]string{s.Events.Take(), s.Fulfillment.Take(), s.Mail.Take()}
		if len(stream.Records)+len(bodies[0])+len(bodies[1])+len(bodies[2]) == 0 {
			return
		}
		failed := append(s.Relay(stream), s.ApplyEvents(Batch(bodies[0]...))...)
		failed = append(failed, s.BeginFulfillment(Batch(bodies[1]...))...)
		failed = append(failed, s.Notify(Batch(bodies[2]...))...)
		if len(failed) > 0 {
			s.Fatalf("messages came again: %v\n%s", failed, strings.Join(s.Logged.All(), "\n"))
		}
		s.carry()
	}
	s.Fatal("it does not come to rest")
}

// TaskToken is the token that the waiting task of an order's first execution is given.
func TaskToken(id order.ID) string { return "task-token-" + string(id) }

// carry runs the first tasks of executions that have not begun.
func (s *Shop) carry() {
	s.Helper()
	for _, input := range s.Machine.Executions() {
		var in prepare.Input
		if err := json.Unmarshal([]byte(input), &in); err != nil {
			s.Fatal(err)
		}
		if o, err := s.Store.Order(s.Context(), in.OrderID); err != nil || o.Record().Status != order.Confirmed {
			continue
		}
		if _, err := assembly.Prepare(s.Tools("prepare"), s.Store)(s.Context(), in); err != nil {
			s.Fatal(err)
		}
		wait := requestshipment.Input{OrderID: in.OrderID, Try: in.Try, TaskToken: TaskToken(in.OrderID)}
		if _, err := assembly.RequestShipment(s.Tools("requestshipment"), s.Store)(s.Context(), wait); err != nil {
			s.Fatal(err)
		}
	}
}

func attributes(image memory.Image) map[string]events.DynamoDBAttributeValue {
	if image == nil {
		return nil
	}
	out := make(map[string]events.DynamoDBAttributeValue, len(image))
	for name, value := range image {
		switch v := value.(type) {
		case string:
			out[name] = events.NewStringAttribute(v)
		case int64:
			out[name] = events.NewNumberAttribute(strconv.FormatInt(v, 10))
		case []byte:
			out[name] = events.NewBinaryAttribute(v)
		}
	}
	return out
}
