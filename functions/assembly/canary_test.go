package assembly_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/functions/assembly"
	"till/functions/step/complete"
	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

// Canaries: what people and gateways tell, and what must then be nowhere that is not sealed. Each looks right for its
// place, and none of them is anywhere else in the test.
const (
	email    = "canary.finch+mail@yellow-birds.example"
	name     = "Serinus O'Canaria"
	company  = "Seedeaters & Sons"
	street   = "Volierenweg 77b"
	line2    = "Hinterhaus Kolibri"
	city     = "Vogelsdorf-Nest"
	phone    = "+4930555017234"
	payer    = "Fringilla Payer"
	payLine  = "Rechnungsgasse 13"
	payCity  = "Finkenwerder-Sued"
	payZIP   = "21129"
	key      = "canary-key-place-5c1b"
	payKey   = "canary-key-pay-91ee"
	note     = "Canaria called, her sister collects it"
	reason   = "Bird seed was mouldy, says Mrs Canaria"
	refKey   = "canary-key-refund-77aa"
	browser  = "CanaryBrowser/9.7 (singing)"
	address  = "198.51.100.77"
	staffJWT = "eyJhbGciOiJSUzI1NiJ9.Y2FuYXJ5LXN0YWZm.c2lnbmF0dXJl"
	staff    = "gerda.canary"
	onCard   = "SERINA CANARIA"
	receipt  = "receipts@yellow-birds.example"
	wirePhon = "+4930555019999"
	wireLine = "Stripe-Allee 4"
	lastFour = "card-fingerprint-Xt5EWLLDS7FJjR1c"
	lateKey  = "canary-key-late-30d8"
	takeKey  = "canary-key-take-4b02"
	taken    = "Finch food goes out today, says Canaria"
	given    = "The Canarias moved to the Azores"
	askedFor = "canary-key-asked-for-6e11"
	plea     = "Mrs Canaria has signed for her seed"
	pleaKey  = "canary-key-plea-2d0c"
	cardForm = "cnon:CanaryCardOfTheForm-83bd"
)

// wrong are canaries in places where nothing of the kind belongs; the requests are refused.
func wrong() map[string]string {
	return map[string]string{ //nolint:gosec // they open nothing
		"a card number in the name":       "4242424242424242",
		"a spaced card number":            "5555 5555 5555 4444",
		"a dashed card number":            "3782-822463-10005",
		"a card number in the query":      "6011111111111117",
		"a card number in the path":       "3056930009020004",
		"a card number in the key":        "4000002500003155",
		"a card number as a member":       "4000000000000002",
		"a security code":                 "cvc-739-canary",
		"an e-mail in the SKU":            "sku.canary@yellow-birds.example",
		"a name as the currency":          "Canary Island Money",
		"a stranger's member":             "mother's maiden name Zeisig",
		"a secret key in a discount code": "sk_live_canary0000000000000000",
		"a token in the return URL":       "https://evil.example/?t=canary-session",
		"a broken body":                   "half a Stieglitz",
		"a card number as a form's token": "4000000000009995",
		"a form's token that is none":     "cnon canary token with blanks",
		"a decision of somebody's own":    "let Canaria have it",
	}
}

// world is a shop with what it has answered in refusals.
type world struct {
	*shoptest.Shop
	refused []string
}

// ask sends a request as a canary's browser, and keeps what a refusal says.
func (w *world) ask(req apigw.Request) apigw.Response {
	w.Helper()
	req.Headers["user-agent"], req.RequestContext.HTTP.UserAgent = browser, browser
	req.Headers["x-forwarded-for"], req.RequestContext.HTTP.SourceIP = address, address
	if auth := req.RequestContext.Authorizer; auth != nil {
		req.Headers["authorization"], auth.JWT.Claims["username"] = "Bearer "+staffJWT, staff
	}
	resp := w.Serve(req)
	if resp.StatusCode >= http.StatusBadRequest {
		w.refused = append(w.refused, resp.Body)
	}
	return resp
}

// must is ask for what has to succeed.
func (w *world) must(req apigw.Request) apigw.Response {
	w.Helper()
	resp := w.ask(req)
	if resp.StatusCode >= http.StatusBadRequest {
		w.Fatalf("%s: %d %s", req.RouteKey, resp.StatusCode, resp.Body)
	}
	return resp
}

// placing is an order full of canaries.
func placing(t *testing.T) apigw.Request {
	t.Helper()
	req := eventfile.Request(t, "placeorder", "with-a-billing-address")
	body, err := json.Marshal(map[string]any{
		"currency": "EUR", "lines": []any{map[string]any{"sku": "mug-blue", "quantity": 2}}, "email": email, "phone": phone,
		"shipping_address": map[string]any{"name": name, "company": company, "line1": street, "line2": line2, "city": city,
			"postal_code": "10117", "country": "DE"},
		"billing_address": map[string]any{"name": payer, "line1": payLine, "city": payCity, "postal_code": payZIP, "country": "DE"},
	})
	if err != nil {
		t.Fatal(err)
	}
	req.Body, req.Headers["idempotency-key"] = string(body), key
	return req
}

// webhook is an event with all that Stripe tells of a shopper.
func (w *world) webhook(t *testing.T, file string, o shoptest.Opened, id payment.AttemptID) apigw.Request {
	t.Helper()
	words := []string{"ORDER_ID", string(o.ID), "PAYMENT_ID", string(id), "Ada Byron", onCard}
	if file == "succeeded" {
		words = append(words, "ada@example.com", receipt, "+49301234567", wirePhon, "Unter den Linden 1", wireLine, "10117", lastFour)
	}
	return w.Webhook(t, file, words...)
}

// live takes an order from its placing to its refund, through every function.
func live(t *testing.T, w *world) (shoptest.Opened, []string) {
	t.Helper()
	var placed struct {
		Order struct{ ID order.ID }
		Token string
	}
	if err := json.Unmarshal([]byte(w.must(placing(t)).Body), &placed); err != nil {
		t.Fatal(err)
	}
	o := shoptest.Opened{ID: placed.Order.ID, Token: placed.Token}
	pay := eventfile.Request(t, "startpayment", "embedded", o.Words()...)
	pay.Headers["idempotency-key"] = payKey
	var begun struct {
		Payment struct {
			ID     payment.AttemptID
			Secret string `json:"client_secret"`
		}
	}
	if err := json.Unmarshal([]byte(w.must(pay).Body), &begun); err != nil {
		t.Fatal(err)
	}
	w.Tell(begun.Payment.ID, paymenttest.Paid)
	paid := w.webhook(t, "succeeded", o, begun.Payment.ID)
	w.must(paid)
	w.Pump()
	id := o.Words()[:2]
	w.must(w.Staff("hold", "held", append(id, "The address of Ada Byron looks wrong.", note)...))
	w.must(w.Staff("lift", "lifted", id...))
	w.must(w.Staff("ship", "everything", id...))
	if _, err := assembly.Complete(w.Tools("complete"), w.Store)(t.Context(), complete.Input{OrderID: o.ID}); err != nil {
		t.Fatal(err)
	}
	w.must(w.Staff("deliver", "delivered", id...))
	refund := w.Staff("refund", "a-part", append(id, "The handle was chipped.", reason)...)
	refund.Headers["idempotency-key"] = refKey
	w.must(refund)
	w.must(w.webhook(t, "refund-first", o, begun.Payment.ID))
	w.Pump()
	w.Dispute(o, begun.Payment.ID)
	w.must(w.Staff("dispute", "shown", id...))
	said := w.Staff("dispute", "sent", append(id, "The parcel was handed over on 3 March.", plea)...)
	said.Headers["idempotency-key"] = pleaKey
	w.must(said)
	return o, []string{placed.Token, begun.Payment.Secret, paid.Headers["stripe-signature"]}
}

// place places an order full of canaries under a key.
func (w *world) place(t *testing.T, key string) shoptest.Opened {
	t.Helper()
	req := placing(t)
	req.Headers["idempotency-key"] = key
	return w.PlaceWith(req)
}

// promise takes orders whose money is promised first through what staff do with it.
func promise(t *testing.T, w *world) {
	t.Helper()
	kept, gone, ended := w.place(t, lateKey+"-1"), w.place(t, lateKey+"-2"), w.place(t, lateKey+"-3")
	for _, o := range []shoptest.Opened{kept, gone, ended} {
		w.Promise(o, "pay "+string(o.ID))
	}
	w.Pump()
	capture := w.Staff("capture", "a-part", append(kept.Words()[:2], "The mugs are packed.", taken)...)
	capture.Headers["idempotency-key"] = takeKey
	w.must(capture)
	w.must(w.Staff("void", "given-up", append(gone.Words()[:2], "The mugs are sold out.", given)...))
	w.must(w.Staff("cancel", "cancelled", ended.Words()[:2]...))
	for o, note := range map[shoptest.Opened]string{kept: taken, gone: given} {
		if open := w.must(w.Staff("showorder", "shown", o.Words()[:2]...)).Body; !strings.Contains(open, quoted(note)) {
			t.Errorf("staff do not see what was sealed: %s", open)
		}
	}
}

// elsewhere pays with what a form in the shop's page brings, lets two of staff give money back, and hears of it from all gateways.
func elsewhere(t *testing.T, w *world) (shoptest.Opened, []string) {
	t.Helper()
	o := w.place(t, lateKey+"-4")
	id := w.Pay(o, "pay "+string(o.ID))
	w.must(eventfile.Request(t, "confirmpayment", "token", append(o.Words(), "PAYMENT_ID", string(id), "cnon:card-nonce-ok", cardForm)...))
	_, _, err := w.Cashier().Book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: askedFor, Amount: 2000, Alone: 1000}, order.By{Who: "staff:another", At: w.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.must(w.Staff("approve", "approved", append(o.Words()[:2], "REFUND_ID", string(order.RefundIDFor(o.ID, askedFor)))...))
	told := []string{"ORDER_ID", string(o.ID), "PAYMENT_ID", string(id), "Ada Byron", onCard, "ada@example.com", receipt, "Unter den Linden 1", wireLine}
	square := w.Hook(t, "receivesquare", "succeeded", told...)
	paypal := w.Hook(t, "receivepaypal", "succeeded", append(told, "+49301234567", wirePhon)...)
	w.must(square)
	w.must(paypal)
	w.Pump()
	w.must(w.Staff("reportledger", "today"))
	w.Gateway.Told = []payment.Event{{Gateway: "stripe", ID: "evt_lost", Type: "payment_intent.succeeded", Subject: payment.AboutPayment, Order: string(o.ID), Attempt: id,
		APIVersion: "2023-10-16", Created: w.Now().Add(-time.Hour)}}
	if err := w.Reconcile(); err != nil {
		t.Fatal(err)
	}
	w.Pump()
	return o, []string{square.Headers["x-square-hmacsha256-signature"], paypal.Headers["paypal-transmission-sig"]}
}

// misplace sends the canaries of wrong, each where it does not belong.
func misplace(t *testing.T, w *world, o shoptest.Opened) {
	t.Helper()
	bad := wrong()
	body := func(file, old, canary string) apigw.Request {
		req := eventfile.Request(t, "placeorder", file)
		if !strings.Contains(req.Body, old) {
			t.Fatalf("%s has no %s", file, old)
		}
		req.Body, req.Headers["idempotency-key"] = strings.ReplaceAll(req.Body, old, canary), "canary-key-wrong"
		return req
	}
	query := eventfile.Request(t, "listproducts", "card-in-the-query")
	query.QueryStringParameters["q"] = bad["a card number in the query"]
	path := eventfile.Request(t, "vieworder", "card-in-the-path", "4242424242424242", bad["a card number in the path"], "ORDER_TOKEN", o.Token)
	inKey := body("placed", "Ada Byron", name)
	inKey.Headers["idempotency-key"] = bad["a card number in the key"]
	confirm := func(from, to string) apigw.Request {
		id := string(order.AttemptIDFor(o.ID, payKey))
		return eventfile.Request(t, "confirmpayment", "token", append(o.Words(), "PAYMENT_ID", id, from, to)...)
	}
	decision := w.Staff("approve", "approved", append(o.Words()[:2], "REFUND_ID", string(order.RefundIDFor(o.ID, refKey)), `approve\"`, bad["a decision of somebody's own"]+`\"`)...)
	broken := body("cut-json", "Ada Byron", bad["a broken body"])
	for _, req := range []apigw.Request{
		body("card-in-the-name", "4242424242424242", bad["a card number in the name"]),
		body("card-with-spaces", "4242 4242 4242 4242", bad["a spaced card number"]),
		body("card-with-dashes", "4242-4242-4242-4242", bad["a dashed card number"]),
		query, path, inKey, broken, decision,
		confirm("cnon:card-nonce-ok", bad["a card number as a form's token"]),
		confirm("cnon:card-nonce-ok", bad["a form's token that is none"]),
		body("total-of-the-sender", `"total": 1`, `"`+bad["a card number as a member"]+`": 1`),
		body("cvv-member", `"123"`, `"`+bad["a security code"]+`"`),
		body("placed", "mug-blue", bad["an e-mail in the SKU"]),
		body("placed", `"EUR"`, `"`+bad["a name as the currency"]+`"`),
		body("status-of-the-sender", `"confirmed"`, `"`+bad["a stranger's member"]+`"`),
		body("coupon-unknown", "WELCOME", bad["a secret key in a discount code"]),
		eventfile.Request(t, "startpayment", "return-url-off-the-list", append(o.Words(), "https://evil.example/", bad["a token in the return URL"])...),
	} {
		if got := w.ask(req).StatusCode; got < http.StatusBadRequest || got >= http.StatusInternalServerError {
			t.Errorf("%s is answered %d", req.Body, got)
		}
	}
	for _, operation := range []string{"Save", "AddCustomer", "LoadCustomer", "Products"} {
		w.Break(operation, shoptest.Down())
		down := placing(t)
		down.Headers["idempotency-key"] = "canary-key-down"
		w.ask(down)
		w.Mend()
	}
}

// TestCanariesAreSealedOrNowhere is what every promise about personal data comes down to.
func TestCanariesAreSealedOrNowhere(t *testing.T) {
	w := &world{Shop: shoptest.New(t)}
	w.Accounts = true
	o, credentials := live(t, w)
	account(t, w, o)
	promise(t, w)
	other, more := elsewhere(t, w)
	credentials = append(append(credentials, other.Token), more...)
	misplace(t, w, o)

	canaries := append([]string{email, name, company, street, line2, city, phone, payer, payLine, payCity, payZIP, key, payKey, note, reason,
		refKey, browser, address, staffJWT, staff, onCard, receipt, wirePhon, wireLine, lastFour, lateKey, takeKey, taken, given, askedFor, plea, pleaKey, cardForm, strings.ToLower(email)}, credentials...)
	for _, each := range wrong() {
		canaries = append(canaries, each)
	}
	places := map[string][]string{
		"log": w.Logged.Ever(), "metrics": w.Metrics.Ever(), "events queue": w.Events.Ever(), "fulfillment queue": w.Fulfillment.Ever(),
		"mail queue": w.Mail.Ever(), "refusals": w.refused, "store": stored(w.Shop), "executions": inputs(w.Shop),
	}
	for place, texts := range places {
		if len(texts) == 0 {
			t.Errorf("nothing is in the %s: the test looks in the wrong place", place)
		}
		for _, text := range texts {
			for _, canary := range canaries {
				if strings.Contains(text, canary) || strings.Contains(text, quoted(canary)) {
					t.Errorf("%q is in the %s: %s", canary, place, text)
				}
			}
			if place != "store" && strings.Contains(text, shoptest.TaskToken(o.ID)) {
				t.Errorf("the task token is in the %s: %s", place, text)
			}
		}
	}
	letters(t, w.Shop, canaries, o.Token, other.Token)
	if view := w.must(eventfile.Request(t, "vieworder", "opened", o.Words()...)).Body; strings.Contains(view, name) || strings.Contains(view, email) {
		t.Errorf("the shopper's view holds personal data: %s", view)
	}
	if open := w.must(w.Staff("showorder", "shown", o.Words()[:2]...)).Body; !strings.Contains(open, quoted(name)) || !strings.Contains(open, quoted(reason)) {
		t.Errorf("staff do not see what was sealed: %s", open)
	}
}

// quoted is a text as it stands in JSON.
func quoted(text string) string {
	out, _ := json.Marshal(text) // A string can always be written.
	return strings.Trim(string(out), `"`)
}

// stored is every attribute of every item that was ever stored.
func stored(s *shoptest.Shop) []string {
	var out []string
	for _, w := range s.Written.All() {
		for attribute, value := range w.New {
			out = append(out, fmt.Sprintf("%s %v %s=%s", w.Table, w.Keys, attribute, value))
		}
	}
	return out
}

func inputs(s *shoptest.Shop) []string {
	var out []string
	for name, input := range s.Machine.Executions() {
		out = append(out, name+" "+input)
	}
	return out
}

// letters checks the mails: to whom they go is all that they know of the shopper, and they may hold a link.
func letters(t *testing.T, s *shoptest.Shop, canaries []string, tokens ...string) {
	t.Helper()
	sent := s.Mailbox.Sent()
	if len(sent) < 3 {
		t.Errorf("%d mails were sent", len(sent))
	}
	for _, letter := range sent {
		if letter.To != email {
			t.Errorf("a mail goes to %s", letter.To)
		}
		for _, canary := range canaries {
			if !slices.Contains(tokens, canary) && strings.Contains(letter.Subject+letter.Text+letter.Key, canary) {
				t.Errorf("%q is in a mail: %+v", canary, letter)
			}
		}
	}
}
